"""Prove all bounds and write their table: ``python -m tisstats.reconstruction.bounds -o FILE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from tisstats.reconstruction.bounds.files import COLUMNS, SCORE, write_bounds
from tisstats.reconstruction.bounds.quantities import QUANTITIES, SIDES, measures_of

Task = tuple[str, str | None, str]


def tasks(only: list[str]) -> list[Task]:
    """List the bounds to prove: all, or those named as QUANTITY or QUANTITY:MEASURE.

    >>> tasks(["worse:mmt"])
    [('worse', 'mmt', 'least'), ('worse', 'mmt', 'greatest')]
    """
    wanted = dict.fromkeys(only or QUANTITIES)
    return [
        (quantity, measure, side)
        for quantity in QUANTITIES
        for measure in measures_of(quantity)
        if quantity in wanted or f"{quantity}:{measure}" in wanted
        for side in SIDES
    ]


def main(arguments: list[str] | None = None) -> int:
    """Prove, show progress, write; 0 done, 1 cannot, 2 wrong usage, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tisstats.reconstruction.bounds",
        description="Prove the least and greatest value of what is not printed, over all cohorts.",
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="QUANTITY[:MEASURE]",
        help="prove these; other rows of FILE stay as they are. Quantities: "
        + ", ".join(QUANTITIES),
    )
    given = parser.parse_args(arguments)
    for name in given.only:
        if not tasks([name]):
            parser.error(f"there is no bound {name!r}; quantities are {', '.join(QUANTITIES)}")
    if not given.output.absolute().parent.is_dir():
        parser.error(f"there is no folder {given.output.parent}")
    try:
        proved = _prove(tasks(given.only))
        kept = _kept(given.output) if given.only else pd.DataFrame(columns=list(COLUMNS))
        write_bounds(_in_order(pd.concat([kept, proved], ignore_index=True)), given.output)
    except KeyboardInterrupt:
        print("interrupted; nothing written", file=sys.stderr)
        return 130
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != "ortools":
            raise
        print("proving bounds needs OR-tools: pip install 'tisstats[bounds]'", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{given.output}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _prove(chosen: list[Task]) -> pd.DataFrame:
    from tisstats.reconstruction.assumptions import Assumptions
    from tisstats.reconstruction.bounds.joint_search import JointSearch
    from tisstats.reconstruction.bounds.prove import bound
    from tisstats.reconstruction.targets import Targets
    from tisstats.study.published import Published

    published = Published.read()
    search = JointSearch(Targets.read(published), Assumptions())
    rows = []
    for number, (quantity, measure, side) in enumerate(chosen, start=1):
        found = bound(quantity, measure, side, published=published, search=search)
        name = measure or SCORE
        rows.append(
            (quantity, name, side, found.text, found.proven, f"{found.seconds:.1f}", found.model)
        )
        print(
            f"{number}/{len(chosen)} {side} {quantity} of {name}: {found.text} ({found.proven}, "
            f"{found.seconds:.1f} s)",
            file=sys.stderr,
            flush=True,
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _kept(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the last of each bound, in the order of quantities, measures and sides."""
    places = {
        (quantity, measure or SCORE, side): place
        for place, (quantity, measure, side) in enumerate(tasks([]))
    }
    key = ["quantity", "measure", "side"]
    table = table.drop_duplicates(key, keep="last")
    order = [places[quantity, measure, side] for quantity, measure, side in table[key].to_numpy()]
    return table.assign(place=order).sort_values("place").drop(columns="place")


if __name__ == "__main__":
    sys.exit(main())
