"""The data as it stands in the project, and everything compared once."""

import pytest

from tisstats.agreement.comparison import Comparison
from tisstats.agreement.comparison_data import ComparisonData


@pytest.fixture(scope="session")
def folder(checkout):
    return checkout / "data" / "agreement"


@pytest.fixture(scope="session")
def data(folder):
    return ComparisonData.read(folder)


@pytest.fixture(scope="session")
def comparison(data):
    return Comparison.of(data)


@pytest.fixture(scope="session")
def defined(data):
    """Numbers by definition: method, case and quantity to value."""
    stored = data.stored[data.stored["software"] == "definition"]
    keys = stored[["method", "case", "quantity"]].itertuples(index=False, name=None)
    return dict(zip(keys, stored["value"], strict=True))
