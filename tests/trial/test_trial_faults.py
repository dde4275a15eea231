"""What is wrong with a trial: in cells, across tables, in its package. One line each."""

import numpy as np
import pandas as pd
import pytest

from tests.random_trials import aggregates, make_trial
from tisstats.datapackage import find_faults
from tisstats.errors import DataError
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.measures import score_visits
from tisstats.trial import Trial, analyse, analyse_many


def faults(tables):
    with pytest.raises(DataError) as raised:
        make_trial(tables)
    return [str(fault) for fault in raised.value.faults]


def first(table, **where):
    rows = np.logical_and.reduce([(table[name] == value) for name, value in where.items()])
    return table.index[rows][0]


def put(table, row, column, value):
    table.loc[row, column] = value


def test_a_good_trial_has_none(tables):
    trial = make_trial(tables)
    assert trial.origin == "synthetic"
    assert len(trial.patients) == 20


def test_a_package_gives_the_same_trial(tables, writer, tmp_path):
    folder = writer(tables, tmp_path)
    assert find_faults(folder) == []
    read = Trial.read(folder, DESCRIPTION)
    for name in ("patients", "visits", "treatments", "adverse_events"):
        pd.testing.assert_frame_equal(
            getattr(read, name),
            getattr(make_trial(tables), name),
        )
    assert aggregates(read) == aggregates(make_trial(tables))


def test_typed_columns_are_taken_as_they_are(tables):
    again = make_trial(tables)
    convert_types = Trial(
        again.patients,
        again.visits,
        again.treatments,
        again.adverse_events,
        description=DESCRIPTION,
        mmt_max=260,
    )
    assert aggregates(convert_types) == aggregates(again)


def test_columns_beyond_the_schema_are_left_out(tables):
    tables["visits"]["note"] = "late"
    assert "note" not in make_trial(tables).visits


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("patients", "subtype", "pm", "must be text, one of dm, imnm, nm_om, ass; not empty"),
        ("patients", "subtype", "", "must be text, one of dm, imnm, nm_om, ass; not empty"),
        ("patients", "analysed", "yes", "must be true or false; not empty"),
        ("patients", "skin", 1, "must be true or false"),
        ("patients", "age_at_onset", 44.5, "must be an integer, at least 0, at most 120"),
        ("patients", "age_at_onset", "old", "must be an integer, at least 0, at most 120"),
        ("patients", "msa", "anti_pl7", "must be text, matching"),
        ("patients", "origin", "solved", "must be text, one of synthetic, observed; not empty"),
        ("patients", "ck_uln", 0, "must be a number, at least 1"),
        (
            "patients",
            "ck_uln",
            2.9,
            "2.9 U/L is not a plausible upper limit of normal of ck; if values",
        ),
        ("visits", "mmt", 261, "must be from 0 to 260 points (the trial's mmt_max)"),
        ("visits", "mmt", -1, "must be an integer, at least 0"),
        ("visits", "haq", -0.125, "must be a number, at least 0, at most 3"),
        ("visits", "ck", 0, "must be an integer, at least 1"),
        ("visits", "week", None, "must be an integer, at least 0; not empty"),
        ("treatments", "treatment", "steroid", "must be text, one of ivig, rescue; not empty"),
        ("adverse_events", "serious", None, "must be true or false; not empty"),
        ("adverse_events", "event", "", "must be text; not empty"),
    ],
)
def test_a_cell_that_is_not_allowed(tables, table, column, value, message):
    row = 4
    put(tables[table], row, column, value)
    (found,) = faults(tables)
    shown = "" if value is None else str(value)
    assert found.startswith(f"{table}, row {row + 2}, column {column}, value {shown!r}: {message}")


def test_each_limit_in_another_unit_is_named_by_itself(tables):
    for row, limit in ((2, 2.9), (4, 2.5), (5, 2.9)):
        put(tables["patients"], row, "ck_uln", limit)
    found = [line.partition(" is not a plausible")[0] for line in faults(tables)]
    assert found == [
        f"patients, row {row}, column ck_uln, value '{limit}': {limit} U/L"
        for limit, row in ((2.5, 6), (2.9, 4), (2.9, 7))
    ]


