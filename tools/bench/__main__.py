"""Run all benches, or those that are named: ``python -m tools.bench [NAME ...]``.

Each is a module of this folder. What they measure goes to a page of the book.
"""

from __future__ import annotations

import datetime
import importlib
import sys

from tools.bench import results
from tools.bench._table import SHOWN


def main(chosen: list[str]) -> int:
    """Run the benches named, or all."""
    known = results.benches()
    if unknown := [name for name in chosen if name not in known]:
        print(f"There is no bench {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in chosen or known:
        SHOWN.clear()
        importlib.import_module(f"tools.bench.{name}").bench()
        day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        results.keep([results.Measured(name, day, tuple(SHOWN))])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
