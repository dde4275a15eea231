"""The description of a study: what is refused, with key, value and what is allowed."""

import copy
import math
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.kept import compare
from tests.trial.studies import make_study, with_decimal_points
from tisstats.errors import DataError
from tisstats.measures.enzymes import uln_fault
from tisstats.trial.study import Study
from tisstats.trial.study_schema import describe_key, study_schema
from tisstats.trial.study_trial_description import describe_trial
from tisstats.trial.study_wording import scale_notes
from tisstats.trial.template import example_folder

PLAIN = tomllib.loads(make_study(4).description)


def changed(key, value, given=PLAIN):
    """Return a description in which a key has another value; None removes it."""
    given = copy.deepcopy(given)
    *path, last = key.split(".")
    part = given
    for name in path:
        part = part.setdefault(name, {})
    if value is None:
        del part[last]
    else:
        part[last] = value
    return given


def faults(given):
    with pytest.raises(DataError) as caught:
        Study.from_mapping(given)
    return [str(fault) for fault in caught.value.faults]


GRIP = {"label": "Grip strength", "unit": "kg", "minimum": 0, "better": "higher"}
AGE = {"label": "Another age", "type": "number"}
FAULTS = [
    ("measures.mmt_max", None, "key measures.mmt_max: is missing: maximum of the manual muscle"),
    ("measures.vas_max", None, "key measures.vas_max: is missing: length of the visual analogue"),
    ("measures.uln", None, "key measures.uln: is missing: upper limit of normal"),
    ("measures.uln", {}, "key measures.uln.ck: is missing: the upper limit of ck"),
    ("measures.uln.ck", 0, "key measures.uln.ck, value '0': must be a number, above 0 or text"),
    ("measures.uln.ck", 3.3, f"key measures.uln.ck, value '3.3': {uln_fault('ck', 3.3, 'U/L')}"),
    ("measures.uln.ldh", 240, "key measures.uln.ldh, value '240': is not in measures.used"),
    ("measures.uln.kc", 240, "must be one of ck, aldolase, ldh, ast, alt"),
    ("measures.mmt_max", 150.5, "value '150.5': must be a whole number, at least 1"),
    ("measures.mmt_max", True, "value 'true': must be a whole number, at least 1"),
    ("measures.vas_max", 11, "key measures.vas_max, value '11': must be one of 10, 100"),
    (
        "measures.used",
        ["mmt", "haq"],
        "must include a muscle enzyme, as the score needs one",
    ),
    ("measures.used", ["mmt", "kc"], "key measures.used.1, value 'kc': must be one of physician"),
    ("measures.used", ["ck", "ck"], "must be a list, with at least 2 values, without repeats"),
    ("study.data", "solved", "value 'solved': must be one of observed, synthetic"),
    ("study.population", "child", "value 'child': must be one of adult, juvenile"),
    ("study.id", "a b", "key study.id, value 'a b': must be text, 1 to 20 characters: letters"),
    ("study.listings", 1, "key study.listings, value '1': must be true or false"),
    ("study.listings", "yes", "must be true or false, without quotation marks"),
    ("study.title", 5, "key study.title, value '5': must be text, not empty"),
    ("study.title", "", "key study.title, value '': must be text, not empty"),
    ("study.titel", "x", "key study.titel: there is no such key; known are title, id"),
    ("arms", {}, "key arms, value '{}': must be a table, with at least 1 key"),
    ("arms.active", "Control", "must have a label of its own for each arm"),
    ("reference_arm", None, "key reference_arm: is missing: one of active, control"),
    ("reference_arm", "placebo", "value 'placebo': must be one of the arms, active, control"),
    ("visits.weeks", [0, 24, 12], "value '[0, 24, 12]': must ascend from 0, the baseline"),
    ("visits.weeks", [4, 12, 24], "value '[4, 12, 24]': must ascend from 0, the baseline"),
    ("visits.weeks", [0], "key visits.weeks, value '[0]': must be a list, with at least 2 values"),
    ("visits.window_days", 14, "must be below 14, so that windows do not overlap"),
    ("visits.window_days", -1, "value '-1': must be a number, at least 0"),
    ("analysis.decimals", 4, "value '4': must be a whole number, at least 0, at most 3 or a table"),
    ("analysis.decimals", {}, "with a whole number from 0 to 3 for measures, such as { haq = 2"),
    ("analysis.decimals", {"haq": 4}, "must be a whole number, at least 0, at most 3 or a table"),
    ("analysis.decimals", {"hq": 2}, "analysis.decimals.hq, value '2': is not for a measure of"),
    ("visits.baseline", "screening", "must be one of week 0, last before first dose, mean before"),
    ("endpoint.week", 23, "value '23': must be a scheduled week after baseline: 4, 12, 24"),
    ("endpoint.threshold", 0, "value '0': must be a number, above 0, at most 100"),
    ("endpoint.threshold", "40", "must be a number, above 0, at most 100, without quotation marks"),
    ("endpoint.missing", None, "key endpoint.missing: is missing: what becomes of a"),
    ("endpoint.missing", "nonresponder", "must be one of unknown, non-responder, bounds, best"),
    (
        "endpoint.kind",
        "sustained",
        "key endpoint.also_at: is missing: scheduled weeks before endpoint",
    ),
    ("endpoint.also_at", [12], "is for the kind sustained only"),
    (
        "endpoint.criterion",
        "haq",
        "must be one of score, imacs improvement, imacs worsening, minimal disability",
    ),
    ("endpoint.criterion", 3, "value '3': must be one of score, imacs improvement"),
    ("endpoint.missing", 0, "value '0': must be one of unknown, non-responder"),
    ("endpoint.confirmed_at", "two visits", "must be one of consecutive visits, any two visits"),
    ("endpoint.rescue_in_week_of_visit", "after", "must be one of after the visit, before the"),
    ("endpoint.early_end", "no", "value 'no': must be one of as observed, missing"),
    ("endpoint.deterioration", "worse", "value 'worse': must be one of imacs, confirmed"),
    ("endpoint.threshold", None, "key endpoint.threshold: is missing: the minimum score of a"),
    ("endpoint.threshold", float("nan"), "value 'nan': must be a finite number"),
    ("definitions", {}, "key definitions, value '{}': must be a table, with at least 1 key"),
    ("definitions.minimal_disability", {}, "value '{}': must be a table, with at least 1 key"),
    ("definitions.disability", {"haq_points": 1}, "known are improvement, worsening, minimal_"),
    ("definitions.minimal_disability.haq", 1, "known are mmt_loss_percent, others_abnormal, phy"),
    ("definitions.minimal_disability.haq_points", 3.5, "must be a number, above 0, at most 3"),
    ("definitions.minimal_disability.haq_points", "1", "at most 3, without quotation marks"),
    ("definitions.minimal_disability.physician_global_cm", 20, "above 0, at most 10"),
    ("definitions.minimal_disability.mmt_loss_percent", 0, "above 0, at most 100"),
    ("definitions.minimal_disability.enzyme_uln", float("inf"), "must be a finite number"),
    ("definitions.minimal_disability.others_abnormal", 6, "a whole number, at least 0, at most 5"),
    ("definitions.improvement.improved_by", {}, "must be a table, with at least 1 key"),
    ("definitions.improvement.improved_by.ck", 20, "known are physician_global, patient_global"),
    ("definitions.improvement.improved_by.haq", 120, "must be a number, above 0, at most 100"),
    ("definitions.improvement.improved_by.haq", True, "value 'true': must be a number, above 0"),
    ("definitions.improvement.improved_count", 2.5, "must be a whole number, at least 1, at most"),
    ("definitions.improvement.must_not_worsen", ["ck"], "must be one of physician_global, pat"),
    ("definitions.worsening.worse_by.mmt", -30, "must be a number, above 0, at most 100"),
    ("definitions.worsening.clauses", [{}], "value '{}': must be a table, with at least 1 key"),
    ("definitions.worsening.clauses", [{"haq_cm": 2}], "known are physician_global_cm, patient_"),
    ("definitions.worsening.clauses", 2, "value '2': must be a list"),
    ("analysis.quantile_definition", None, "key analysis.quantile_definition: is missing"),
    ("analysis.quantile_definition", 10, "must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, spss, tukey"),
    ("analysis.interval", "exact", "value 'exact': must be one of clopper-pearson, sterne"),
    ("analysis.difference", "exact", "value 'exact': must be one of newcombe"),
    ("analysis.confidence_level", 95, "value '95': must be a number, above 0, below 1"),
    ("characteristics.age.type", "integer", "must be one of number, yes/no, category"),
    ("characteristics.age.label", None, "key characteristics.age.label: is missing"),
    ("files.decimal", ";", "key files.decimal, value ';': must be one of ., ,"),
    ("visits", 3, "key visits, value '3': must be a table"),
    ("measures.uln.ck", math.nan, "key measures.uln.ck, value 'nan': must be a finite number"),
    ("measures.uln.ck", math.inf, "key measures.uln.ck, value 'inf': must be a finite number"),
    ("measures.vas_max", math.nan, "key measures.vas_max, value 'nan': must be a finite number"),
    ("visits.weeks", [0, 4, 12, math.inf], "key visits.weeks.3, value 'inf': must be a finite"),
    ("measures.others.week", GRIP, "key measures.others.week: is a column of the visits that is"),
    ("measures.uln.ck", "mmt", "value 'mmt': is a column of something else; name the column of"),
    ("measures.uln.ck", "age", "value 'age': is a column of something else; name the column of"),
    ("characteristics.patient_id", AGE, "characteristics.patient_id: is not a characteristic of a"),
    ("characteristics.arm", AGE, "key characteristics.arm.type, value 'number': must be category"),
    ("characteristics.bmi", AGE | {"label": "Sex"}, "value 'Sex': is the label of another char"),
    ("study.title", "  ", "key study.title, value '  ': must not be blank"),
    ("study.title", "A\x00B", r"value 'A\x00B': must not have control characters"),
    ("study.title", "A\x85B", r"value 'A\x85B': must not have control characters"),
    ("files.decimal", " ", "key files.decimal, value ' ': must not be blank"),
    ("arms", {" ": "Active"}, "key arms, value ' ': a name must not be blank, nor have control"),
    ("arms", {"a\x7f": "Active"}, r"value 'a\x7f': a name must not be blank, nor have control"),
    ("files.encoding", "rot13", "value 'rot13': there is no such encoding; use one such as"),
]