@pytest.mark.parametrize("measure", SCALES)
def test_values_between_the_steps_of_a_scale(tables, measure):
    whole = SCALES[measure].step.denominator == 1
    put(tables["visits"], 3, measure, 3.5 if whole and measure != "eq_vas" else 3.03)
    if measure == "eq_vas":
        put(tables["visits"], 3, measure, 43)
    (found,) = faults(tables)
    assert f"visits, row 5, column {measure}, value" in found
    assert "must be a" in found


def test_half_newtons_and_eighths_are_on_their_scales(tables):
    for measure, value in {"deltoid": 0.5, "haq": 2.875, "physician_global": 0.1 + 0.2}.items():
        put(tables["visits"], 3, measure, value)
    assert make_trial(tables).visits["haq"][3] == pytest.approx(2.875)


def test_another_dynamometer(tables):
    from dataclasses import replace
    from fractions import Fraction

    put(tables["visits"], 3, "deltoid", 52.3)
    assert len(faults(tables)) == 1
    scale = replace(SCALES["deltoid"], step=Fraction(1, 10))
    finer = replace(DESCRIPTION, measures=SCALES | {"deltoid": scale})
    assert Trial(**tables, description=finer, mmt_max=260).visits["deltoid"][3] == pytest.approx(
        52.3
    )


def test_missing_and_repeated_columns(tables):
    tables["visits"] = tables["visits"].drop(columns=["mmt", "haq"])
    found = faults(tables)
    assert [line.partition(":")[0] for line in found] == [
        "visits, column mmt",
        "visits, column haq",
    ]
    assert "there is no such column; the table has patient_id, week," in found[0]
    tables["visits"] = pd.concat([tables["visits"], tables["visits"]["ck"]], axis=1)
    assert "visits, column ck: the table has this column twice" in faults(tables)


def test_unknown_patients(tables):
    for name in ("visits", "treatments", "adverse_events"):
        put(tables[name], 2, "patient_id", 77)
    assert [
        line for line in faults(tables) if line.endswith("must be a patient_id of patients")
    ] == [
        f"{name}, row 4, column patient_id, value '77': must be a patient_id of patients"
        for name in ("visits", "treatments", "adverse_events")
    ]


def test_repeated_rows(tables):
    for name in tables:
        tables[name] = pd.concat([tables[name], tables[name].iloc[[3]]], ignore_index=True)
    keys = {
        "patients": "patient_id",
        "visits": "patient_id, week",
        "treatments": "patient_id, week, treatment",
        "adverse_events": "patient_id, number",
    }
    found = faults(tables)
    assert len(found) == 4
    for line, (name, key) in zip(found, keys.items(), strict=True):
        assert line.startswith(f"{name}, row {len(tables[name]) + 1}, column ")
        assert line.endswith(f": must not repeat another row's {key}")


NO_BASELINE = (
    "patients, row 8, column patient_id, value 'S-07': has no baseline, week 0, in visits: add "
    "that visit, or leave the patient out of the analysis (column analysed, value false)"
)


def test_no_baseline(tables):
    visits = tables["visits"]
    tables["visits"] = visits.drop(index=first(visits, patient_id="S-07", week=0))
    assert faults(tables) == [NO_BASELINE]


def test_no_visit_at_all(tables):
    tables["visits"] = tables["visits"][tables["visits"]["patient_id"] != "S-07"]
    assert faults(tables) == [NO_BASELINE]


def test_visits_and_infusions_after_the_end(tables):
    patients = tables["patients"]
    row = first(patients, end_week=9)
    patient = patients["patient_id"][row]
    put(patients, row, "end_week", 3)
    found = faults(tables)
    assert {line.partition(",")[0] for line in found} == {"visits", "treatments"}
    assert all("lies after the patient's end_week in patients" in line for line in found)
    visits = tables["visits"]
    late = (visits["patient_id"] == patient) & (visits["week"] > 3)
    assert sum(line.startswith("visits") for line in found) == late.sum()


def test_rescue_and_events_may_follow_the_end(tables):
    treatments, events = tables["treatments"], tables["adverse_events"]
    put(treatments, first(treatments, treatment="rescue"), "week", 12)
    put(events, 0, "week", 15)
    assert len(make_trial(tables).treatments) == len(treatments)


def test_an_end_without_a_visit(tables):
    visits = tables["visits"]
    tables["visits"] = visits.drop(index=first(visits, patient_id="S-07", week=9))
    assert faults(tables) == [
        "patients, row 8, column end_week, value '9': must be the week of the patient's last "
        "visit in visits"
    ]


