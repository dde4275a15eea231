"""What the package reports on made-up trials, word by word, as it is kept in files."""

import importlib
import inspect
import pkgutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.kept import compare, render
from tests.trial.made_up import STUDIES
from tisstats import trial
from tisstats.trial import definitions, study_cdisc, study_wording
from tisstats.trial.cdisc import specification
from tisstats.trial.measure_changes import measure_changes
from tisstats.trial.score_summaries import summarise_scores
from tisstats.trial.scoring import analyse
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import study_courses
from tisstats.trial.study_specifications import StudySpecifications
from tisstats.trial.time_on_study import times_on_study

KEPT = Path(__file__).parent / "kept"

#: Too long for every study, refused for these, or without faults in them: see the last tests.
APART = (
    *("as_analysis", "analyse", "cross_faults", "is_known_score"),
    *("study_datasets", "treatment_table"),
)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    return {name: StudyData.read(write(folder / name)) for name, write in STUDIES.items()}


def functions():
    """The functions of one study, or of a part of it, by what they need."""
    for module in pkgutil.walk_packages(trial.__path__, "tisstats.trial."):
        for name, each in vars(importlib.import_module(module.name)).items():
            function = inspect.unwrap(each) if callable(each) else None
            if not inspect.isfunction(function) or function.__module__ != module.name:
                continue
            needed = [p for p in inspect.signature(function).parameters.values()
                      if p.default is p.empty]  # fmt: skip
            if len(needed) == 1 and not name.startswith("_") and name not in APART:
                yield f"{module.name.removeprefix('tisstats.trial.')}.{name}", needed[0], each


@pytest.mark.parametrize("name", STUDIES)
def test_what_is_reported_on_a_study(made_up, name):
    data = made_up[name]
    parts = {
        "StudyData": data,
        "Study": data.study,
        "Analysis": data.analysis,
        "Trial | Analysis": data.analysis,
        "EndpointPlan": data.study.endpoint,
        "Schedule": data.study.visits,
    }
    texts = [
        render(title, function(parts[needed.annotation]))
        for title, needed, function in functions()
        if needed.annotation in parts
    ]
    assert len(texts) > 30
    weeks = data.study.visits.weeks[1:]
    specifications = StudySpecifications(data)
    texts += [
        render("changes", measure_changes(data.analysis, 0.9)),
        render("scores", summarise_scores(data.analysis, weeks, 6)),
        render("times", times_on_study(data.analysis, study_courses(data), 20)),
        render("choices", specifications.choices),
        render("not varied", specifications.not_varied),
        render("choices of changes", specifications.change_choices),
        render("comparisons", specifications.comparisons),
        render("definitions", data.study.definitions.choices()),
        render("scales", study_wording.scale_notes(data.study)),
        render("not used", data.not_used),
        render("remarks", data.remarks),
    ]
    compare(KEPT / f"{name.replace(' ', '_')}.txt", "\n".join(texts))


def test_every_visit_of_a_small_study(made_up):
    found = analyse(made_up["bare"].trial)
    parts = {each.name: getattr(found, each.name) for each in fields(found) if each.name != "trial"}
    compare(KEPT / "bare_scores.txt", render("analysis", parts))


def test_the_data_sets_of_a_small_study(made_up):
    compare(
        KEPT / "bare_adam.txt", render("data sets", study_cdisc.study_datasets(made_up["bare"]))
    )


def test_the_specification_of_the_data_sets():
    texts = [
        render("data sets", specification.dataset_specifications()),
        render("parameters", specification.parameters()),
        render("inputs", specification.input_columns()),
    ]
    compare(KEPT / "specification.txt", "\n".join(texts))


def test_definitions_without_what_most_have():
    found = definitions.PUBLISHED
    bare = replace(
        found,
        improvement=replace(found.improvement, must_not_worsen=()),
        worsening=replace(found.worsening, clauses=()),
    )
    assert bare.choices()["improvement.must_not_worsen"] == "none"
    assert bare.choices()["worsening.clauses"] == "none"
    texts = [
        render("published", found.choices()),
        definitions.describe_improvement(found.improvement),
        definitions.describe_improvement(bare.improvement),
        definitions.describe_worsening(found.worsening),
        definitions.describe_worsening(bare.worsening),
        definitions.describe_disability(found.disability),
    ]
    compare(KEPT / "definitions.txt", "\n".join(texts))
