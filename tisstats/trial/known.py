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
    def of(cls, mask: Mask) -> Known:
        """Return what is known of everybody."""
        return cls(mask, ~mask)

    @property
    def unknown(self) -> Mask:
        """Whether it is not known."""
        return ~(self.yes | self.no)

    def counted(self) -> tuple[int, int]:
        """Count those of whom it holds, and those of whom that is not known."""
        return int(np.sum(self.yes)), int(np.sum(self.unknown))

    def __and__(self, other: Known) -> Known:
        return Known(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Known) -> Known:
        return Known(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Known:
        return Known(self.no, self.yes)