@pytest.mark.parametrize("haq", [0.126, 0.124, 1.9995, 2.8751])
def test_a_value_off_the_steps_of_its_scale_by_a_thousandth_or_less(tables, haq):
    put(tables["visits"], 3, "haq", haq)
    assert faults(tables) == [
        f"visits, row 5, column haq, value '{haq}': must be a multiple of 0.125 points"
    ]


def test_an_end_at_the_baseline(tables):
    tables["visits"] = tables["visits"].query("patient_id != 'S-07' or week == 0")
    tables["treatments"] = tables["treatments"].query("patient_id != 'S-07' or week == 0")
    put(tables["patients"], 6, "end_week", 0)
    assert faults(tables) == [
        "patients, row 8, column end_week, value '0': must lie after week 0 for a patient in the "
        "analysis"
    ]
    put(tables["patients"], 6, "analysed", "false")
    make_trial(tables)


def test_an_analysed_patient_needs_every_cell_but_statins(tables):
    put(tables["patients"], 4, "recent_statin", None)
    make_trial(tables)
    put(tables["patients"], 4, "sex", None)
    put(tables["patients"], 4, "dysphagia", None)
    put(tables["patients"], 4, "ck_uln", None)
    assert faults(tables) == [
        f"patients, row 6, column {column}, value '': must not be empty for a patient in the "
        "analysis"
        for column in ("sex", "dysphagia", "ck_uln")
    ]


def test_observed_and_synthetic_rows_are_never_mixed(tables):
    put(tables["visits"], 5, "origin", "observed")
    assert faults(tables) == [
        "visits, row 7, column origin, value 'observed': must be synthetic as in the first row: "
        "never both"
    ]


def test_doses_of_infusions_only(tables):
    treatments = tables["treatments"]
    put(treatments, first(treatments, treatment="ivig"), "dose_g_per_kg", None)
    put(treatments, first(treatments, treatment="rescue"), "dose_g_per_kg", 2)
    found = faults(tables)
    assert [line.rpartition(": ")[2] for line in found] == [
        "must not be empty for ivig",
        "must be empty for rescue",
    ]


def test_nobody_analysed(tables):
    tables["patients"]["analysed"] = False
    assert "patients, column analysed: no patient is in the analysis" in faults(tables)


def test_many_faults_of_one_kind_are_cut_short(tables):
    tables["visits"]["mmt"] = 999
    found = faults(tables)
    assert len(found) == 21
    assert found[-1].startswith(f"visits, column mmt: and {len(tables['visits']) - 20} more: ")


def test_every_fault_is_told_with_its_file(tables, writer, tmp_path):
    put(tables["visits"], 3, "physician_global", 3.14)
    put(tables["patients"], 4, "sex", None)
    with pytest.raises(DataError) as raised:
        Trial.read(writer(tables, tmp_path), DESCRIPTION)
    assert [str(fault) for fault in raised.value.faults] == [
        f"{tmp_path}/synthetic_patients.csv, row 6, column sex, value '': must not be empty for a "
        "patient in the analysis",
        f"{tmp_path}/synthetic_visits.csv, row 5, column physician_global, value '3.14': must be a "
        "multiple of 0.1 cm",
    ]


def test_a_package_that_does_not_meet_its_schema(tables, writer, tmp_path):
    put(tables["patients"], 4, "subtype", "pm")
    put(tables["visits"], 3, "patient_id", 77)
    with pytest.raises(DataError) as raised:
        Trial.read(writer(tables, tmp_path), DESCRIPTION)
    found = [str(fault).replace(f"{tmp_path}/", "") for fault in raised.value.faults]
    assert found == [
        "synthetic_patients.csv, row 6, column subtype, value 'pm': must be text, one of dm, "
        "imnm, nm_om, ass; not empty",
        "synthetic_visits.csv, row 5, column patient_id, value '77': must stand in column "
        "patient_id of synthetic_patients.csv",
    ]


def test_a_laxer_description_is_no_way_around(tables, writer, tmp_path):
    folder = writer(tables, tmp_path)
    path = folder / "datapackage.json"
    path.write_text(path.read_text().replace('"maximum": 3', '"maximum": 999'))
    file = folder / "synthetic_visits.csv"
    lines = file.read_text().splitlines()
    cells = lines[4].split(",")
    cells[lines[0].split(",").index("haq")] = "4"
    file.write_text("\n".join([*lines[:4], ",".join(cells), *lines[5:]]) + "\n")
    with pytest.raises(DataError, match=r"row 5, column haq, value '4': must be a number"):
        Trial.read(folder, DESCRIPTION)


