"""Response rates of several studies, grouped by what counted as a response, never pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isclose

from matplotlib.figure import Figure

from tisstats.figures.layout import require
from tisstats.figures.numbers import common_level, estimate_and_limits
from tisstats.figures.palette import style
from tisstats.figures.row_chart import TextRow, draw_intervals
from tisstats.statistics import Interval

#: Stands under every chart of this kind.
NOTE = (
    "Studies differ in endpoint, time, patients and design: do not pool or rank them. "
    "Only the arms of one randomised trial may be compared."
)


_XLABEL = "Patients who responded (%)"


@dataclass(frozen=True, slots=True)
class ComparatorRow:
    """The response in one study, or in one arm of it.

    Raises
    ------
    ValueError
        If the counts are impossible or contradict the interval.
    """

    study: str  #: study, with the arm where there are several
    endpoint: str  #: what counted as a response, in the study's own terms
    interval: Interval  #: of the proportion, 0 to 1
    responders: int  #: patients who reached it
    patients: int  #: all patients of the study or arm
    design: str = ""  #: design and patients, in a few words
    highlighted: bool = False  #: whether to set it apart (the study at hand)
    group: str = ""  #: kind of endpoint; rows of one kind stand together under it

    def __post_init__(self) -> None:
        if not 0 <= self.responders <= self.patients or self.patients == 0:
            raise ValueError(
                f"responders of {self.study!r} is {self.responders} of {self.patients} patients; "
                "give 0 to patients, and 1 patient or more"
            )
        share = self.responders / self.patients
        if not isclose(share, self.interval.estimate, abs_tol=1e-9):
            raise ValueError(
                f"interval of {self.study!r} has the estimate {self.interval.estimate}; "
                f"give that of {self.responders}/{self.patients}, {share}"
            )


@style()
def draw(rows: Sequence[ComparatorRow]) -> Figure:
    """Draw one row a study: what counted, how many reached it, and the interval.

    Parameters
    ----------
    rows
        Studies from top to bottom; those of one group must stand together.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, or rows of one group do not stand together.
    """
    headings = _headings(rows)
    level = common_level(row.interval for row in rows)
    return draw_intervals(
        [
            TextRow(
                row.study,
                f"{row.responders}/{row.patients}, {_numbers(row, level)}",
                row.interval,
                row.highlighted,
                "\n".join(_details(row)),
                heading,
            )
            for row, heading in zip(rows, headings, strict=True)
        ],
        _XLABEL,
        header=f"Responders ({level}CI)",
        note=NOTE,
    )


def describe(rows: Sequence[ComparatorRow]) -> str:
    """Describe the figure in words for readers who do not see it; parameters as for `draw`."""
    headings = _headings(rows)
    level = common_level(row.interval for row in rows)
    parts = [
        f"Chart of {len(rows)} response rates with {level}confidence intervals "
        f"on one axis from 0 to 100%: {_XLABEL}."
    ]
    for row, heading in zip(rows, headings, strict=True):
        parts += [f"{heading}:"] if heading else []
        mark = ", highlighted" if row.highlighted else ""
        parts.append(
            f"{row.study}{mark}: {row.responders} of {row.patients}, {_numbers(row, level)}; "
            f"{'; '.join(_details(row))}."
        )
    return " ".join([*parts, NOTE])


def _numbers(row: ComparatorRow, level: str) -> str:
    return estimate_and_limits(row.interval, 0, level=not level)


def _details(row: ComparatorRow) -> list[str]:
    return [text for text in (row.endpoint, row.design) if text]


def _headings(rows: Sequence[ComparatorRow]) -> list[str]:
    """Return the group of each row where it begins, and nothing elsewhere."""
    require(rows, "rows", "study")
    headings: list[str] = []
    for group, members in groupby(rows, key=lambda row: row.group):
        if group and group in headings:
            raise ValueError(f"rows of the group {group!r} do not stand together")
        headings += [group, *([""] * (len(list(members)) - 1))]
    return headings