@pytest.mark.parametrize(("key", "value", "message"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_wrong_key_has_one_clear_line(key, value, message):
    (line,) = faults(changed(key, value))
    assert message in line
    assert line.startswith("study.toml, key ")


def test_every_line_in_full():
    lines = [line for key, value, _ in FAULTS for line in faults(changed(key, value))]
    compare(Path(__file__).parent / "kept" / "faults_of_descriptions.txt", "\n".join(lines))


def test_lines_name_weeks_alike_with_and_without_a_decimal_point():
    pointed = with_decimal_points(PLAIN)
    for key, value, _ in [*FAULTS, ("endpoint.also_at", [24], "")]:
        if key.startswith(("visits.", "endpoint.")):
            assert faults(changed(key, value, pointed)) == faults(changed(key, value)), key


@pytest.mark.parametrize("title", ["Two\nlines", "A\ttab", "Größe\u00a0±", "\u0645\u0631\u0636"])
def test_a_text_may_have_lines_and_any_letters(title):
    assert Study.from_mapping(changed("study.title", title)).study.title == title


def test_a_number_in_quotation_marks_is_one_fault():
    assert faults(changed("measures.vas_max", "10")) == [
        "study.toml, key measures.vas_max, value '10': must be one of 10, 100, without quotation "
        "marks"
    ]
    assert "quotation marks" not in faults(changed("study.data", 3))[0]
    assert "quotation marks" not in faults(changed("measures.vas_max", [10]))[0]


@pytest.mark.parametrize("date", ["2024-01-08", "2024-01-08T09:30:00", "09:30:00"])
@pytest.mark.parametrize("form", ["{}", "[{}]", "[[{}]]", "{{ tis = {} }}", "{{ tis = [{}] }}"])
@pytest.mark.parametrize("key", ["measures.used", "visits.weeks", "analysis.decimals", "arms"])
def test_a_date_that_is_out_of_place_is_one_line(key, form, date):
    value = tomllib.loads(f"given = {form.format(date)}")["given"]
    found = faults(changed(key, value))
    assert found
    assert all(f"key {key}" in line and date[-8:] in line for line in found), found


def test_a_value_is_shown_up_to_sixty_characters():
    for length, shown in ((60, 60 * "x"), (61, 57 * "x" + "...")):
        (line,) = faults(changed("study.data", length * "x"))
        assert f"value '{shown}': must be one of" in line
    (line,) = faults(changed("study.data", ["ü"]))
    assert "value '[\"ü\"]': must be one of" in line


def test_windows_may_be_as_wide_as_leaves_them_apart():
    assert Study.from_mapping(changed("visits.window_days", 13.9)).visits.window_days == 13.9
    given = changed("visits.weeks", [0, 4, 6, 24])
    given["visits"]["window_days"] = 7
    (line,) = faults(given)
    assert "must be below 7, so that windows do not overlap" in line


def test_a_baseline_after_week_0_is_refused():
    (line,) = faults(changed("visits.weeks", [0.5, 12, 24]))
    assert "value '[0.5, 12, 24]': must ascend from 0, the baseline" in line


@pytest.mark.parametrize(("maximum", "wrong"), [(4, True), (5, True), (6, False)])
def test_the_maximum_of_a_further_measure_is_above_its_minimum(maximum, wrong):
    given = changed("measures.others.grip", GRIP | {"minimum": 5, "maximum": maximum})
    if not wrong:
        study = Study.from_mapping(given)
        assert study.choices()["measures.others.grip"] == (
            "Grip strength, from 5 to 6 kg, higher is better"
        )
        return
    assert faults(given) == [
        f"study.toml, key measures.others.grip.maximum, value '{maximum}': must be above the "
        "minimum, 5"
    ]


def test_a_further_measure_is_not_one_of_the_core_set():
    assert faults(changed("measures.others.haq", GRIP)) == [
        "study.toml, key measures.others.haq: is in measures.used already"
    ]
    for column in ("patient_id", "week", "date", "origin"):
        key = f"measures.others.{column}"
        assert faults(changed(key, GRIP)) == [
            f"study.toml, key {key}: is a column of the visits that is not a measure"
        ]
    for column in ("tis", "response", "baseline", "scheduled", "visit_week", "row"):
        key = f"measures.others.{column}"
        (line,) = faults(changed(key, GRIP))
        assert line.startswith(f"study.toml, key {key}: is a name of ours for what is computed")
    (line,) = faults(changed("measures.others.ast", GRIP))
    assert line.startswith("study.toml, key measures.others.ast: is an enzyme: name it in ")


def test_every_week_of_the_schedule_after_baseline_may_be_that_of_the_endpoint():
    for week in (4, 12, 24):
        assert Study.from_mapping(changed("endpoint.week", week)).endpoint.week == week
    (line,) = faults(changed("endpoint.week", 0.5))
    assert "must be a scheduled week after baseline: 4, 12, 24" in line
    sustained = changed("endpoint.kind", "sustained")
    sustained["endpoint"] |= {"week": 12, "also_at": [4]}
    assert Study.from_mapping(sustained).endpoint.also_at == (4,)
    for kind in ("best", "confirmed"):
        given = changed("endpoint.kind", kind)
        given["endpoint"]["week"] = 20
        assert Study.from_mapping(given).endpoint.week == 20


def test_a_cut_off_may_ask_for_all_that_was_measured_and_no_more():
    given = changed("measures.used", ["physician_global", "mmt", "ck"])
    given["analysis"]["worsening"] = "imacs"
    given["definitions"] = {
        "improvement": {"improved_count": 3},
        "worsening": {"worse_count": 3},
        "minimal_disability": {"others_abnormal": 2},
    }
    assert Study.from_mapping(given).definitions.worsening.worse_count == 3
    given["definitions"]["worsening"]["worse_count"] = 4
    (line,) = faults(given)
    assert line.endswith(
        "key definitions.worsening.worse_count, value '4': must be at most 3, the measures used: "
        "physician_global, mmt, enzyme"
    )


def test_every_cut_off_of_a_measure_that_was_not_used_is_named():
    given = changed("measures.used", ["physician_global", "extramuscular", "ck"])
    given["analysis"]["worsening"] = "imacs"
    given["definitions"] = {
        "improvement": {"worse_by": {"mmt": 20}, "must_not_worsen": ["mmt"]},
        "worsening": {
            "worse_by": {"patient_global": 40},
            "clauses": [{"physician_global_cm": 3}, {"mmt_percent": 25}],
        },
        "minimal_disability": {"mmt_loss_percent": 7, "haq_points": 1, "enzyme_uln": 2},
    }
    assert [line.split(", ")[1] for line in faults(given)] == [
        "key definitions.improvement.worse_by.mmt",
        "key definitions.worsening.worse_by.patient_global",
        "key definitions.improvement.must_not_worsen",
        "key definitions.worsening.clauses.1.mmt_percent",
        "key definitions.minimal_disability.mmt_loss_percent",
        "key definitions.minimal_disability.haq_points",
    ]


@pytest.mark.parametrize("analysed", ["imacs", "confirmed"])
@pytest.mark.parametrize("criterion", ["score", "imacs worsening"])
@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("deterioration", ["imacs", "confirmed"])
def test_cut_offs_of_worsening_are_for_what_uses_them(analysed, criterion, without, deterioration):
    given = changed("analysis.worsening", analysed)
    given["endpoint"] |= {"criterion": criterion, "deterioration": deterioration}
    if criterion == "score":
        given["endpoint"]["without_confirmed_deterioration"] = without
    given["definitions"] = {"worsening": {"worse_count": 4}}
    used = [
        analysed == "imacs",
        criterion == "imacs worsening",
        criterion == "score" and without and deterioration == "imacs",
    ]
    if any(used):
        assert Study.from_mapping(given).definitions.worsening.worse_count == 4
    else:
        assert "is not used" in faults(given)[0]
    del given["definitions"]
    assert Study.from_mapping(given).definitions.worsening.worse_count == 3


def test_a_condition_of_a_success_is_refused_for_a_worsening_alone():
    for key in ("without_rescue", "without_confirmed_deterioration"):
        given = changed("endpoint.criterion", "imacs worsening")
        assert Study.from_mapping(given).endpoint.words.unfavourable
        given["endpoint"][key] = True
        assert faults(given) == [
            f"study.toml, key endpoint.{key}, value 'true': is a condition of a success, and must "
            "be left out with the criterion imacs worsening; intercurrent has strategies for events"
        ]
        given["endpoint"]["criterion"] = "imacs improvement"
        assert getattr(Study.from_mapping(given).endpoint, key)


@pytest.mark.parametrize(
    ("criterion", "own", "words"),
    [
        ("score", {}, ""),
        ("imacs improvement", {}, "Improvement by the IMACS definition"),
        ("imacs worsening", {}, "Worsening by the IMACS definition"),
        ("minimal disability", {}, "Minimal disability by the criterion of ProDERM"),
        (
            "imacs improvement",
            {"improvement": {"improved_count": 4}},
            "Improvement by the cut-offs of this study",
        ),
        (
            "imacs worsening",
            {"worsening": {"worse_count": 4}},
            "Worsening by the cut-offs of this study",
        ),
        (
            "minimal disability",
            {"minimal_disability": {"haq_points": 1}},
            "Minimal disability by the cut-offs of this study",
        ),
        # Of another definition.
        (
            "imacs worsening",
            {"improvement": {"improved_count": 4}},
            "Worsening by the IMACS definition",
        ),
    ],
)
def test_a_criterion_is_called_by_the_definition_that_it_has(criterion, own, words):
    given = changed("endpoint.criterion", criterion)
    if own:
        given["definitions"] = own
    assert Study.from_mapping(given).endpoint.criterion_words == words


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("arm", "category"),
        ("end_reason", "category"),
        ("analysed", "yes/no"),
        ("stop_week", "number"),
        ("death_week", "number"),
        ("end_week", "number"),
    ],
)
def test_a_column_that_every_study_can_have_has_one_kind(column, kind):
    for other in ("number", "yes/no", "category"):
        given = changed(f"characteristics.{column}", {"label": "Another", "type": other})
        if other == kind:
            assert Study.from_mapping(given).characteristics[column].type == kind
            continue
        assert faults(given) == [
            f"study.toml, key characteristics.{column}.type, value '{other}': must be {kind}, as "
            "the column is"
        ]
    for column in ("patient_id", "first_dose_date"):
        (line,) = faults(changed(f"characteristics.{column}", AGE))
        assert line.endswith(f"characteristics.{column}: is not a characteristic of a patient")


