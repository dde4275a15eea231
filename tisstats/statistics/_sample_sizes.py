"""The smallest of several sample sizes that is sufficient, and whether larger ones are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Planned = TypeVar("Planned")

#: Relative rounding error: 100 * 0.07 is 7.000000000000001 in binary, and is meant to be 7. Values
#: within it of the target power, or of what is missing to 1, or of the target width, count as equal
#: to these.
TOLERANCE = 1e-9


def smallest_and_stable(
    sufficient: NDArray[np.bool_], planned: Callable[[int], Planned]
) -> tuple[Planned, Planned | None]:
    """Plan the first sufficient place, and the first from which all are sufficient, or None."""
    after_last_short = int(np.flatnonzero(~sufficient).max(initial=-1)) + 1
    stable = planned(after_last_short) if after_last_short < sufficient.size else None
    return planned(int(np.argmax(sufficient))), stable
