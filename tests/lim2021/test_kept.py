"""What the package finds about the article, word by word, as it is kept in files."""

import importlib
import inspect
import pkgutil
from fractions import Fraction
from pathlib import Path

import pytest

from tests.kept import compare, render
from tisstats import ledger, lim2021
from tisstats.ledger import explanations, layout
from tisstats.ledger.checks import number_checks
from tisstats.ledger.output import as_csv, as_table
from tisstats.lim2021 import regimens, scales, sensitivity, table2_bounds, table2_row
from tisstats.lim2021.claims import evaluate_ledger, row_checks
from tisstats.lim2021.claims.reference_cohort import reference_cohort
from tisstats.lim2021.cohort_check import check, compare_with_print
from tisstats.lim2021.cohort_check.treatments import dose_note, treatment_table
from tisstats.lim2021.discrepancies import entries, values
from tisstats.trial import analyse

KEPT = Path(__file__).parent / "kept"

#: Limits of the enzyme that are made up.
OTHER_LIMITS = sensitivity.EnzymeLimits("others", "for a test", 207.0, 340.0)


@pytest.fixture(scope="module")
def found(published):
    return evaluate_ledger(published)


def functions():
    """The functions of the article's published facts alone."""
    for module in pkgutil.walk_packages(lim2021.__path__, "tisstats.lim2021."):
        for name, each in vars(importlib.import_module(module.name)).items():
            function = inspect.unwrap(each) if callable(each) else None
            if not inspect.isfunction(function) or function.__module__ != module.name:
                continue
            needed = [p for p in inspect.signature(function).parameters.values()
                      if p.default is p.empty]  # fmt: skip
            if [p.name for p in needed] == ["published"] and not name.startswith("_"):
                yield f"{module.name.removeprefix('tisstats.lim2021.')}.{name}", each


def test_what_follows_from_the_published_facts(published):
    names = [name for name, _ in functions()]
    assert len(names) > 30
    results = (
        render(name, function(published))
        for name, function in functions()
        if not name.endswith(("evaluate_ledger", "youngest_at_onset"))
    )
    compare(KEPT / "functions.txt", "\n".join(results))


def test_the_ledger(found):
    compare(KEPT / "ledger.csv", as_csv(found.values()))


def test_what_belongs_to_the_ledger(found):
    some = [found[name] for name in list(found)[:3]]
    texts = [
        render("summary", ledger.Summary.of(found)),
        render("verdicts", ledger.verdict_counts(found.values())),
        render("checks", number_checks(found)),
        render("rows", row_checks.row_checks(found)),
        render("impossible", row_checks.impossible_quartiles(found)),
        render("parts", layout.article_parts(found.values())),
        render("explanations", explanations.Explanations.of(found.values())),
        as_table(some, ledger.Summary.of(found)),
    ]
    compare(KEPT / "checks.txt", "\n".join(texts))


def test_what_does_not_add_up(published):
    read = entries.read_entries(published, entries.read_registry())
    directions = {}
    for name in scales.SCALES:
        try:
            directions[name] = values.check_direction_of_change(published, name)
        except ValueError as refused:
            directions[name] = str(refused)
    texts = [render("entries", read), render("directions", directions)]
    compare(KEPT / "discrepancies.txt", "\n".join(texts))


def test_the_check_of_the_reference_cohort(published):
    trial = reference_cohort()
    report = check(trial)
    analysis = analyse(trial)
    texts = [
        *(f"{item}\n  {item.quantity}; {item.kind}" for item in report),
        render("not computable", report.not_computable),
        render("counts", report.counts()),
        render("table 1", compare_with_print.compare_numbers_with_print(report, "table1", "count")),
        dose_note(trial),
        render("treatments", treatment_table(analysis)),
        render("changes", sensitivity.change_choices(analysis)),
        render("choices", sensitivity.row_choices(published, None)),
        render("limits", sensitivity.row_choices(published, OTHER_LIMITS)),
    ]
    compare(KEPT / "cohort.txt", "\n".join(texts))


def test_the_rows_of_table_2(published):
    texts = []
    for measure in scales.SCALES:
        row = table2_row.Table2Row.read(published, measure, "spss")
        texts += [
            render(measure, row),
            render("conditions", table2_bounds.conditions(row)),
            render("finer", table2_bounds.finer_row(row)),
            render("status", row_checks.row_status(row)),
        ]
    texts += [scales.describe_finer_steps(), scales.describe_assumed_steps()]
    compare(KEPT / "rows.txt", "\n".join(texts))


def test_infusions():
    plans = [
        render(f"{weight} kg, {most} g a day", regimens.schedule(weight, regimen, most))
        for regimen in (regimens.STANDARD, regimens.AMENDED)
        for weight in (50, Fraction(713, 10), 120)
        for most in (80, 30)
    ]
    compare(KEPT / "infusions.txt", "\n".join(plans))