def test_a_reference_arm_is_not_needed_with_one_arm_but_must_be_one():
    given = changed("arms", {"open": "Open"})
    assert "must be one of the arms, open" in faults(given)[0]
    del given["reference_arm"]
    study = Study.from_mapping(given)
    assert (study.reference_arm, study.choices()["reference_arm"]) == (None, "none")


def test_choices_in_words():
    choices = Study.from_mapping(PLAIN).choices()
    assert choices["study.listings"] == "yes"
    assert Study.from_mapping(changed("study.listings", False)).choices()["study.listings"] == "no"
    assert choices["endpoint.also_at"] == choices["files.adam"] == "none"
    assert choices["files.decimal"] == "not declared"
    assert choices["analysis.confidence_level"] == "0.95"
    assert choices["definitions.worsening.worse_count"] == "3"
    assert not {"measures.uln", "endpoint.definitions"} & set(choices)
    assert not {"measures.chq_phs_range", "measures.cmas_max"} & set(choices)
    assert {"measures.mmt_max", "endpoint.deterioration", "analysis.worsening"} <= set(choices)


def test_decimals_by_measure_are_a_choice_with_what_the_others_have():
    given = changed("analysis.decimals", {"haq": 2, "tis": 0})
    choices = Study.from_mapping(given).choices()
    assert choices["analysis.decimals"] == "2 for haq, 0 for tis and 1 for the others"


