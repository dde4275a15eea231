"""The command ``tisstats bounds``: prove bounds and write the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tisstats.bounds.assumptions import ALTERNATIVES, BoundAssumptions
from tisstats.bounds.files import ALTERNATIVE, COLUMNS, SCORE, write_bounds
from tisstats.bounds.quantities import AND, QUANTITIES, SIDES, measures_behind, measures_of_quantity
from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_bounds import write_p_ranges

_KEY = [ALTERNATIVE, "quantity", "measure", "side"]


class Task(NamedTuple):
    """One bound to prove."""

    alternative: str  #: name of the alternative assumption; empty for the main analysis
    quantity: str  #: one of `QUANTITIES`
    measure: str | None  #: as `prove_bound` takes it
    side: str  #: minimum or maximum


def tasks(only: Collection[str] = (), *, sensitivity: bool = False) -> list[Task]:
    """List the bounds to prove.

    Parameters
    ----------
    only
        Those named as QUANTITY or QUANTITY:MEASURE, or with `sensitivity` as alternatives; by
        default all.
    sensitivity
        Whether to list those that an alternative assumption can move.

    Examples
    --------
    >>> [task[1:] for task in tasks(["worsened:mmt"])]
    [('worsened', 'mmt', 'minimum'), ('worsened', 'mmt', 'maximum')]
    >>> [task[1:3] for task in tasks(["response_maintained"], sensitivity=True)][::2]
    [('tis_mean', None), ('tis_median', None)]
    """
    found = []
    for name, quantity in product(ALTERNATIVES if sensitivity else [""], QUANTITIES):
        for measure in measures_of_quantity(quantity):
            names = {name} if name else {quantity, f"{quantity}:{measure}"}
            if (not only or names & {*only}) and (not name or _moves(name, quantity, measure)):
                found += [Task(name, quantity, measure, side) for side in SIDES]
    return found


def _moves(name: str, quantity: str, measure: str | None) -> bool:
    """Test whether an alternative assumption can move a bound."""
    each = ALTERNATIVES[name]
    return quantity in each.quantities and (measure is None or measure in each.measures)


def prove_table(
    output: Path,
    report: Callable[[str], None],
    *,
    only: Collection[str] = (),
    sensitivity: bool = False,
) -> None:
    """Prove bounds and write their table; the file is replaced atomically.

    Parameters
    ----------
    output
        The file; where `only` names some bounds, its other rows are kept unchanged.
    report
        Called with each progress message.
    only, sensitivity
        As for `tasks`.

    Raises
    ------
    ValueError
        If a name is unknown or the folder does not exist.
    DataError
        If the file cannot be written.
    ModuleNotFoundError
        If the solver is not installed.
    """
    known = ALTERNATIVES if sensitivity else QUANTITIES
    kind = "an alternative" if sensitivity else "a quantity"
    for name in only:
        if not tasks([name], sensitivity=sensitivity):
            raise ValueError(f"bound must name {kind}, one of {', '.join(known)}, got {name!r}")
    with _writing(output):
        proved = _prove(tasks(only, sensitivity=sensitivity), report)
        kept = _kept(output) if only else proved.iloc[:0]
        table = _in_order(pd.concat([kept, proved]), tasks(sensitivity=sensitivity))
        write_bounds(table if sensitivity else table.drop(columns=ALTERNATIVE), output)


def prove_p_ranges(output: Path, report: Callable[[str], None]) -> None:
    """Compute the attainable P values of Table 2 and write their table.

    Raises
    ------
    ValueError
        If the folder does not exist.
    DataError
        If the file cannot be written.
    """
    with _writing(output):
        write_p_ranges(PublishedFacts.read(), output, report)


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Raise if the output folder does not exist, before minutes of work, or cannot be written."""
    if not output.absolute().parent.is_dir():
        raise ValueError(f"folder {output.parent} does not exist")
    try:
        yield
    except OSError as error:
        raise DataError([Fault(str(output), str(error.strerror))]) from None


def _prove(chosen: list[Task], report: Callable[[str], None]) -> pd.DataFrame:
    from tisstats.bounds import prove_bound
    from tisstats.bounds.joint_search import JointSearch

    published = PublishedFacts.read()
    rows: list[tuple[str, ...]] = []
    for name, same in groupby(chosen, key=lambda task: task.alternative):
        assumptions = ALTERNATIVES[name].assumptions if name else BoundAssumptions()
        search = JointSearch.start(published, assumptions)
        for _, quantity, measure, side in same:
            found = prove_bound(quantity, measure, side, published=published, search=search)
            subject, seconds = measure or SCORE, f"{found.seconds:.1f}"
            proof = found.text, found.proven, seconds, found.model
            rows.append((name, quantity, subject, side, *steps_of(measure, assumptions), *proof))
            report(
                f"{len(rows)}/{len(chosen)} {f'{name} {side}'.strip()} {quantity} of {subject}: "
                f"{found.text} ({found.proven}, {seconds} s)"
            )
    return pd.DataFrame(rows, columns=[ALTERNATIVE, *COLUMNS])


def steps_of(measure: str | None, assumptions: BoundAssumptions) -> tuple[str, str]:
    """Return the steps behind a bound, and their units, those of several measures joined.

    >>> steps_of("mmt and haq", BoundAssumptions())
    ('1 and 1/8', 'points and points')
    """
    under = measures_behind(measure)
    return (
        AND.join(str(assumptions.grid(each)) for each in under),
        AND.join(SCALES[each].unit for each in under),
    )


def _kept(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=[ALTERNATIVE, *COLUMNS])
    kept = pd.read_csv(path, dtype=str, keep_default_na=False)
    return kept if ALTERNATIVE in kept else kept.assign(**{ALTERNATIVE: ""})


def _in_order(table: pd.DataFrame, order: list[Task]) -> pd.DataFrame:
    """Keep the last of each bound, by alternative, quantity, measure and side."""
    names = [(task.alternative, task.quantity, task.measure or SCORE, task.side) for task in order]
    last = table.drop_duplicates(_KEY, keep="last").set_index(_KEY)
    known = pd.MultiIndex.from_tuples(names, names=_KEY)
    return last.loc[known[known.isin(last.index)]].reset_index()
