"""``python -m tisstats.cli``."""

import sys

from tisstats.cli import main

if __name__ == "__main__":
    sys.exit(main())