def test_decimals_name_no_others_where_there_are_none():
    names = [*Study.from_mapping(PLAIN).measures.used, "tis"]
    for left_out, end in ((0, "3 for ck and 3 for tis"), (1, "3 for ck and 1 for tis")):
        given = dict.fromkeys(names[: len(names) - left_out], 3)
        choices = Study.from_mapping(changed("analysis.decimals", given)).choices()
        assert choices["analysis.decimals"].endswith(end)


def test_whole_numbers_may_be_written_with_decimals():
    given = changed("analysis.decimals", {"haq": 2.0})
    given["analysis"]["p_decimals"] = 4.0
    given["visits"]["window_days"] = {str(week): 3.0 for week in given["visits"]["weeks"]}
    plan = Study.from_mapping(given).analysis
    assert (repr(plan.decimals), repr(plan.p_decimals)) == ("{'haq': 2}", "4")
    assert repr(Study.from_mapping(changed("analysis.decimals", 2.0)).analysis.decimals) == "2"


def test_free_keys_of_the_schema_stand_in_tables_without_others():
    def check(schema):
        if isinstance(more := schema.get("additionalProperties"), dict):
            assert "properties" not in schema
            check(more)
        for part in schema.get("properties", {}).values():
            check(part)

    check(study_schema())
    given = changed("characteristics", {"age": {"label": "Age", "type": "number"}})
    assert (
        Study.from_mapping(given).characteristics["age"].decimals
        == (
            study_schema()["properties"]["characteristics"]["additionalProperties"]["properties"][
                "decimals"
            ]["default"]
        )
    )


