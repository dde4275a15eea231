"""What a trial's description permits, what it leaves to defaults, and the columns that follow."""

from dataclasses import replace
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest

from tisstats.measures import Scale
from tisstats.measures.imacs import WORSENING_RULES
from tisstats.statistics.quantiles import QUANTILE_DEFINITIONS
from tisstats.trial import AnalysisOptions, Characteristic, StudyTreatment, TrialDescription
from tisstats.trial.description import (
    TABLES,
    Method,
    ZeroMethod,
    data_package_template,
    has_value,
    primary_key,
)

PLAIN = AnalysisOptions(horizon_week=24, quantile_definition=7)


def scale(high):
    return Scale("Measure", "M", 0, high, Fraction(1, 10), "unit", "lower", "made up")


def describe(**changes):
    given = {
        "measures": {"physician_global": scale(10), "ldh": scale(None), "ck": scale(None)},
        "groups": {"a": "Arm A", "b": "Arm B"},
        "characteristics": {},
        "treatment": None,
        "options": PLAIN,
        "decimals": 1,
        "p_decimals": 3,
    }
    return TrialDescription(**given | changes)


PERMITTED = {
    "end": ("last-assessment", "completers"),
    "zero_method": get_args(ZeroMethod),
    "pvalue_method": get_args(Method),
    "quantile_definition": tuple(QUANTILE_DEFINITIONS),
    "population": ("adult", "juvenile"),
    "worsening": tuple(WORSENING_RULES),
}


def test_groups_have_labels_of_their_own():
    with pytest.raises(ValueError, match=r"groups must have a label of their own each, got .*Arm"):
        describe(groups={"a": "Arm", "b": "Arm"})
    assert describe(groups={"a": "A", "b": "B"}).groups == {"a": "A", "b": "B"}


@pytest.mark.parametrize("name", PERMITTED)
def test_each_choice_of_the_analysis_is_one_of_those_permitted(name):
    for value in PERMITTED[name]:
        assert getattr(replace(PLAIN, **{name: value}), name) == value
    with pytest.raises(ValueError, match=name) as caught:
        replace(PLAIN, **{name: "other"})
    choices = ", ".join(map(str, PERMITTED[name]))
    assert str(caught.value) == f"{name} must be one of {choices}, got 'other'"


def test_a_definition_of_worsening_may_be_given_itself():
    rule = WORSENING_RULES["imacs"]
    assert replace(PLAIN, worsening=rule).worsening is rule


def test_the_horizon_is_above_0():
    assert replace(PLAIN, horizon_week=0.5).horizon_week == pytest.approx(0.5)
    for week in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="horizon_week") as caught:
            replace(PLAIN, horizon_week=week)
        assert str(caught.value) == f"horizon_week must be above 0, got {week!r}"


def test_what_is_not_chosen_is_as_in_the_response_criteria_of_2016_for_adults():
    assert AnalysisOptions(
        24, 7, "last-assessment", "wilcox", "exact", "imacs",
        responder_threshold=40, minimal_threshold=20, population="adult",
    ) == PLAIN  # fmt: skip
    described = describe()
    found = (
        described.columns, described.optional_columns, described.group_column,
        described.group_label, described.follow_up_required, described.enzyme_unit,
        described.enzyme_panel, described.core_set, described.chq_phs_range, described.cmas_max,
    )  # fmt: skip
    assert found == (
        {}, frozenset(), "subtype", "Subtype", True, "U/L", "complete", "imacs", None, None,
    )  # fmt: skip
    assert StudyTreatment("ivig", "IVIg", "dose", "g").doses_label == "Doses"


def test_characteristics_are_of_a_column():
    patients = {
        "age": np.array([30.0, np.nan]),
        "smoker": np.array([True, None], dtype=object),
        "msa": np.array(["jo1;srp", ""], dtype=object),
    }
    assert Characteristic("Age", lambda rows: rows["age"]).decimals == 0
    age = Characteristic.quantity("Age", "age")
    assert (age.label, age.decimals, age.values(patients) is patients["age"]) == ("Age", 0, True)
    assert Characteristic.quantity("Age", "age", 2).decimals == 2
    smoker = Characteristic.flag("Smoker", "smoker").values(patients)
    assert (smoker.yes.tolist(), smoker.no.tolist()) == ([True, False], [False, False])
    assert Characteristic.from_list("SRP", "msa", "srp").values(patients).yes.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("cell", "value", "found"),
    [
        ("srp", "srp", "yes"),
        ("mda5;srp", "srp", "yes"),
        ("srp;mda5", "srp", "yes"),
        ("srp54", "srp", "no"),
        ("none", "srp", "no"),
        ("", "srp", "unknown"),
        ("mda5", "srp", "no"),
    ],
)
def test_a_list_has_a_value_as_a_whole_or_is_empty_and_unknown(cell, value, found):
    for others in ([], ["srp", "", "other"]):
        cells = np.array([*others, cell], dtype=object)
        of_whom = has_value({"msa": cells}, "msa", value)
        assert of_whom.yes[-1] == (found == "yes")
        assert of_whom.no[-1] == (found == "no")


