"""Each statement at its boundary: changes of the reference cohort that it just survives, or not."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.random_trials import make_trial
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial
from tisstats.lim2021.cohort_check.statements import STATEMENTS
from tisstats.trial import analyse_many
from tisstats.trial.columns import ThreeValued


def patient(number, **cells):
    """Change cells of a patient."""
    return lambda tables: _set(tables["patients"], {"patient_id": number}, cells)


def analysed_too(number, like):
    """Analyse a patient, with the empty cells, the visits and the end of another one."""

    def change(tables):
        table = tables["patients"]
        own, other = (table["patient_id"] == each for each in (number, like))
        for column in table:
            if table.loc[own, column].iloc[0] == "" or column.startswith("end_"):
                table.loc[own, column] = table.loc[other, column].iloc[0]
        table.loc[own, "analysed"] = "true"
        visits = tables["visits"]
        more = visits[visits["patient_id"] == like].assign(patient_id=number)
        tables["visits"] = pd.concat([visits, more], ignore_index=True)

    return change


def visit(number, at, **cells):
    """Change cells of a visit."""
    return lambda tables: _set(tables["visits"], {"patient_id": number, "week": at}, cells)


def treatment(number, at, **cells):
    """Change cells of a treatment."""
    return lambda tables: _set(tables["treatments"], {"patient_id": number, "week": at}, cells)


def without(name, number, week):
    """Drop the visit or treatment of a week."""

    def drop(tables):
        rows = _rows(tables[name], {"patient_id": number, "week": week})
        tables[name] = tables[name].drop(index=rows).reset_index(drop=True)

    return drop


def more(name, number, like, **cells):
    """Add a visit or treatment like that of another week."""

    def add(tables):
        row = tables[name].loc[_rows(tables[name], {"patient_id": number, "week": like})[0]].copy()
        for column, value in cells.items():
            row[column] = value
        tables[name] = pd.concat([tables[name], row.to_frame().T], ignore_index=True)

    return add


def last_visit(number, before, week):
    """Move the last visit of a patient to another week."""
    return [visit(number, before, week=week), patient(number, end_week=week)]


def nobody(column, value):
    """Empty a cell wherever it has a value."""
    return lambda tables: _set(tables["patients"], {column: value}, {column: "none"})


def _rows(table, where):
    fits = pd.Series(True, index=table.index)
    for column, value in where.items():
        fits &= table[column] == value
    assert fits.any(), where
    return table.index[fits]


def _set(table, where, cells):
    for column, value in cells.items():
        table.loc[_rows(table, where), column] = value


def healthy(number, **but):
    """Baseline values without activity, but for some."""
    cells = {"physician_global": "0", "patient_global": "0", "haq": "0", "extramuscular": "0"}
    return visit(number, "0", **(cells | {"ck": "145"} | but))


def excluded(**cells):
    """A baseline of the excluded patient at which nearly nothing but strength can be gained."""

    def add(tables):
        more("visits", "S-01", "0", patient_id="S-02", physician_global="0.5", ck="100",
             patient_global="0.5", extramuscular="0", **cells)(tables)  # fmt: skip
        _set(tables["patients"], {"patient_id": "S-02"}, {"end_week": "", "ck_uln": "171"})

    return add


ALL, NOBODY = "all", "no patient"


def violated(*numbers):
    return f"violated by patient{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


#: Statement, changes of the cohort, what is found, and whether it agrees with the article.
CASES = [
    # Of age from 18 years on: one of 17 years and 11 months at onset, who was ill for a month.
    ("meets_eligibility", [patient("S-10", age_at_onset="17", disease_duration="1")], ALL),
    ("meets_eligibility", [patient("S-10", age_at_onset="17", disease_duration="0")],
     violated("S-10")),
    ("meets_eligibility", [patient("S-10", age_at_onset="18", disease_duration="0")], ALL),
    # A tenth of 260 points lost, and two other measures above normal.
    ("minimal_disability_met", [visit("S-07", "0", mmt="234")], ALL),
    ("minimal_disability_met", [visit("S-07", "0", mmt="235")], violated("S-07")),
    ("minimal_disability_met", [healthy("S-07", haq="0.125")], violated("S-07")),
    ("minimal_disability_met", [healthy("S-07", haq="0.125", ck="146")], ALL),
    ("minimal_disability_met", [healthy("S-07", haq="0.125", patient_global="")],
     "unknown for patient S-07"),
    ("minimal_disability_met", [healthy("S-07", haq="0.125", patient_global="", ck="146")], ALL),
    ("minimal_disability_met", [healthy("S-07", patient_global="")], violated("S-07")),
    ("minimal_disability_met", [visit("S-07", "0", mmt="")], "unknown for patient S-07"),
    ("excluded_patient", [], True, "male, dm, excluded"),
    ("excluded_patient", [patient("S-02", subtype="imnm")], False, "male, imnm, excluded"),
    ("excluded_patient", [analysed_too("S-02", "S-01")], False, "male, dm, analysed"),
    ("excluded_patient", [patient("S-02", sex="")], False, "sex not given, dm, excluded"),
    ("excluded_patient", [patient("S-02", patient_id="S-22")], False, "no such patient"),
    ("excluded_patient_completed", [patient("S-02", end_week="", end_reason="")], True,
     "week not given, reason not given"),
    ("excluded_patient_completed", [patient("S-02", end_week="8")], False, "week 8, completed"),
    ("excluded_patient_completed", [patient("S-02", end_reason="rescue_medication")], False,
     "week 9, rescue_medication"),
    ("excluded_patient_completed", [patient("S-02", end_week="", end_reason="adverse_event")],
     False, "week not given, adverse_event"),
    ("excluded_patient_completed", [patient("S-02", patient_id="S-22")], False, "no such patient"),
    # Full strength regained from 100 of 260 points scores 32.5.
    ("ceiling_of_excluded_patient", [], True, "no values (none are published)"),
    ("ceiling_of_excluded_patient", [excluded(mmt="100", haq="0.25")], True,
     "at most 37.5 points"),
    ("ceiling_of_excluded_patient", [excluded(mmt="100", haq="0.5")], False, "at most 40 points"),
    # His baseline counts, whatever stands before it.
    ("ceiling_of_excluded_patient",
     [excluded(mmt="100", haq="0.5"), more("visits", "S-02", "0", week="9", haq="0.25"),
      lambda tables: tables.update(visits=tables["visits"].iloc[::-1].reset_index(drop=True))],
     False, "at most 40 points"),
    ("ceiling_of_excluded_patient", [excluded(mmt="100", haq="0"), patient("S-02", ck_uln="")],
     False, "CK has no upper limit of normal"),
    ("prior_immunosuppressants", [], True,
     "prednisolone: patient S-05; methotrexate: patient S-15"),
    ("prior_immunosuppressants", [patient("S-07", prior_immunosuppressant="azathioprine")], False,
     "prednisolone: patient S-05; methotrexate: patient S-15; azathioprine: patient S-07"),
    ("prior_immunosuppressants", [patient("S-05", prior_immunosuppressant="none"),
     patient("S-15", prior_immunosuppressant="none")], False, NOBODY),
    *[
        ("connective_tissue_by_subtype", [patient("S-07", connective_tissue_disorder=disorder,
                                                  subtype=subtype)],
         ALL if subtype == where else violated("S-07"))
        for disorder, where in (("mixed", "nm_om"), ("sjogren", "nm_om"),
                                ("systemic_sclerosis", "imnm"))
        for subtype in ("dm", "imnm", "nm_om", "ass")
    ],
    ("cancer_in_dermatomyositis", [], True, "patient S-18"),
    ("cancer_in_dermatomyositis", [patient("S-18", sex="male")], False, "patient S-18"),
    ("cancer_in_dermatomyositis", [patient("S-18", subtype="imnm")], False, "patient S-18"),
    ("cancer_in_dermatomyositis", [nobody("cancer_in_follow_up", "ovarian")], False, NOBODY),
    ("cancer_in_dermatomyositis", [patient("S-10", cancer_in_follow_up="ovarian")], False,
     "patients S-10, S-18"),
    ("no_other_cancer", [], True, NOBODY),
    ("no_other_cancer", [patient("S-10", cancer_at_diagnosis="true")], False, "patient S-10"),
    ("no_other_cancer", [patient("S-10", cancer_in_follow_up="other")], False, "patient S-10"),
    # Of the psoas the baseline may be missing, and nothing else.
    ("nothing_else_missing", [visit("S-07", "0", psoas="")], ALL),
    ("nothing_else_missing", [visit("S-07", "3", psoas="")], violated("S-07")),
    ("nothing_else_missing", [visit("S-07", "0", biceps="")], violated("S-07")),
    ("psoas_in_dermatomyositis", [visit("S-07", "0", psoas="")], False, None),
    ("psoas_in_dermatomyositis", [visit("S-06", "0", psoas="")], True, None),
    ("doses_follow_regimens", [more("treatments", "S-01", "0", week="3", dose_g_per_kg="1")], ALL),
    ("doses_follow_regimens", [more("treatments", "S-01", "0", week="3")], violated("S-01")),
    ("doses_follow_regimens", [more("treatments", "S-16", "3", week="1")], violated("S-16")),
    ("doses_follow_regimens", [without("treatments", "S-16", "6")], violated("S-16")),
    ("doses_follow_regimens", [without("treatments", "S-16", "3")], violated("S-16")),
    ("doses_follow_regimens", [without("treatments", "S-16", "0")], violated("S-16")),
    ("doses_follow_regimens", [treatment("S-16", "3", dose_g_per_kg="1.01")], violated("S-16")),
    # The maintenance dose before the amended ones may be missing.
    ("doses_follow_regimens", [without("treatments", "S-14", "3")], ALL),
    ("doses_follow_regimens", [without("treatments", "S-14", "0")], violated("S-14")),
    ("doses_follow_regimens", [without("treatments", "S-14", "4")], violated("S-14")),
    ("doses_follow_regimens", [without("treatments", "S-14", "8")], violated("S-14")),
    ("doses_follow_regimens", [treatment("S-14", "4", dose_g_per_kg="1")], violated("S-14")),
    ("assessments_follow_regimens", [without("visits", "S-16", "3")], violated("S-16")),
    ("assessments_follow_regimens", [without("visits", "S-16", "9"), patient("S-16", end_week="6")],
     ALL),
    ("assessments_follow_regimens", last_visit("S-16", "9", "8"), ALL),
    ("assessments_follow_regimens", last_visit("S-16", "9", "10"), violated("S-16")),
    ("assessments_follow_regimens", [more("visits", "S-16", "6", week="5")], violated("S-16")),
    ("assessments_follow_regimens", [more("visits", "S-16", "6", week="4")], ALL),
    ("assessments_follow_regimens", [without("visits", "S-20", "4")], ALL),
    ("assessments_follow_regimens", [without("visits", "S-14", "4")], violated("S-14")),
    ("assessments_follow_regimens", [without("visits", "S-14", "8")], violated("S-14")),
    ("extra_assessments_after_amendment", [without("visits", "S-20", "4")], violated("S-20")),
    ("extra_assessments_after_amendment", [more("visits", "S-10", "3", week="4")],
     violated("S-10")),
    ("extra_assessments_after_amendment", [more("visits", "S-11", "3", week="4")], ALL),
    ("amended_regimen", [], True, "patients S-12, S-14, S-15"),
    ("amended_regimen", [patient("S-14", regimen="standard")], violated("S-14")),
    # Who stopped at once need not have received it.
    ("amended_regimen", [patient("S-12", regimen="standard")], True, "patients S-14, S-15"),
    ("amended_regimen", [patient("S-20", regimen="amended")], violated("S-20")),
    ("bedridden", [], True, "patient S-12, grade 5"),
    ("bedridden", [visit("S-12", "4", mrs="4")], False, "patient S-12, grade 4"),
    ("bedridden", [visit("S-12", "4", physician_global="", haq="", mmt="", patient_global="")],
     False, "unknown for patient S-12"),
    ("bedridden", [patient("S-12", end_reason="completed")], False, "no patient, grade none"),
    ("rescue_at_early_stop", [treatment("S-01", "3", week="2")], violated("S-01")),
    ("rescue_at_early_stop", [treatment("S-01", "3", week="4")], True, None),
    # The first of several counts.
    ("rescue_at_early_stop", [more("treatments", "S-01", "3", week="6")], True, None),
    ("rescue_at_early_stop", [more("treatments", "S-01", "3", week="2")], violated("S-01")),
    ("rescue_at_early_stop", [patient("S-01", end_reason="adverse_event")], violated("S-01")),
    ("weeks_of_early_stop", last_visit("S-16", "9", "10"), violated("S-16")),
    ("weeks_of_early_stop", last_visit("S-16", "9", "8"), violated("S-16")),
    ("weeks_of_early_stop", last_visit("S-01", "3", "9"), violated("S-01")),
    ("weeks_of_early_stop", last_visit("S-01", "3", "8"), ALL),
    ("statins", [], True, "1 of 1 with, 0 of 2 without responded"),
    ("statins", [patient("S-03", recent_statin="true")], True,
     "1 of 1 with, 0 of 2 without responded"),
    ("statins", [patient("S-14", recent_statin="")], False,
     "1 of 1 with, 0 of 1 without responded; unknown for patient S-14"),
    ("statins", [patient("S-11", recent_statin="false")], False,
     "0 of 0 with, 1 of 3 without responded"),
    ("statins", [patient("S-14", recent_statin="true"), patient("S-15", recent_statin="true")],
     False, "1 of 3 with, 0 of 0 without responded"),
    ("statins", [patient("S-14", recent_statin="true")], True,
     "1 of 2 with, 0 of 1 without responded"),
]  # fmt: skip


def unpacked(name, changes, *found):
    """A text alone is that of `check_none`, which agrees where there is nobody."""
    return (name, changes, *(found if len(found) > 1 else (found[0] == ALL, found[0])))


@pytest.fixture(scope="module")
def changed(reference, published):
    """The trials of all cases, scored together."""
    trials = []
    for _, changes, *_ in CASES:
        tables = {name: table.copy() for name, table in reference.items()}
        for change in changes:
            change(tables)
        trials.append(make_trial(tables))
    return [CheckedTrial(analysis, published) for analysis in analyse_many(trials)]


@pytest.mark.parametrize("place", range(len(CASES)), ids=[case[0] for case in CASES])
def test_a_statement_holds_up_to_its_boundary(place, changed):
    name, _, holds, text = unpacked(*CASES[place])
    found, matches = STATEMENTS[name].check(changed[place])
    assert matches is holds
    assert text is None or found == text


def test_who_violates_a_statement_is_named_before_who_may(changed):
    trial = changed[0]
    ids = trial.analysed["patient_id"]
    first, second = ids == ids[0], ids == ids[1]
    both = ThreeValued(first, ~(first | second))
    text = f"violated by {trial.names(first)}; unknown for {trial.names(second)}"
    assert trial.check_none(both) == (text, False)
    assert trial.check_none(first & second, shown="everybody") == ("everybody", True)


@pytest.mark.parametrize(
    ("minimal", "added", "included", "found", "holds"),
    [
        (Fraction(9), Fraction(2), Fraction(20), "55%", True),
        (Fraction(10), Fraction(2), Fraction(20), "60%", False),
        (Fraction(9), Fraction(2), Fraction(0), "no patients", False),
        (Fraction(9), None, Fraction(20), "unknown for some patients", False),
        ("9 to 10 (1 unknown)", Fraction(2), Fraction(20), "unknown for some patients", False),
        (Fraction(9), Fraction(2), None, "no patients", False),
    ],
)
def test_the_share_of_the_discussion(published, minimal, added, included, found, holds):
    values = {"response.minimal": minimal, "response.discussion_added": added,
              "flow.included": included}  # fmt: skip
    trial = SimpleNamespace(values=values, published=published)
    assert STATEMENTS["proportion_in_discussion"].check(trial) == (found, holds)


def test_statements_about_numbered_patients_are_those_of_this_study_alone():
    assert {name for name, each in STATEMENTS.items() if each.needs_patient_numbers} == {
        *("numbered_in_order_of_inclusion", "excluded_patient", "excluded_patient_completed"),
        *("ceiling_of_excluded_patient", "prior_immunosuppressants", "added_patient_analysed"),
        *("extra_assessments_after_amendment", "amended_regimen", "bedridden"),
        "proportion_in_discussion",
    }
