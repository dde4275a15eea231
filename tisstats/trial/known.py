"""Whether something holds of each patient: yes, no, or not known. Unknown is never "no"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Whether something holds of each patient, as far as that is known.

    ``&``, ``|`` and ``~`` follow the logic of Kleene: what one side settles is known, whatever
    the other is.

    Examples
    --------
    >>> maybe = Known(np.array([True, False, False]), np.array([False, True, False]))
    >>> maybe.counted(), (~maybe).counted(), (maybe & ~maybe).counted()
    ((1, 1), (1, 1), (0, 1))
    """

    yes: Mask  #: whether it is known to hold
    no: Mask  #: whether it is known not to hold

    @classmethod
    def of(cls, found: Mask | Known) -> Known:
        """Return what is known where a mask holds of everybody; what is one already stays."""
        return found if isinstance(found, Known) else cls(found, ~found)

    @property
    def unknown(self) -> Mask:
        """Whether it is not known."""
        return ~(self.yes | self.no)

    def counted(self) -> tuple[int, int]:
        """Count those of whom it holds, and those of whom that is not known."""
        return int(np.sum(self.yes)), int(np.sum(self.unknown))

    def count(self, more: int = 0) -> int | str:
        """Count those of whom it holds, and `more`; with limits in words if some are unknown.

        Examples
        --------
        >>> Known(np.array([True, False]), np.array([False, False])).count()
        '1 to 2, unknown of 1'
        """
        yes, unknown = self.counted()
        least = yes + more
        return least if not unknown else f"{least} to {least + unknown}, unknown of {unknown}"

    def __and__(self, other: Mask | Known) -> Known:
        other = Known.of(other)
        return Known(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Mask | Known) -> Known:
        other = Known.of(other)
        return Known(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Known:
        return Known(self.no, self.yes)