@pytest.mark.parametrize("week", [24, 12, 5])
def test_a_sustained_response_is_also_seen_at_earlier_scheduled_weeks(week):
    given = changed("endpoint.week", 12)
    given["endpoint"] |= {"kind": "sustained", "also_at": [4, week]}
    (line,) = faults(given)
    assert f"value '{week}': must be scheduled weeks before endpoint.week: 4" in line


def test_a_cut_off_of_what_was_not_measured_is_refused():
    given = changed("measures.used", ["physician_global", "mmt", "ck"])
    given["definitions"] = {
        "improvement": {"improved_by": {"haq": 30}, "improved_count": 4},
        "minimal_disability": {"extramuscular_cm": 3, "others_abnormal": 3},
    }
    assert faults(given) == [
        "study.toml, key definitions.improvement.improved_by.haq, value '30': is not for a measure "
        "in measures.used",
        "study.toml, key definitions.minimal_disability.extramuscular_cm, value '3': is not for "
        "a measure in measures.used",
        "study.toml, key definitions.improvement.improved_count, value '4': must be at most 3, the "
        "measures used: physician_global, mmt, enzyme",
        "study.toml, key definitions.minimal_disability.others_abnormal, value '3': must be at "
        "most 2, the measures used: physician_global, mmt, enzyme without mmt",
    ]


