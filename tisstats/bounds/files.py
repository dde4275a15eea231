"""The tables of bounds: read, write, and join them with the spread of an ensemble."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from pathlib import Path

import pandas as pd

from tisstats.datapackage import read_tables
from tisstats.ledger.published import data_directory
from tisstats.tables.atomic import replacing

COLUMNS = ("quantity", "measure", "side", "step", "unit", "value", "proven", "seconds", "model")

#: Column that names the alternative assumption in the second table.
ALTERNATIVE = "alternative"

#: Value of the column of measures for a quantity of the score.
SCORE = "total_improvement_score"

#: Value where there is no bound.
UNBOUNDED = "unbounded"


def read_bounds(directory: Path | str | None = None) -> pd.DataFrame:
    """Read the proven bounds; by default those that come with the project.

    Returns
    -------
    DataFrame
        One row per bound, with the columns

        - ``quantity``, and ``measure``: ``total_improvement_score`` for the score;
        - ``side``: minimum or maximum;
        - ``step`` and ``unit``: resolution of the measure; several measures are joined by "and",
          for the score the six of the core set;
        - ``value``: exact, as text; a fraction, or ``unbounded``;
        - ``proven``: sharp, if a cohort that meets the assumptions attains it; outer, if no such
          cohort goes beyond it but none is known to attain it;
        - ``seconds``, and ``model``: row or joint;
        - ``number``: the value as a float, infinite where unbounded.

    Raises
    ------
    DataError
        If the table is missing or does not meet its schema.

    Examples
    --------
    >>> bounds = read_bounds()
    >>> sorted(set(bounds["proven"]) - {"sharp", "outer"})
    []
    """
    return _read("bounds", directory)


def read_sensitivity(directory: Path | str | None = None) -> pd.DataFrame:
    """Read the bounds that hold when one assumption is altered, such as the step of a scale.

    Returns
    -------
    DataFrame
        The columns of `read_bounds`, and before them ``alternative``: one of
        `tisstats.bounds.ALTERNATIVES`.

    Raises
    ------
    DataError
        If the table is missing or does not meet its schema.
    """
    return _read("sensitivity", directory)


def _read(name: str, directory: Path | str | None) -> pd.DataFrame:
    folder = data_directory("bounds") if directory is None else Path(directory)
    table = read_tables(folder)[name]
    table["seconds"] = table["seconds"].astype(float)
    beyond = {"minimum": -inf, "maximum": inf}
    table["number"] = [
        beyond[side] if value == UNBOUNDED else float(Fraction(value))
        for value, side in zip(table["value"], table["side"], strict=True)
    ]
    return table


def write_bounds(bounds: pd.DataFrame, path: Path | str) -> None:
    """Write a table of bounds; the file is replaced atomically.

    With a column ``alternative`` it is the table of `read_sensitivity`.
    """
    columns = [ALTERNATIVE] * (ALTERNATIVE in bounds) + list(COLUMNS)
    with replacing(Path(path)) as part:
        bounds.loc[:, columns].to_csv(part, index=False, lineterminator="\n")


def join_spread(bounds: pd.DataFrame, spread: pd.DataFrame) -> pd.DataFrame:
    """Join bounds with the spread of an ensemble, one row per quantity and measure.

    The spread of an ensemble is an artefact of the sampling scheme; only the bounds follow from the
    printed numbers and the assumptions.

    Parameters
    ----------
    bounds
        As `read_bounds` returns it.
    spread
        As `ensemble_spread` returns it.

    Returns
    -------
    DataFrame
        ``quantity``, ``measure``, ``step``, ``unit``, ``minimum``, ``maximum`` (floats, infinite
        where unbounded), ``proven_minimum``, ``proven_maximum``, and the columns of the spread of
        the ensemble.
    """
    key = ["quantity", "measure", "step", "unit"]
    minima, maxima = (
        bounds.loc[bounds["side"] == side, [*key, "number", "proven"]].rename(
            columns={"number": side, "proven": f"proven_{side}"}
        )
        for side in ("minimum", "maximum")
    )
    both = minima.merge(maxima, on=key, how="outer", sort=False)
    columns = [*key, "minimum", "maximum", "proven_minimum", "proven_maximum"]
    return both[columns].merge(spread, on=["quantity", "measure"], how="left", sort=False)
