"""Run all benches: ``python -m tools.bench [NAME ...]``; each is a module of this folder."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(chosen: list[str]) -> int:
    """Run the benches named, or all."""
    known = sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if not module.name.startswith("_")
    )
    unknown = [name for name in chosen if name not in known]
    if unknown:
        print(f"There is no bench {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in chosen or known:
        importlib.import_module(f"tools.bench.{name}").bench()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
