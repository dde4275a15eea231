"""The evidence as it stands in the project, and everything compared once."""

import pytest

from tisstats.agreement.comparison import Comparison
from tisstats.agreement.evidence import Evidence


@pytest.fixture(scope="session")
def folder(checkout):
    return checkout / "data" / "agreement"


@pytest.fixture(scope="session")
def evidence(folder):
    return Evidence.read(folder)


@pytest.fixture(scope="session")
def comparison(evidence):
    return Comparison.of(evidence)


@pytest.fixture(scope="session")
def defined(evidence):
    """Numbers by definition: method, case and quantity to value."""
    golden = evidence.golden[evidence.golden["software"] == "definition"]
    keys = golden[["method", "case", "quantity"]].itertuples(index=False, name=None)
    return dict(zip(keys, golden["value"], strict=True))
