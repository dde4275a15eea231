"""Prove all bounds and write their table: ``python -m tisstats.bounds -o FILE``.

With ``--sensitivity`` it proves those that altered premises can move, and writes the table of
these instead.
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tisstats.bounds.files import CHANGE, COLUMNS, SCORE, write_bounds
from tisstats.bounds.premises import CHANGES, Premises
from tisstats.bounds.quantities import AND, QUANTITIES, SIDES, measures_of, measures_under
from tisstats.lim2021.scales import SCALES


class Task(NamedTuple):
    """One bound to prove."""

    change: str  #: name of the altered premise; empty where none is
    quantity: str  #: one of `QUANTITIES`
    measure: str | None  #: as `bound` takes it
    side: str  #: least or greatest


def tasks(only: list[str]) -> list[Task]:
    """List the bounds to prove: all, or those named as QUANTITY or QUANTITY:MEASURE.

    >>> [task[1:] for task in tasks(["worse:mmt"])]
    [('worse', 'mmt', 'least'), ('worse', 'mmt', 'greatest')]
    """
    wanted = dict.fromkeys(only or QUANTITIES)
    return [
        Task("", quantity, measure, side)
        for quantity in QUANTITIES
        for measure in measures_of(quantity)
        if quantity in wanted or f"{quantity}{_OF}{measure}" in wanted
        for side in SIDES
    ]


def sensitivity_tasks(only: list[str]) -> list[Task]:
    """List the bounds to prove with altered premises: all, or of the changes that are named.

    >>> [task[1:3] for task in sensitivity_tasks(["response_lasts"])][::2]
    [('tis_mean', None), ('tis_median', None)]
    """
    return [
        Task(change.name, quantity, measure, side)
        for change in CHANGES.values()
        if not only or change.name in only
        for quantity in QUANTITIES
        if quantity in change.quantities
        for measure in measures_of(quantity)
        if measure is None or measure in change.measures
        for side in SIDES
    ]


_OF = ":"


def main(arguments: list[str] | None = None) -> int:
    """Prove, show progress, write; 0 done, 1 cannot, 2 wrong usage, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tisstats.bounds",
        description="Prove the least and greatest value of what is not printed, over all cohorts "
        "that meet the printed numbers and the premises.",
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="alter one premise at a time and prove the bounds that it can move: "
        + ", ".join(CHANGES),
    )
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="prove these, named as QUANTITY or QUANTITY:MEASURE, or with --sensitivity as "
        "altered premises; other rows of FILE stay as they are. Quantities: "
        + ", ".join(QUANTITIES),
    )
    given = parser.parse_args(arguments)
    listed, kind, known = tasks, "quantities", tuple(QUANTITIES)
    if given.sensitivity:
        listed, kind, known = sensitivity_tasks, "altered premises", tuple(CHANGES)
    for name in given.only:
        if not listed([name]):
            parser.error(f"there is no bound {name!r}; {kind} are {', '.join(known)}")
    if not given.output.absolute().parent.is_dir():
        parser.error(f"there is no folder {given.output.parent}")
    try:
        proved = _prove(listed(given.only))
        kept = _kept(given.output) if given.only else pd.DataFrame(columns=[CHANGE, *COLUMNS])
        table = _in_order(pd.concat([kept, proved], ignore_index=True), listed([]))
        write_bounds(table if given.sensitivity else table.drop(columns=CHANGE), given.output)
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
    from tisstats.bounds.joint_search import JointSearch
    from tisstats.bounds.prove import bound
    from tisstats.ledger.published import Published

    published = Published.read()
    rows = []
    number = 0
    for change, of_change in groupby(chosen, key=lambda task: task.change):
        premises = CHANGES[change].premises if change else Premises()
        search = JointSearch.start(published, premises)
        for _, quantity, measure, side in of_change:
            number += 1
            found = bound(quantity, measure, side, published=published, search=search)
            name = measure or SCORE
            step, unit = steps_of(measure, premises)
            seconds = f"{found.seconds:.1f}"
            proof = found.text, found.proven, seconds, found.model
            rows.append((change, quantity, name, side, step, unit, *proof))
            print(
                f"{number}/{len(chosen)} {change}{' ' if change else ''}{side} {quantity} of "
                f"{name}: {found.text} ({found.proven}, {seconds} s)",
                file=sys.stderr,
                flush=True,
            )
    return pd.DataFrame(rows, columns=[CHANGE, *COLUMNS])


def steps_of(measure: str | None, premises: Premises) -> tuple[str, str]:
    """Return the steps that a bound rests on, and their units, of several measures joined.

    >>> steps_of("mmt and haq", Premises())
    ('1 and 1/8', 'points and points')
    """
    under = measures_under(measure)
    return (
        AND.join(str(premises.grid(each)) for each in under),
        AND.join(SCALES[each].unit for each in under),
    )


def _kept(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=[CHANGE, *COLUMNS])
    kept = pd.read_csv(path, dtype=str, keep_default_na=False)
    return kept if CHANGE in kept else kept.assign(**{CHANGE: ""})


def _in_order(table: pd.DataFrame, order: list[Task]) -> pd.DataFrame:
    """Keep the last of each bound, in the order of changes, quantities, measures and sides."""
    places = {
        (task.change, task.quantity, task.measure or SCORE, task.side): place
        for place, task in enumerate(order)
    }
    key = [CHANGE, "quantity", "measure", "side"]
    table = table.drop_duplicates(key, keep="last")
    found = [places[tuple(names)] for names in table[key].to_numpy()]
    return table.assign(place=found).sort_values("place").drop(columns="place")


if __name__ == "__main__":
    sys.exit(main())
