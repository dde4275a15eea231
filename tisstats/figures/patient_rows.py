"""Rows of patients under each other, in groups, and the key below them.

Up to `MOST_NAMED` patients have names and rows as high as text. More than these share one height:
rows get thinner, and the names go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from tisstats.figures.layout import Page, text_height, text_width
from tisstats.figures.palette import GRID, MUTED, SMALL_SIZE, TEXT_SIZE
from tisstats.sentences import join_names

MOST_NAMED = 40  #: patients with names, at most

_ROW = 0.19  # height of a row with a name (inches)
_TALL = 6.0  # height of the rows of many patients together
_NAME_SHARE = 0.3  # of the page, at most, for names
_MOST_LISTED = 4  # groups that a title names one by one
_SEAM = 0.006  # by which bars without gaps overlap (inches)
_MARK = 0.2  # from a mark of the key to its text
#: From the top of a line to the middle of its capitals and figures, inches.
_MIDDLE = 0.495 * SMALL_SIZE / 72


class PatientRow(Protocol):
    """What every row of a patient has."""

    @property
    def patient(self) -> str:
        """Patient identifier."""

    @property
    def group(self) -> str:
        """Heading above the patient's row, such as the arm; empty if there is none."""


Some = TypeVar("Some", bound=PatientRow)


def in_groups(rows: Sequence[Some]) -> dict[str, list[Some]]:
    """Return the rows by group, in the order in which the groups come first."""
    found: dict[str, list[Some]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return found


def patients(number: int) -> str:
    """Return the word for a number of patients.

    >>> patients(1), patients(0)
    ('patient', 'patients')
    """
    return "patient" if number == 1 else "patients"


def count_by_group(counts: Mapping[str, tuple[int, int]], noun: str = "") -> str:
    """List by group how many patients of how many; empty for a single group, or too many to name.

    Parameters
    ----------
    counts
        Patients counted, and all patients, by label of the group.
    noun
        What is counted, written after the first number.

    Examples
    --------
    >>> count_by_group({"active": (3, 6), "placebo": (1, 6)})
    '3 of 6 (active) and 1 of 6 (placebo)'
    >>> count_by_group({"active": (3, 6), "placebo": (1, 6)}, "patients")
    '3 of 6 patients (active) and 1 of 6 (placebo)'
    >>> count_by_group({"": (4, 12)})
    ''
    """
    if not 1 < len(counts) <= _MOST_LISTED:
        return ""
    listed = [f"{count} of {size} ({label})" for label, (count, size) in counts.items()]
    if noun:
        listed[0] = listed[0].replace(" (", f" {noun} (", 1)
    return join_names(listed)


def shorten(name: str, width: float) -> str:
    """Return the end of a name, which tells patients apart, if all of it is too wide.

    >>> shorten("S-01", 1.0), shorten("CENTRE-000017-S-01", 0.6)
    ('S-01', '…17-S-01')
    """
    short, start = name, 0
    while text_width(short) > width and start < len(name):
        start += 1
        short = f"…{name[start:]}"
    return short


@dataclass(frozen=True, slots=True)
class PatientRows:
    """Where the rows of a figure stand."""

    height: float  #: of a row (inches)
    left: float  #: where the marks begin, inches from the left
    named: bool  #: whether names stand at the left

    @classmethod
    def arrange(cls, page: Page, rows: Sequence[PatientRow]) -> PatientRows:
        """Return the layout of these rows on a page."""
        if len(rows) > MOST_NAMED:
            return cls(_TALL / len(rows), page.edge + 0.1, False)
        widest = max(text_width(row.patient) for row in rows)
        return cls(_ROW, page.edge + min(widest, _NAME_SHARE * page.width) + 0.1, True)

    def bar(self, share: float) -> float:
        """Return the height of a bar that takes a share of its row, inches.

        Without names bars take all of it, and a little more: no seams show between them.
        """
        return share * self.height if self.named else self.height + _SEAM

    @property
    def mark(self) -> float:
        """Size of a mark on a row, points."""
        return max(2.2, min(5.5, 72 * 0.9 * self.height))

    def write_group(self, page: Page, label: str, number: int) -> None:
        """Write the heading of a group, if it has one, and move below it."""
        if label:
            page.write_paragraph(f"{label} (n={number})", TEXT_SIZE, bold=True, gap=0.02)

    def place(self, page: Page, rows: Sequence[Some]) -> Iterator[tuple[Some, float]]:
        """Write the names of rows one below the other; yield each row with its middle."""
        for row in rows:
            if self.named:
                name = shorten(row.patient, self.left - page.edge - 0.09)
                write_level(page, page.edge, page.y + self.height / 2, name)
            yield row, page.y + self.height / 2
            page.y += self.height

    def note(self, number: int) -> str:
        """Return why patients have no names, if so."""
        if self.named:
            return ""
        return f"Each row is one of {number} patients; more than {MOST_NAMED} are not named."


@dataclass(frozen=True, slots=True)
class Bar:
    """A level bar on a row, inches of the page."""

    left: float
    right: float
    middle: float


def draw_bars(page: Page, bars: Sequence[Bar], high: float, colour: str, **look: Any) -> None:
    """Draw bars of one height and colour, as one element however many they are."""
    if bars:
        page.axes.hlines(
            [bar.middle for bar in bars],
            [bar.left for bar in bars],
            [bar.right for bar in bars],
            colors=colour,
            linewidth=72 * high,
            **look,
        )


def write_level(page: Page, x: float, middle: float, text: str, **settings: Any) -> None:
    """Write a small text of one line, the figures in it centred on the middle of a row."""
    page.write(x, middle - _MIDDLE, text, **settings)


def draw_uprights(page: Page, places: Sequence[float], top: float, **look: Any) -> None:
    """Draw thin lines from a top down to where the page is filled."""
    for x in places:
        settings = {"color": GRID, "linewidth": 0.8, "zorder": 0.6} | look
        page.draw_line([x, x], [top, page.y], **settings)


def write_marks(page: Page, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a key of marks, as many on a line as fit, and move below it.

    Parameters
    ----------
    page
        The page.
    entries
        Look of each mark, as matplotlib takes it for a line with a marker, by its meaning.
    """
    x, line = page.edge + 0.05, text_height("0") + 0.04
    for meaning, look in entries.items():
        width = _MARK + text_width(meaning)
        if x > page.edge + 0.05 and x + width > page.width - page.edge:
            x, page.y = page.edge + 0.05, page.y + line
        page.draw_line([x + 0.05], [page.y + line / 2 - 0.02], linestyle="none", **look)
        page.write(x + _MARK - 0.03, page.y, meaning, color=MUTED)
        x += width + 0.14
    page.y += line if entries else 0.0
