"""The signed-rank statistic of many sets of changes at once, in whole numbers.

As SPSS computes it: zeros are dropped, ties share their rank, the variance is corrected for ties,
and nothing for continuity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def z_sizes(changes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Size of the z statistic of each row of changes; 0 where no change is left.

    Parameters
    ----------
    changes : shape (sets, n)
        Whole numbers, in steps of the scale.

    Examples
    --------
    >>> z_sizes(np.array([[1, 2, 3], [-1, 1, 0]])).round(3).tolist()
    [1.604, 0.0]
    """
    size = np.abs(changes).astype(np.int32)
    kept = size > 0
    # Twice the rank is whole even where ties share it: twice those below, those equal, and one.
    below = (size[:, :, None] > size[:, None, :]) & kept[:, None, :]
    equal = size[:, :, None] == size[:, None, :]
    ranks = (2 * below.sum(axis=2) + equal.sum(axis=2) + 1) * kept
    signed = (np.sign(changes) * ranks).sum(axis=1)
    spread = np.sqrt((ranks * ranks).sum(axis=1))
    z = np.zeros(len(changes))
    np.divide(np.abs(signed), spread, out=z, where=spread > 0)
    return z
