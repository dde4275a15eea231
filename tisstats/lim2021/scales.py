"""The scales of the outcome measures of Table 2, from ``scales.csv`` in this folder.

Each row says where its range and step come from, and whether they are established or assumed. The
columns are the fields of `tisstats.measures.scales.Scale`; an empty ``high`` means no upper end.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from importlib.resources import files

from tisstats.measures.scales import Scale


def _scale(row: dict[str, str]) -> Scale:
    return Scale(
        name=row["name"],
        abbreviation=row["abbreviation"],
        low=int(row["low"]),
        high=int(row["high"]) if row["high"] else None,
        step=Fraction(row["step"]),
        unit=row["unit"],
        better="lower" if row["better"] == "lower" else "higher",
        source=row["source"],
        assumed=row["assumed"] == "true",
        step_assumed=row["step_assumed"] == "true",
        certainty=row["certainty"],
    )


_ROWS = files("tisstats.lim2021").joinpath("scales.csv").read_text(encoding="utf-8")

#: Scale of each outcome measure, in the order of Table 2.
SCALES: dict[str, Scale] = {
    row["measure"]: _scale(row) for row in csv.DictReader(_ROWS.splitlines())
}
