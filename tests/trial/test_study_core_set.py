"""What does not belong to a core set, fault by fault: the line, and that there is no other."""

import datetime as dt

import pytest

from tisstats.trial.study_core_set import NOT_COMPUTED, core_set_faults, used_columns

GOOD = {
    "printo": {
        "study": {"core_set": "printo", "population": "juvenile"},
        "measures": {"used": ["cmas", "das"], "vas_max": 10, "chq_phs_range": [-10, 70]},
    },
    "imacs": {
        "study": {"core_set": "imacs", "population": "adult"},
        "measures": {"used": ["mmt", "ck"], "vas_max": 10, "mmt_max": 150, "uln": {"ck": 200}},
    },
}
MEANINGS = {"mmt_max": "Maximum of the muscle test.", "chq_phs_range": "Ends of CHQ-PhS"}
IMACS_COLUMNS = (
    "physician_global, patient_global, mmt, haq, extramuscular, ck, aldolase, ldh, ast, alt"
)
PRINTO_COLUMNS = "physician_global, parent_global, cmas, chaq, chq_phs, das"
BESIDE = "what is tabulated and not scored belongs in measures.others"
RANGE = (
    "must be the worst and the best possible score of CHQ-PhS, ascending: it is norm-based, and "
    "we found no public source of its range, so none is assumed"
)


def with_changes(core_set, changes):
    """A good description with other values; None takes a key away."""
    found = {name: dict(section) for name, section in GOOD[core_set].items()}
    for key, value in changes.items():
        section, _, name = key.partition(".")
        if not name:
            found[section] = value
        elif value is None:
            del found[section][name]
        else:
            found.setdefault(section, {})[name] = value
    return found


def lines(core_set, changes):
    given = with_changes(core_set, changes)
    return [str(fault) for fault in core_set_faults(given, "s.toml", MEANINGS)]


@pytest.mark.parametrize("core_set", GOOD)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"study.population": "juvenile"},
        {"study.population": "elderly"},
        {"study.population": None},
        {"measures.used": "cmas, mmt"},
        {"measures.used": ["unheard of", 3, None, ["mmt"], ["cmas"]]},
        {"measures.used": None},
        {"endpoint": "at week 24"},
        {"endpoint.criterion": "score"},
        {"endpoint.without_confirmed_deterioration": False},
        {"study": {"core_set": "both"}},
        {"study": {"core_set": ["imacs"]}},
        {"study": {"core_set": 3}},
    ],
    ids=str,
)
def test_what_belongs_to_the_set_or_is_of_a_wrong_type_is_no_fault_of_it(core_set, changes):
    assert lines(core_set, changes) == []


@pytest.mark.parametrize(
    "value",
    [70, "", "70", [0, "70"], [True, False], [float("nan"), 1], [0, float("inf")], [None, 1], {}],
    ids=str,
)
def test_a_range_of_a_wrong_type_is_left_to_the_schema(value):
    assert lines("printo", {"measures.chq_phs_range": value}) == []


@pytest.mark.parametrize("value", [52, 51, 51.5, 50.0, "50", True, False, None])
def test_a_maximum_that_is_allowed_or_of_a_wrong_type_is_left_to_the_schema(value):
    given = with_changes("printo", {})
    given["measures"]["cmas_max"] = value
    assert list(core_set_faults(given, "s.toml", {})) == []


@pytest.mark.parametrize(
    ("core_set", "changes", "expected"),
    [
        (
            "printo",
            {"study.population": "adult"},
            "study.core_set, value 'printo': is for juvenile patients; with population adult it "
            "must be imacs",
        ),
        (
            "printo",
            {"measures.used": ["das", "mmt"]},
            "measures.used, value 'mmt': is of the core set imacs; study.core_set is printo, of "
            f"which there are {PRINTO_COLUMNS}; {BESIDE}",
        ),
        (
            "printo",
            {"measures.used": ["alt", "physician_global"]},
            "measures.used, value 'alt': is of the core set imacs; study.core_set is printo, of "
            f"which there are {PRINTO_COLUMNS}; {BESIDE}",
        ),
        (
            "imacs",
            {"measures.used": ["chaq"]},
            "measures.used, value 'chaq': is of the core set printo; study.core_set is imacs, of "
            f"which there are {IMACS_COLUMNS}; {BESIDE}",
        ),
        # Without a word on the core set, it is that of IMACS.
        (
            "imacs",
            {"study": {}, "measures.cmas_max": 52},
            "measures.cmas_max, value '52': is of the core set printo, and study.core_set is "
            "imacs: leave it out",
        ),
        (
            "printo",
            {"measures.uln": {"ck": "größte"}},
            """measures.uln, value '{"ck": "größte"}': is of the core set imacs, and """
            "study.core_set is printo: leave it out",
        ),
        (
            "printo",
            {"measures.enzyme_unit": "U/L"},
            "measures.enzyme_unit, value 'U/L': is of the core set imacs, and study.core_set is "
            "printo: leave it out",
        ),
        (
            "printo",
            {"measures.mmt_max": dt.date(2024, 1, 8)},
            """measures.mmt_max, value '"2024-01-08"': is of the core set imacs, and """
            "study.core_set is printo: leave it out",
        ),
        (
            "imacs",
            {"measures.mmt_max": None},
            "measures.mmt_max: is missing: maximum of the muscle test",
        ),
        ("imacs", {"measures.uln": None}, "measures.uln: is missing: required"),
        (
            "printo",
            {"measures.chq_phs_range": None},
            "measures.chq_phs_range: is missing: ends of CHQ-PhS",
        ),
        *(
            (
                "printo",
                {"measures.chq_phs_range": value},
                f"measures.chq_phs_range, value '{value}': {RANGE}",
            )
            for value in ([], [10], [10, 5], [0.5, 0.25], [0, 50, 100])
        ),
        *(
            (
                "printo",
                {"measures.cmas_max": value},
                f"measures.cmas_max, value '{value}': must be one of 52, 51",
            )
            for value in (50, 0)
        ),
        (
            "printo",
            {"endpoint.criterion": "imacs worsening"},
            "endpoint.criterion, value 'imacs worsening': must be score with study.core_set "
            f"printo: {NOT_COMPUTED}",
        ),
        *(
            (
                "printo",
                {key: value},
                f"{key}, value '{shown}': must be left out with study.core_set printo: "
                f"{NOT_COMPUTED}",
            )
            for key, value, shown in (
                ("endpoint.without_confirmed_deterioration", True, "true"),
                ("endpoint.deterioration", "imacs", "imacs"),
                ("analysis.worsening", "imacs", "imacs"),
                ("analysis.worsening", 0, "0"),
            )
        ),
        (
            "printo",
            {"definitions": {}},
            f"definitions: must be left out with study.core_set printo: {NOT_COMPUTED}",
        ),
    ],
)
def test_a_fault_is_the_only_line(core_set, changes, expected):
    assert lines(core_set, changes) == [f"s.toml, key {expected}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint.criterion": "imacs worsening"},
        {"endpoint.without_confirmed_deterioration": True},
        {"analysis.worsening": "imacs"},
        {"definitions": {}},
    ],
    ids=str,
)
def test_what_asks_for_a_definition_of_imacs_is_allowed_with_its_set(changes):
    assert lines("imacs", changes) == []


def test_the_columns_of_each_set():
    assert ", ".join(used_columns("imacs")) == IMACS_COLUMNS
    assert ", ".join(used_columns("printo")) == PRINTO_COLUMNS
