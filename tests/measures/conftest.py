"""What the tests of the measures share."""

import pandas as pd
import pytest


@pytest.fixture
def medians():
    """The printed medians of the pilot study, as one illustrative pseudo-patient."""
    return pd.DataFrame(
        {
            "patient_id": ["median", "median"],
            "week": [0, 9],
            "physician_global": [3.8, 2.3],
            "patient_global": [6.1, 4.6],
            "mmt": [211, 227],
            "haq": [2.0, 1.6],
            "ck": [1199, 196],
            "extramuscular": [2.2, 1.0],
        }
    )
