"""Remarks on measures of which part, or one scale of several, is in another unit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tisstats.trial.mixed_units import mixed_units
from tisstats.trial.plausibility import implausible_scales
from tisstats.trial.study import Study
from tisstats.trial.template import example_folder

EXAMPLE = Study.read(example_folder())
IN_CM = "values of {} are below 10 and have decimals, while all above 10 are whole numbers"
MIXED = "values of ck with decimals are mostly below a tenth of those without: are all in {}"


def of_study(*, vas_max=100, unit="U/L"):
    measures = replace(EXAMPLE.measures, vas_max=vas_max, enzyme_unit=unit)
    return replace(EXAMPLE, measures=measures)


def visits(**measures):
    scale = np.arange(20.0, 60)
    usual = {"physician_global": scale, "patient_global": scale, "extramuscular": scale,
             "mmt": 100.0, "haq": 1.0, "ck": 400.0, "week": 0}  # fmt: skip
    table = pd.DataFrame({**usual, **measures}, index=range(40))
    # The values of two sites, as identifiers have them, ten visits at the second.
    return table.assign(patient_id=[f"1-{at // 3}" for at in range(30)] + ["2-1"] * 4 + ["2-2"] * 6)


SOME_IN_CM = np.append(np.arange(20.0, 50), np.arange(0.1, 9.2, 1))


@pytest.mark.parametrize(
    ("given", "vas_max", "noted"),
    [
        (SOME_IN_CM, 100, True),
        (SOME_IN_CM, 10, False),
        (np.append(SOME_IN_CM[:39], np.nan), 100, False),  # nine values are too few
        (np.append(SOME_IN_CM[:39], 7.0), 100, False),
        (np.append(20.5, SOME_IN_CM[1:]), 100, False),  # mm with decimals
        (np.append(np.full(21, 5.0), SOME_IN_CM[21:]), 100, False),  # nine above ten
        (np.append(np.full(20, 5.0), SOME_IN_CM[20:]), 100, True),
    ],
)
def test_values_of_some_patients_in_cm(given, vas_max, noted):
    study, table = of_study(vas_max=vas_max), visits(patient_global=given)
    expected = (
        f"10 {IN_CM.format('patient_global')}: are they in cm, though measures.vas_max is 100"
    )
    named = [f"{expected} (2 patients, the first 2-1)?"] * noted
    assert list(mixed_units(study, table)) == named
    assert list(mixed_units(study, table, names=False)) == [f"{expected}?"] * noted
    one = table.assign(patient_id="7")
    assert list(mixed_units(study, one)) == [f"{expected} (1 patient: 7)?"] * noted


WHOLE = np.arange(100.0, 400, 10)
KATALS = np.full(10, 2.55)


@pytest.mark.parametrize(
    ("ck", "unit", "noted"),
    [
        (np.append(WHOLE, KATALS), "U/L", "(2 patients, the first 2-1)"),
        (np.append(WHOLE, KATALS), "microkat/L", "(10 patients, the first 1-0)"),
        (
            np.append([np.nan] * 3, [*WHOLE[3:], *KATALS]),
            "microkat/L",
            "(9 patients, the first 1-1)",
        ),
        (np.append(WHOLE, 10 * KATALS), "U/L", ""),  # above a tenth of 245
        (np.append(WHOLE, 9.6 * KATALS), "U/L", "(2 patients, the first 2-1)"),
        (np.append(WHOLE, [*KATALS[:9], 3.0]), "U/L", ""),
        (np.append(WHOLE, [*KATALS[:9], np.nan]), "U/L", ""),
        (WHOLE[0], "U/L", ""),
    ],
)
def test_enzymes_of_some_patients_in_another_unit(ck, unit, noted):
    found = list(mixed_units(of_study(unit=unit), visits(ck=ck)))
    assert found == [f"{MIXED.format(unit)} {noted}?"] * bool(noted)


@pytest.mark.parametrize(
    ("vas_max", "measures", "noted"),
    [
        (100, {"extramuscular": 4.0}, "extramuscular is above 10: is it in mm"),
        (100, {"extramuscular": 10.0}, "extramuscular is above 10: is it in mm"),
        (100, {"extramuscular": 10.5}, ""),
        (100, {"extramuscular": 0.0}, ""),
        (100, {"patient_global": 8.5}, "patient_global is above 10: is it in mm"),
        (100, {"extramuscular": [4.0] * 20 + [np.nan] * 20}, "extramuscular is above 10"),
        (100, {"extramuscular": [4.0] * 19 + [np.nan] * 21}, ""),
        (10, {"physician_global": 5.5, "patient_global": 1.0, "extramuscular": 0.9},
         "extramuscular is above 1: is it in cm"),
        # Where no scale exceeds a tenth, it may be mild disease.
        (10, {"physician_global": [0.9] * 9 + [np.nan] * 31, "patient_global": np.nan,
              "extramuscular": 0.9}, ""),
    ],
)  # fmt: skip
def test_one_scale_that_never_exceeds_a_tenth_while_others_do(vas_max, measures, noted):
    patients = pd.DataFrame({"patient_id": ["1", "2"], "arm": list(EXAMPLE.arms), "ck_uln": 200.0})
    table = visits(**measures).assign(patient_id="1")
    found = list(implausible_scales(of_study(vas_max=vas_max), patients, table))
    of_scale = [remark for remark in found if "extramuscular" in remark or len(measures) == 1]
    assert len(of_scale) == bool(noted)
    assert all(remark.startswith(f"no {noted}") for remark in of_scale)