def test_cut_offs_of_worsening_that_nothing_uses_are_refused():
    given = changed("analysis.worsening", "confirmed")
    given["definitions"] = {"worsening": {"worse_count": 4}}
    (line,) = faults(given)
    assert "key definitions.worsening, value '{\"worse_count\": 4}': is not used" in line
    assert line.endswith(
        ": is not used: analysis.worsening, or endpoint.deterioration where it "
        "counts, must be imacs, or endpoint.criterion imacs worsening"
    )
    given["endpoint"]["criterion"] = "imacs worsening"
    assert Study.from_mapping(given).definitions.worsening.worse_count == 4


def test_a_threshold_is_needed_for_the_score_alone():
    given = changed("endpoint.threshold", None)
    given["endpoint"]["criterion"] = "imacs improvement"
    study = Study.from_mapping(given)
    assert study.choices()["endpoint.threshold"] == "not declared"
    assert study.choices()["analysis.decimals"] == "1"
    assert study.endpoint.as_endpoint().describe_response().startswith("Improvement by the IMACS")


def test_the_plain_description_is_accepted_with_its_defaults():
    study = Study.from_mapping(PLAIN)
    assert study.analysis.interval == "clopper-pearson"
    assert study.endpoint.intercurrent == "treatment policy"
    assert study.visits.baseline == "week 0"
    assert study.measures.enzymes == ("ck",)


