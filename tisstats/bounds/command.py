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
from tisstats.tables import check_writable

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
        If a name is unknown, or the output is not a CSV file that can be written.
    DataError
        If the file cannot be written, or a search ends without a proof.
    ModuleNotFoundError
        If the solver is not installed.
    """
    known = ALTERNATIVES if sensitivity else QUANTITIES
    kind = "an alternative" if sensitivity else "a quantity"
    for name in only:
        if tasks([name], sensitivity=sensitivity):
            continue
        quantity, named, _ = name.partition(":")
        if named and quantity in known and not sensitivity:
            measures = ", ".join(filter(None, measures_of_quantity(quantity)))
            must = f"be one of {measures}" if measures else "not be named, as it is of the score"
            raise ValueError(f"measure of {quantity} must {must}, got {name!r}")
        raise ValueError(f"bound must name {kind}, one of {', '.join(known)}, got {name!r}")
    with _writing(output):
        kept = _kept(output, sensitivity=sensitivity) if only else None
        proved = _prove(tasks(only, sensitivity=sensitivity), report)
        table = _in_order(
            proved if kept is None else pd.concat([kept, proved]), tasks(sensitivity=sensitivity)
        )
        write_bounds(table if sensitivity else table.drop(columns=ALTERNATIVE), output)


def prove_p_ranges(output: Path, report: Callable[[str], None]) -> None:
    """Compute the attainable P values of Table 2 and write their table.

    Raises
    ------
    ValueError
        If the output is not a CSV file that can be written.
    DataError
        If the file cannot be written.
    """
    with _writing(output):
        write_p_ranges(PublishedFacts.read(), output, report)


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Raise if the output cannot be written, as far as possible before minutes of work."""
    if output.suffix != ".csv":
        raise ValueError(f"{output}: the table is CSV; name a file with the ending .csv")
    check_writable(output)
    try:
        yield
    except OSError as error:
        raise DataError([Fault(str(output), str(error.strerror))]) from None


def _prove(chosen: list[Task], report: Callable[[str], None]) -> pd.DataFrame:
    from tisstats.bounds import prove_bound
    from tisstats.bounds.joint_search import JointSearch
    from tisstats.bounds.solving import NoProofError

    published = PublishedFacts.read()
    rows: list[tuple[str, ...]] = []
    for name, same in groupby(chosen, key=lambda task: task.alternative):
        assumptions = ALTERNATIVES[name].assumptions if name else BoundAssumptions()
        search = JointSearch.start(published, assumptions)
        for _, quantity, measure, side in same:
            subject = measure or SCORE
            try:
                found = prove_bound(quantity, measure, side, published=published, search=search)
            except NoProofError as error:
                bound = f"{name} {side}".strip()
                raise DataError([Fault(f"{bound} {quantity} of {subject}", str(error))]) from None
            seconds = f"{found.seconds:.1f}"
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


def _kept(path: Path, *, sensitivity: bool) -> pd.DataFrame:
    """Read the rows to keep; a file that is not a table of these bounds is never overwritten."""
    if not path.exists():
        return pd.DataFrame(columns=[ALTERNATIVE, *COLUMNS])
    columns = [ALTERNATIVE] * sensitivity + list(COLUMNS)
    try:
        kept = pd.read_csv(path, dtype=str, keep_default_na=False)
        found = list(kept.columns)
    except ValueError:  # empty, in another encoding, or not a table
        found = []
    if found != columns:
        message = (
            f"is not overwritten: it is not a table of bounds, with the columns {','.join(columns)}"
        )
        raise DataError([Fault(str(path), message)])
    kept = kept if sensitivity else kept.assign(**{ALTERNATIVE: ""})
    names = _names(tasks(sensitivity=sensitivity))
    unknown = [
        Fault(str(path), f"is not a known bound: {' '.join(filter(None, key))}", row)
        for row, key in enumerate(kept[_KEY].itertuples(index=False, name=None), 2)
        if key not in names
    ]
    if unknown:
        raise DataError(unknown)
    return kept


def _names(order: list[Task]) -> list[tuple[str, str, str, str]]:
    """Return the key of each bound in the table."""
    return [(task.alternative, task.quantity, task.measure or SCORE, task.side) for task in order]


def _in_order(table: pd.DataFrame, order: list[Task]) -> pd.DataFrame:
    """Keep the last of each bound, by alternative, quantity, measure and side."""
    names = _names(order)
    last = table.drop_duplicates(_KEY, keep="last").set_index(_KEY)
    known = pd.MultiIndex.from_tuples(names, names=_KEY)
    return last.loc[known[known.isin(last.index)]].reset_index()