def test_a_package_without_a_table(tables, writer, tmp_path):
    folder = writer(tables, tmp_path)
    path = folder / "datapackage.json"
    path.write_text(path.read_text().replace('"name": "treatments"', '"name": "drugs"'))
    with pytest.raises(DataError, match="describes no resource named treatments"):
        Trial.read(folder, DESCRIPTION)


def test_no_package_at_all(tmp_path):
    with pytest.raises(DataError, match="json: there is no such file; a data package needs this"):
        Trial.read(tmp_path, DESCRIPTION)


# The maximum of the muscle test.


def test_a_package_that_does_not_give_the_maximum_of_its_muscle_test(tables, writer, tmp_path):
    folder = writer(tables, tmp_path)
    path = folder / "datapackage.json"
    path.write_text(path.read_text().replace('"mmt_max"', '"maximum"'))
    with pytest.raises(DataError) as raised:
        Trial.read(folder, DESCRIPTION)
    (fault,) = raised.value.faults
    assert str(fault) == (
        f"{path}: the maximum of the muscle test is not given (mmt_max; 80: MMT-8, one side; 150: "
        "MMT-8, both sides with neck; 240: 24 tests, assumed; 260: 26 tests: MMT24 of IMACS, "
        'or 13 groups on both sides); add "measures": {"mmt_max": N}'
    )


@pytest.mark.parametrize("maximum", ["260", 0, -80, True, 80.5, [80]])
def test_a_maximum_that_is_none(tables, writer, tmp_path, maximum):
    with pytest.raises(DataError) as raised:
        Trial.read(writer(tables, tmp_path, mmt_max=maximum), DESCRIPTION)
    (fault,) = raised.value.faults
    assert (fault.column, fault.value) == ("measures.mmt_max", str(maximum))
    assert fault.message.startswith("must be a whole number above 0, the maximum of the muscle")
    with pytest.raises(ValueError, match="mmt_max must be a whole number above 0"):
        Trial(**tables, description=DESCRIPTION, mmt_max=maximum)


def test_a_trial_without_a_maximum_is_not_analysed(tables):
    trial = Trial(**tables, description=DESCRIPTION)
    assert trial.mmt_max is None
    with pytest.raises(DataError, match="visits, column mmt: the maximum of the muscle test is"):
        analyse(trial)


def test_strength_above_the_maximum_of_the_trial(tables, writer, tmp_path):
    tables["visits"]["mmt"] = [min(int(value), 80) for value in tables["visits"]["mmt"]]
    put(tables["visits"], 3, "mmt", 81)
    folder = writer(tables, tmp_path, mmt_max=80)
    with pytest.raises(DataError) as raised:
        Trial.read(folder, DESCRIPTION)
    assert [str(fault) for fault in raised.value.faults] == [
        f"{folder}/synthetic_visits.csv, row 5, column mmt, value '81': must be from 0 to 80 "
        "points (the trial's mmt_max)"
    ]


def test_the_short_muscle_test_is_scored_out_of_its_own_maximum(tables, writer, tmp_path):
    """The same changes are a larger part of 80 points than of 260."""
    tables["visits"]["mmt"] = [int(value) * 80 // 260 for value in tables["visits"]["mmt"]]
    short = analyse(Trial.read(writer(tables, tmp_path / "short", mmt_max=80), DESCRIPTION))
    long = analyse(Trial.read(writer(tables, tmp_path / "long", mmt_max=260), DESCRIPTION))
    first = short.visits["patient_id"] == short.visits["patient_id"].iloc[0]
    visits = short.visits.loc[first].assign(ck_uln=short.patients["ck_uln"].iloc[0])
    visits = visits.drop(columns=["tis", "response", "worse"])
    expected = score_visits(visits, mmt_max=80, uln={"ck": "ck_uln"})["tis"]
    assert short.visits.loc[first, "tis"].tolist() == expected.tolist()
    assert (short.tis[:, 1:] >= long.tis[:, 1:])[np.isfinite(short.tis[:, 1:])].all()
    assert short.tis.tolist() != long.tis.tolist()
    together = analyse_many([short.trial, long.trial])
    assert [np.array_equal(a.tis, b.tis, equal_nan=True) for a, b in
            zip(together, (short, long), strict=True)] == [True, True]  # fmt: skip