@pytest.mark.parametrize("name", ["patients", "visits", "treatments", "adverse_events"])
def test_several_files_of_one_table_are_to_be_joined(name):
    assert faults(changed(f"files.{name}", ["a.csv", "b.csv"])) == [
        f'study.toml, key files.{name}, value \'["a.csv", "b.csv"]\': must be the name of one '
        "file, not a list: join the rows of a table that stands in several files into one file"
    ]


def test_every_fault_is_reported_not_the_first_alone():
    given = changed("measures.mmt_max", None)
    given["endpoint"]["threshold"] = 400
    given["stduy"] = {}
    assert len(faults(given)) == 3


def test_every_key_of_the_schema_says_what_it_means():
    def described(schema):
        for name, part in schema.get("properties", {}).items():
            assert part["description"].endswith("."), name
            described(part)

    described(study_schema())


def test_every_choice_is_listed_with_its_meaning():
    study = Study.from_mapping(PLAIN)
    for key, value in study.choices().items():
        assert value != "", key
        assert len(describe_key(key)) > 10
    assert study.choices()["measures.uln.ck"] == "200"
    assert study.choices()["visits.weeks"] == "0, 4, 12, 24"
    assert study.choices()["reference_arm"] == "control"


def test_names_that_users_choose_are_choices_too():
    given = changed("measures.others.grip", {"label": "Grip", "unit": "kg", "minimum": 0})
    given["measures"]["others"]["grip"]["better"] = "higher"
    given["arms"]["dose 0.5"] = "Half dose"
    given["characteristics"] = {"age": {"label": "Age, years", "type": "number"}}
    choices = Study.from_mapping(given).choices()
    assert choices["measures.others.grip"] == "Grip, from 0 upwards kg, higher is better"
    assert choices["arms.dose 0.5"] == "Half dose"
    assert choices["characteristics.age"] == "Age, years (number)"
    assert describe_key("arms.dose 0.5").startswith("Label of each arm")
    assert describe_key("measures.others.grip").startswith("Further outcome measures")


def test_captions_name_the_scales():
    notes = scale_notes(Study.from_mapping(PLAIN))
    assert notes["mmt"] == "manual muscle testing from 0 to 150 (MMT-8, both sides with neck)"
    assert notes["ck"] == "upper limit of normal of creatine kinase 200 U/L"
    assert notes["vas"] == "visual analogue scales from 0 to 10 cm"
    few = changed("measures.used", ["mmt", "ck"])
    few["measures"] |= {"mmt_max": 100, "uln": {"ck": "limit"}}
    assert scale_notes(Study.from_mapping(few)) == {
        "mmt": "manual muscle testing from 0 to 100",
        "ck": "upper limit of normal of creatine kinase given by limit",
    }


