"""The description of a study: what is refused, with key, value and what is allowed."""

import math
import re
import tomllib
from pathlib import Path

import pytest

from tests.kept import compare
from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.measures.enzymes import uln_fault
from tisstats.trial.study import Study, describe_key, scale_notes, study_schema
from tisstats.trial.template import example_folder

PLAIN = tomllib.loads(make_study(4).description)


def changed(key, value):
    """Return a description in which a key has another value; None removes it."""
    given = tomllib.loads(make_study(4).description)
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
    ("visits.weeks", [0, 4, 12, math.inf], "key visits.weeks.3, value 'inf': must be a finite"),
    ("measures.others.week", GRIP, "key measures.others.week: is a column of the visits that is"),
    ("characteristics.patient_id", AGE, "characteristics.patient_id: is no characteristic of a"),
    ("characteristics.arm", AGE, "key characteristics.arm.type, value 'number': must be category"),
    ("characteristics.bmi", AGE | {"label": "Sex"}, "value 'Sex': is the label of another char"),
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
        "study.toml, key definitions.improvement.improved_by.haq, value '30': is of no measure in "
        "measures.used",
        "study.toml, key definitions.minimal_disability.extramuscular_cm, value '3': is of no "
        "measure in measures.used",
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
    assert study.endpoint.as_endpoint().describe_response().startswith("Improvement by the IMACS")


def test_the_plain_description_is_accepted_with_its_defaults():
    study = Study.from_mapping(PLAIN)
    assert study.analysis.interval == "clopper-pearson"
    assert study.endpoint.intercurrent == "treatment policy"
    assert study.visits.baseline == "week 0"
    assert study.measures.enzymes == ("ck",)


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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[study", "cannot be read as TOML"),
        (b"\xff\xfe", "is not in UTF-8, as TOML must be; save it so"),
        ("a = 1\na = 2", "cannot be read as TOML"),
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
