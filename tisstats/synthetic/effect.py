"""The effect of the criteria of plausibility: cohorts drawn with them and without them.

Drawing takes a minute, so the comparison is kept in a file. It is made again by

    python -m tisstats.synthetic.effect data/reconstructed
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import data_directory
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.diversity import quantities
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.plausibility import CRITERIA, correlation
from tisstats.synthetic.run import draw_ensemble

EFFECT = "synthetic_effect_of_plausibility.csv"

#: Cohorts of either kind that are compared.
COHORTS = 200

#: Percentiles that show the spread.
PLACES = {"low": 0.05, "middle": 0.5, "high": 0.95}

_KINDS = ("with", "without")
COLUMNS = (
    *("of", "name", "unit", "cohorts"),
    *(f"{kind}_{place}" for kind in _KINDS for place in PLACES),
)


def compare(with_criteria: Ensemble, without: Ensemble, cohorts: int) -> pd.DataFrame:
    """Compare the first cohorts of two ensembles.

    Returns
    -------
    DataFrame
        By `COLUMNS`: of each criterion, the share of cohorts in which nobody breaks it, in per
        cent (in ``middle``); of each followed quantity, 5th, 50th and 95th percentile.
    """
    rows = []
    drawn = {
        kind: [ensemble.cohort(index) for index in range(cohorts)]
        for kind, ensemble in zip(_KINDS, (with_criteria, without), strict=True)
    }
    for each in CRITERIA:
        row = {"of": "criterion", "name": each.name, "unit": "%", "cohorts": str(cohorts)}
        for kind in _KINDS:
            met = sum(not each.breaches(cohort).any() for cohort in drawn[kind])
            row[f"{kind}_middle"] = f"{100 * met / cohorts:g}"
        rows.append(row)
    followed = dict(quantities())
    followed["correlation at baseline, MMT with HAQ"] = (
        "rank correlation",
        lambda cohort: -correlation(cohort, "baseline", "mmt", "haq"),
    )
    for name, (unit, value) in followed.items():
        row = {"of": "quantity", "name": name, "unit": unit, "cohorts": str(cohorts)}
        for kind in _KINDS:
            values = [value(cohort) for cohort in drawn[kind]]
            for place, share in PLACES.items():
                row[f"{kind}_{place}"] = f"{np.quantile(values, share):.4g}"
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).fillna("")


def read_effect(directory: Path | str | None = None) -> pd.DataFrame:
    """Read the comparison that comes with the project, all cells text.

    Raises
    ------
    DataError
        If the file is missing or has other columns.
    """
    folder = data_directory("reconstructed") if directory is None else Path(directory)
    path = folder / EFFECT
    if not path.is_file():
        raise DataError([Fault(str(path), "there is no such file")])
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(table.columns) != COLUMNS:
        raise DataError([Fault(str(path), f"the columns must be {','.join(COLUMNS)}")])
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw cohorts without the criteria, compare them with those kept, write the file."""
    parser = argparse.ArgumentParser(prog="python -m tisstats.synthetic.effect")
    parser.add_argument("directory", type=Path, help="folder that `tisstats reconstruct` made")
    folder = parser.parse_args(arguments).directory
    try:
        kept = Ensemble.read(folder)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    cohorts = min(COHORTS, len(kept))
    without = draw_ensemble(kept.seed, cohorts, Assumptions(plausible=False))
    table = compare(kept, without, cohorts)
    table.to_csv(folder / EFFECT, index=False, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