def test_the_enzymes_are_those_measured_in_the_order_that_breaks_ties():
    described = describe()
    assert described.enzymes == ("ck", "ldh")
    assert described.score_columns == (
        "physician_global", "patient_global", "mmt", "haq", "extramuscular", "ck", "ldh",
    )  # fmt: skip
    assert described.name_measure("enzyme") == "Most abnormal muscle enzyme"
    alone = {name: scale for name, scale in described.measures.items() if name != "ck"}
    assert describe(measures=alone).name_measure("enzyme") == "Lactate dehydrogenase"
    assert describe(measures=alone).name_measure("mmt") == described.name_measure("mmt")
    with pytest.raises(ValueError, match=r"measures must include one of ck, .*, got none"):
        describe(measures={"physician_global": scale(10)})


def test_the_set_of_children_needs_no_enzyme_but_a_range():
    described = describe(core_set="printo", chq_phs_range=(0, 100))
    assert described.enzymes == ()
    assert describe(core_set="printo", chq_phs_range=(0, 100), measures={}).vas_max == 10
    with pytest.raises(ValueError, match="chq_phs_range"):
        describe(core_set="printo")


@pytest.mark.parametrize(
    ("lengths", "vas_max"),
    [
        ({}, 10),
        ({"physician_global": 10}, 10),
        ({"extramuscular": 100}, 100),
        ({"physician_global": 100, "patient_global": 100}, 100),
        ({"physician_global": 50}, None),
        ({"physician_global": 10, "patient_global": 100}, None),
        ({"physician_global": 10, "patient_global": 50}, None),
        # Of the other core set: no scale of this one.
        ({"physician_global": 100, "parent_global": 50}, 100),
    ],
)
def test_visual_analogue_scales_are_10_cm_or_100_mm_long(lengths, vas_max):
    measures = {"ck": scale(None)} | {name: scale(high) for name, high in lengths.items()}
    if vas_max is None:
        with pytest.raises(ValueError, match=r"must all be 10 \(cm\) or 100 \(mm\) long, got"):
            describe(measures=measures)
    else:
        assert describe(measures=measures).vas_max == vas_max


def test_the_columns_of_the_tables():
    age = {"name": "age", "type": "integer"}
    narrower = {"name": "end_week", "type": "integer", "constraints": {"maximum": 24}}
    treatment = StudyTreatment("ivig", "IVIg", "dose_g", "g")
    described = describe(
        columns={"patients": [age, narrower]}, treatment=treatment, group_column="arm"
    )
    template = {
        each["name"]: each["schema"]["fields"] for each in data_package_template()["resources"]
    }
    assert tuple(described.fields) == TABLES == tuple(template)
    at_least_0 = {"minimum": 0}
    own = {
        "patients": [
            age,
            narrower,
            {
                "name": "arm",
                "type": "string",
                "constraints": {"required": True, "enum": ["a", "b"]},
            },
            {"name": "ck_uln", "type": "number", "constraints": at_least_0},
            {"name": "ldh_uln", "type": "number", "constraints": at_least_0},
        ],
        "visits": [
            {"name": "physician_global", "type": "number"},
            {"name": "ldh", "type": "number"},
            {"name": "ck", "type": "number"},
        ],
        "treatments": [
            {
                "name": "treatment",
                "type": "string",
                "constraints": {"required": True, "enum": ["ivig", "rescue"]},
            },
            {"name": "dose_g", "type": "number", "constraints": at_least_0},
        ],
        "adverse_events": [],
    }
    for table, fields in own.items():
        names = [field["name"] for field in fields]
        rest = [field for field in template[table] if field["name"] not in names]
        assert list(described.fields[table]) == fields + rest
    # Where doses are not described, treatments have the columns of every trial alone.
    assert list(describe().fields["treatments"]) == template["treatments"]


def test_what_tells_the_rows_of_each_table_apart():
    assert {table: primary_key(table) for table in TABLES} == {
        "patients": ["patient_id"],
        "visits": ["patient_id", "week"],
        "treatments": ["patient_id", "week", "treatment"],
        "adverse_events": ["patient_id", "number"],
    }
