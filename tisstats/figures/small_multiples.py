"""Small panels under their titles, in rows across the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from tisstats.figures.layout import Page, glue_numbers, text_height, wrap
from tisstats.figures.palette import MUTED, RULE

_GAP = 0.16  # between panels of a row (inches)
_HEAD_GAP = 0.1  # from the titles to the panels


@dataclass(frozen=True, slots=True)
class PanelText:
    """What stands above a panel."""

    title: str
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel and where it is on its page (inches)."""

    axes: Axes
    left: float
    bottom: float
    width: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Panels of one size, row by row."""

    page: Page
    columns: int  #: panels in a row
    left: float  #: room for the labels of the vertical axis of each panel (inches)
    height: float  #: of a panel (inches)

    @property
    def _slot(self) -> float:
        """Width of a panel with its labels."""
        return (self.page.available_width() - (self.columns - 1) * _GAP) / self.columns

    @property
    def width(self) -> float:
        """Width of a panel without its labels, inches."""
        return self._slot - self.left

    def add_panels(self, texts: Sequence[PanelText], foot: float) -> Iterator[Panel]:
        """Yield a panel for each title, and move below each row when it is full.

        Parameters
        ----------
        texts
            What stands above each panel.
        foot
            Room below a panel, inches.
        """
        page, slot = self.page, self._slot
        for first in range(0, len(texts), self.columns):
            row = [
                (wrap(glue_numbers(text.title), slot, bold=True), wrap(text.subtitle, slot))
                for text in texts[first : first + self.columns]
            ]
            head = max(text_height(title) + text_height(subtitle) for title, subtitle in row)
            for column, (title, subtitle) in enumerate(row):
                x = page.edge + column * (slot + _GAP)
                # Titles end at the panel, however many lines they have.
                below = page.y + head - text_height(subtitle)
                page.write(x, below - text_height(title), title, bold=True)
                page.write(x, below, subtitle, color=MUTED)
                y = page.y + head + _HEAD_GAP
                axes = page.add_panel(x + self.left, y, self.width, self.height)
                axes.spines[["left", "bottom"]].set_color(RULE)
                axes.tick_params(length=3)
                yield Panel(axes, x + self.left, y + self.height, self.width)
            page.y += head + _HEAD_GAP + self.height + foot
