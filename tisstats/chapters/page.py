"""What a chapter puts on its page: tables, pictures and notices, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with its caption; the first column heads the rows."""

    frame: pd.DataFrame  #: the cells, as they are printed
    caption: str  #: what the table shows; numbers in it are computed
    wide: bool = False  #: whether it needs more than the column of the text
    folded: bool = False  #: whether a reader first sees the caption alone


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure with its text for those who cannot see it; the notebook has its caption."""

    figure: Figure
    alt: str  #: what the figure shows, message first


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must know before looking at what follows."""

    title: str
    text: str
