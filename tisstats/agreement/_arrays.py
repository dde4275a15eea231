"""What NumPy and pandas compute: quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import PERCENTILES, Compute, Offer, Values, percentiles


def _numpy(method: Literal["weibull", "linear"]) -> Compute:
    def compute(case: Case) -> Values:
        found = np.quantile(case.column("value"), PERCENTILES, method=method)
        return percentiles(PERCENTILES, found)

    return compute


def _pandas(case: Case) -> Values:
    found = pd.Series(case.column("value")).quantile(list(PERCENTILES))
    return percentiles(PERCENTILES, found)


#: Method to how it is asked for and computed.
NUMPY: Mapping[str, Offer] = {
    "quantile-6": Offer('quantile(method="weibull")', _numpy("weibull")),
    "quantile-7": Offer('quantile(method="linear")', _numpy("linear")),
}
PANDAS: Mapping[str, Offer] = {"quantile-7": Offer("Series.quantile()", _pandas)}
