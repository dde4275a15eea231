"""What NumPy and pandas compute: quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import PERCENTILES, Compute, Values, percentiles


def _numpy(method: Literal["weibull", "linear"]) -> Compute:
    def compute(case: Case) -> Values:
        found = np.quantile(case.column("value"), PERCENTILES, method=method)
        return percentiles(PERCENTILES, found)

    return compute


def _pandas(case: Case) -> Values:
    found = pd.Series(case.column("value")).quantile(list(PERCENTILES))
    return percentiles(PERCENTILES, found)


#: Method to computation.
NUMPY: Mapping[str, Compute] = {
    "quantile-6": _numpy("weibull"),
    "quantile-7": _numpy("linear"),
}
PANDAS: Mapping[str, Compute] = {"quantile-7": _pandas}
