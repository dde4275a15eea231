"""The report of a trial with PRINTO's core set, page by page: its words, and its numbers."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from tests.trial.slow_results import slow_pvalue, slow_quartiles
from tests.trial.studies import read_csv
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Table
from tisstats.chapters.trial_report.choices import Choices
from tisstats.chapters.trial_report.listings import Listings
from tisstats.chapters.trial_report.measures import Measures
from tisstats.chapters.trial_report.patients import Patients
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.scores import Scores
from tisstats.chapters.trial_report.sensitivity import Sensitivity
from tisstats.chapters.trial_report.summary import Summary
from tisstats.trial.template import example_folder

pytestmark = pytest.mark.usefixtures("read_once")

FOLDER = example_folder("printo")
ROWS = read_csv(FOLDER / "synthetic_visits.csv")
ARMS = {row["patient_id"]: row["arm"] for row in read_csv(FOLDER / "synthetic_patients.csv")}

#: Name, worst and best end of each measure, typed from the description of the example.
NAMED = {
    "physician_global": ("Physician global activity", 10, 0),
    "parent_global": ("Parent global well-being", 10, 0),
    "cmas": ("Childhood Myositis Assessment Scale", 0, 52),
    "chaq": ("Childhood Health Assessment Questionnaire", 3, 0),
    "chq_phs": ("Child Health Questionnaire, physical summary", -10, 70),
    "das": ("Disease Activity Score", 20, 0),
}
#: Words of the other core set.
OF_IMACS = r"(?i)enzyme|muscle test|\bmmt|extramuscular|patient global|(?<!childhood )health assess"


def last_and_first(patient):
    mine = [row for row in ROWS if row["patient_id"] == patient]
    return mine[0], mine[-1]


@pytest.fixture(scope="module")
def pages():
    kinds = (Summary, PrimaryEndpoint, Patients, Scores, Measures, Safety, Listings, Sensitivity)
    return {kind.__name__: kind(str(FOLDER)) for kind in (*kinds, Choices)}


@pytest.fixture(scope="module")
def items(pages):
    """Everything that the notebooks show, by page; each figure is drawn once."""
    measures, scores, patients = pages["Measures"], pages["Scores"], pages["Patients"]
    primary, safety, sensitivity = (
        pages[name] for name in ("PrimaryEndpoint", "Safety", "Sensitivity")
    )
    return {
        "Summary": [pages["Summary"].design(), pages["Summary"].disposition()],
        "PrimaryEndpoint": [
            primary.counts(), primary.responders(), *primary.forest(), *primary.comparisons(),
        ],
        "Patients": [
            patients.diagram(), patients.disposition(), *patients.swimmer(),
            *patients.time_on_study(), *patients.baseline_tables(),
        ],
        "Scores": [
            scores.courses(), scores.scores(), scores.categories(), *scores.waterfall(),
            *scores.best_scores(), scores.curves(), scores.incidence(), scores.ends(),
        ],
        "Measures": [
            measures.table2(), measures.paired_changes(), measures.directions(),
            *measures.definition_tables(), *measures.heat_map(), *measures.improvements(),
        ],
        "Safety": [*safety.outcome_tables(), *safety.event_tables(), *safety.zero_tables()],
        "Listings": pages["Listings"].tables(),
        "Sensitivity": [
            sensitivity.conclusions_table(), *sensitivity.share_tables(), sensitivity.changes(),
            sensitivity.change_choices(), sensitivity.choices(), sensitivity.not_varied(),
        ],
    }  # fmt: skip


def said(item):
    if isinstance(item, FigureItem):
        return item.alt
    return f"{item.caption} {item.frame.to_string()}"


def test_no_page_speaks_of_the_measures_of_the_other_set(pages, items):
    figures = 0
    for name, shown in items.items():
        for item in shown:
            text = said(item)
            assert not re.search(OF_IMACS, text), (name, re.search(OF_IMACS, text)[0])
            assert "Synthetic patients: not real patients" in text or name == "Sensitivity"
            assert not re.search(r"\b(nan|None)\b", text), name
            figures += isinstance(item, FigureItem)
            assert not isinstance(item, Table) or item_html(item)
    assert figures == 8
    for name, page in pages.items():
        for value in page.numbers().values():
            rest = str(value).replace("the IMACS core set", "")
            assert not re.search(OF_IMACS, rest), name


def test_what_is_not_computed_is_said_where_it_would_stand(pages):
    note = pages["Measures"].numbers()["definitions_note"]
    assert note.startswith("None of these is computed for this study: ")
    assert "doi:10.1002/acr.20280), which is not implemented here." in note
    assert pages["Measures"].definition_tables() == ()
    caption = said(pages["Safety"].outcomes())
    assert "Deterioration is not counted: " in caption


def test_the_design_names_the_set_its_measures_and_their_scales(items):
    design = dict(items["Summary"][0].frame.to_numpy().tolist())
    names = "; ".join(name for name, _, _ in NAMED.values())
    assert design["Core set"] == f"PRINTO: {names}"
    assert design["Scales"] == (
        "visual analogue scales from 0 to 10 cm; CMAS from 0 to 52; CHAQ from 0 to 3; CHQ-PhS from "
        "−10 to 70; DAS from 0 to 20"
    )
    assert design["Population"].startswith("juvenile: a score of at least 30 is minimal")


def test_every_improvement_of_every_child(items):
    table = items["Measures"][-1].frame.set_index("Patient")
    assert len(table) == 24
    for patient, (measure, (name, worst, best)) in (
        (patient, named) for patient in ARMS for named in NAMED.items()
    ):
        before, after = (row[measure] for row in last_and_first(patient))
        if not before or not after:
            assert table.loc[patient, name] == "not known"
            continue
        percent = 100 * (Fraction(after) - Fraction(before)) / (best - worst)
        printed = Fraction(table.loc[patient, name].replace("−", "-"))
        assert abs(printed - percent) <= Fraction(1, 20)


@pytest.mark.parametrize("arm", ["active", "placebo"])
def test_medians_and_p_values_of_each_measure(items, arm):
    table, directions = items["Measures"][0].frame, items["Measures"][2].frame
    heading = {"active": "Active treatment (N=12)", "placebo": "Placebo (N=12)"}[arm]
    members = [patient for patient, its in ARMS.items() if its == arm]
    for place, (measure, (name, worst, best)) in enumerate(NAMED.items()):
        pairs = [[row[measure] for row in last_and_first(patient)] for patient in members]
        changes = [Fraction(end) - Fraction(start) for start, end in pairs if start and end]
        rows = table.iloc[5 * place : 5 * place + 5]
        unit = "cm" if measure.endswith("global") else "points"
        assert rows["Outcome measure"].unique().tolist() == [f"{name}, {unit}"]
        cells = rows[heading].tolist()
        median = Fraction(cells[2].partition(" ")[0].replace("−", "-"))
        assert abs(median - slow_quartiles(changes)[1]) <= Fraction(1, 20)
        assert cells[3].endswith(f"[{len(changes)}]")
        exact = slow_pvalue(changes)
        if exact < Fraction(1, 1000):
            assert cells[4].startswith("< 0.001 ")
        else:
            assert abs(Fraction(cells[4].partition(" ")[0]) - exact) <= Fraction(1, 2000)
        better = sum((change > 0) == (best > worst) for change in changes if change)
        assert directions.iloc[4 * place][heading].startswith(f"{better} (")
