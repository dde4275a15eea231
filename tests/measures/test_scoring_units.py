"""The factors from the units of a file to those of scoring."""

import pytest

from tisstats.measures.scoring_units import ScoringUnits

ENZYMES = ["ck", "aldolase", "ldh", "ast", "alt"]
SCALES = ["physician_global", "patient_global", "extramuscular"]


@pytest.mark.parametrize("column", [*ENZYMES, "ck_limit"])
@pytest.mark.parametrize(
    ("unit", "size"),
    [("U/L", 1), ("IU/L", 1), ("microkat/L", 60), ("µkat/L", 60), ("μkat/L", 60), ("ukat/L", 60)],
)
def test_every_spelling_of_the_unit_of_an_enzyme_is_known(column, unit, size):
    limits = {"ck": "ck_limit", "ldh": 250}
    assert ScoringUnits(uln=limits).factor(column, unit) == (size, 1)
    assert ScoringUnits("microkat/L", uln=limits).factor(column, unit) == (size, 60)


@pytest.mark.parametrize("column", SCALES)
def test_scales_are_in_centimetres_or_millimetres(column):
    assert ScoringUnits().factor(column, "cm") == (10, 10)
    assert ScoringUnits().factor(column, "mm") == (1, 10)
    assert ScoringUnits(vas_max=100).factor(column, "cm") == (10, 1)
    assert ScoringUnits(vas_max=100).factor(column, "mm") == (1, 1)


HAVE_UNITS = (
    "only physician_global, patient_global, extramuscular, ck, aldolase, ldh, ast, alt and columns "
    "of upper limits have a unit"
)


@pytest.mark.parametrize(
    ("options", "column", "unit", "expected"),
    [
        ({}, "haq", "cm", HAVE_UNITS),
        ({}, "ck_limit", "U/L", HAVE_UNITS),
        ({"core_set": "printo"}, "ck", "U/L", "only physician_global, parent_global have a unit"),
        ({}, "ck", "mm", "must be one of U/L, microkat/L"),
        ({}, "patient_global", "U/L", "must be one of mm, cm"),
    ],
)
def test_what_has_no_such_unit_is_refused(options, column, unit, expected):
    with pytest.raises(ValueError, match=r"^(only|must)") as raised:
        ScoringUnits(**options).factor(column, unit)
    assert str(raised.value) == expected