def test_a_file_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "rows.csv").write_text("a", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows\.csv: is a file; name the folder that holds study"):
        Study.read(tmp_path / "rows.csv")
    with pytest.raises(DataError, match=r"other: there is no such folder$"):
        Study.read(tmp_path / "other")
    (tmp_path / "study.toml").mkdir()
    with pytest.raises(DataError, match=r"study\.toml: is a folder; name a file$"):
        Study.read(tmp_path)


@pytest.mark.parametrize("digits", [13, 14, 15, 16, 17])
def test_a_week_from_days_is_the_scheduled_one_however_it_was_rounded(digits):
    scheduled = [0, 85 / 7, 169 / 7]
    rounded = [float(f"{week:.{digits}g}") for week in scheduled]
    given = changed("visits.weeks", scheduled)
    given["visits"]["window_days"] = {repr(week).removesuffix(".0"): 3 for week in rounded}
    given["endpoint"] |= {"kind": "sustained", "week": rounded[2], "also_at": rounded[1:2]}
    study = Study.from_mapping(given)
    assert (study.endpoint.week, study.endpoint.also_at) == (scheduled[2], (scheduled[1],))
    assert dict(study.visits.window_days) == dict.fromkeys(scheduled, 3)


def test_weeks_that_print_alike_are_the_same_or_refused():
    given = changed("endpoint.week", 24.00001)
    given["endpoint"]["kind"] = "best"
    assert faults(given) == [
        "study.toml, key endpoint.week, value '24.00001': is not the scheduled week 24, and both "
        "are printed as 24: give it as visits.weeks does"
    ]
    given["endpoint"]["kind"] = "at week"
    assert len(faults(given)) == 1
    given = changed("visits.weeks", [0, 4, 24, 24.00001])
    given["visits"]["window_days"] = 0
    assert faults(given) == [
        "study.toml, key visits.weeks, value '24.00001': is printed as 24, as 24 is; weeks must "
        "differ where printed: leave one of them out"
    ]
    given["visits"]["weeks"][3] = 24.0001
    assert Study.from_mapping(given).visits.weeks[3] == pytest.approx(24.0001, abs=1e-9)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("digits", [(15, 17), (15, 16), (17, 16)])
def test_two_windows_of_one_week_are_refused(order, digits):
    week = 85 / 7
    two = [f"{week:.{number}g}" for number in digits][::order]
    assert len(set(map(float, two))) == 2
    given = changed("visits.weeks", [0, week, 24])
    given["visits"]["window_days"] = {"0": 3, two[0]: 3, two[1]: 5, "24": 3}
    (line,) = faults(given)
    assert "key visits.window_days.12.1428571428571" in line
    assert line.endswith("must be of a scheduled week (visits.weeks): 0, 12.142857142857142, 24")


def test_weeks_that_would_print_alike_are_told_apart():
    given = changed("visits.weeks", [0, 85 / 7, 24])
    given["visits"]["window_days"] = {"0": 3, "12.1429": 3, "24": 3}
    given["endpoint"] |= {"kind": "sustained", "week": 24, "also_at": [12.1429]}
    assert faults(given) == [
        "study.toml, key visits.window_days.12.1429, value '3': must be of a scheduled week "
        "(visits.weeks): 0, 12.142857142857142, 24",
        "study.toml, key visits.window_days.12.142857142857142: is missing: the window of this "
        "scheduled week",
        "study.toml, key endpoint.also_at, value '12.1429': must be scheduled weeks before "
        "endpoint.week: 12.142857142857142",
    ]


@pytest.mark.parametrize("key", ["endpoint.week", "endpoint.also_at", "visits.weeks"])
@pytest.mark.parametrize("kind", ["at week", "best"])
def test_a_number_that_no_float_holds_is_one_line(key, kind):
    huge = 10**400
    given = changed(key, huge if key == "endpoint.week" else [0, huge])
    given["endpoint"]["kind"] = kind
    assert [line for line in faults(given) if "too large to be computed with" in line]
    assert all(len(line) < 200 for line in faults(given))


def test_a_sustained_response_is_seen_at_a_scheduled_week():
    given = changed("endpoint.kind", "sustained")
    given["endpoint"] |= {"week": 13, "also_at": [4]}
    with pytest.raises(DataError, match=r"endpoint\.week.*must be a scheduled week after baseline"):
        Study.from_mapping(given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[study", "cannot be read as TOML"),
        (b"\xff\xfe", "is not in UTF-8, as TOML must be; save it so"),
        ("a = 1\na = 2", "cannot be read as TOML"),
        (
            r'[files]\nvisits = "C:\Users\me\visits.csv"'.replace(r"\n", "\n"),
            r"Invalid hex value (at line 2, column 15); in a path, write / in place of \\"[:-1],
        ),
        (
            r'[files]\nvisits = "C:\me\visits.csv"'.replace(r"\n", "\n"),
            "; in a path, write / in place of ",
        ),
        (
            '[study]\nid = "A\ndata = "observed"',
            "cannot be read as TOML: a quotation mark is not closed (at line 2, column 8)",
        ),
    ],
)
def test_what_is_not_toml_is_refused(tmp_path, text, message):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "study.toml").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(message)):
        Study.read(tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_description(tmp_path):
    text = (example_folder() / "study.toml").read_bytes()
    (tmp_path / "study.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert Study.read(tmp_path).study == Study.read(example_folder()).study


def test_a_folder_without_a_description_says_how_to_get_one(tmp_path):
    with pytest.raises(DataError, match="there is no such file; `tisstats new` writes one"):
        Study.read(tmp_path)


def test_the_example_is_a_valid_description():
    assert Study.read(example_folder()).study.data == "synthetic"


def test_scales_are_abbreviated_as_their_columns_and_enzymes_in_capitals():
    study, patients = Study.from_mapping(PLAIN), pd.DataFrame({"patient_id": ["1"], "sex": ["f"]})
    scales = describe_trial(study, patients, has_treatments=False, has_doses=False).measures
    assert (scales["ck"].abbreviation, scales["ck"].unit) == ("CK", "U/L")
    assert scales["ck"].name == "Creatine kinase"
    assert {scales[name].unit for name in ("mmt", "haq")} == {"points"}
    assert scales["extramuscular"].unit == "cm"
