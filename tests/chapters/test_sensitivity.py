"""The chapters on sensitivity: of the article, and of any trial's report."""

import re

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.studies import make_study
from tisstats.book.pages.items import item_html
from tisstats.chapters import sensitivity
from tisstats.chapters.page import FigureItem, Markdown
from tisstats.chapters.trial_report.sensitivity import Sensitivity

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")

SYNTHETIC = "Synthetic patients: not real patients"


@pytest.fixture(scope="module")
def chapter():
    return sensitivity.Sensitivity("reference")


def all_tables(page):
    return [
        page.printed_choices(),
        page.row_choices(),
        page.printed_conclusions(),
        page.row_conclusions(),
        page.printed_shares(),
        page.row_shares(),
        page.change_table(),
    ]


def test_the_two_kinds_of_evidence_are_labelled_apart(chapter):
    for table in all_tables(chapter):
        printed = "rom published counts alone" in table.caption
        synthetic = "Synthetic patients (the reference cohort)" in table.caption
        assert printed != synthetic, table.caption
        assert not re.search(r"\b(nan|None)\b|_", table.frame.to_string())
        assert item_html(table)
    assert chapter.printed_figure().alt.endswith("Published: Lim et al. 2021, counts.")
    assert "Synthetic patients (the reference cohort)" in chapter.row_figure().alt


#: Columns of a curve's table that are no choices.
RESULTS = {"estimate", "low", "high", "pvalue", "responders", "patients"}
RESULTS |= {f"{name}_reference" for name in RESULTS}


def each_choice_once(table, result):
    """The rows of the choices that change a result, each combination of them once."""
    table = table.assign(result=table[result].round(12).fillna(-99))
    choices = [name for name in table if name not in RESULTS | {"result"}]
    moving = [
        choice
        for choice in choices
        if table.groupby([name for name in choices if name != choice])["result"].nunique().max() > 1
    ]
    once = table.drop_duplicates(moving) if moving else table.head(1)
    return once.dropna(subset=result)


def test_the_numbers_of_the_prose_are_those_of_the_curves(chapter):
    numbers = chapter.numbers()
    table = chapter.printed.table()
    assert numbers["printed_combinations"] == len(table) == 120
    once = each_choice_once(table, "estimate")
    fewer = sum(once["responders"] * 2 < once["patients"])
    assert numbers["printed_fewer"] == f"{fewer} of the {len(once)}" == "5 of the 8"
    once = each_choice_once(chapter.rows.table(), "estimate")
    fewer = sum(once["responders"] * 2 < once["patients"])
    assert numbers["row_fewer"] == f"{fewer} of the {len(once)}"
    assert numbers["printed_span"] == "35.0 to 65.0"


def test_the_prose_on_the_lower_threshold_is_true(chapter):
    """At any visit, with those who lost it: more than half, in all combinations."""
    table = chapter.printed.table()
    ever = table[table["Definition of a responder"] == "20 points at any visit"]
    assert len(ever)
    assert (ever["responders"] * 2 > ever["patients"]).all()


def test_the_enzyme_limits_are_those_of_the_bounds(chapter):
    assert (chapter.limits.female, chapter.limits.male) == (207, 340)


def items(page):
    tables = [page.choices(), page.not_varied(), page.conclusions_table(), *page.share_tables()]
    return [*tables, page.changes(), page.change_choices()]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("name", STUDIES)
def test_the_page_of_a_report_can_be_made_and_names_the_origin_of_its_rows(tmp_path, name):
    page = Sensitivity(str(STUDIES[name](tmp_path / "rows")))
    for table in items(page):
        assert SYNTHETIC in table.caption or "not varied" in table.caption
        assert not re.search(r"\b(nan|None|NaT)\b|_", table.frame.to_string()), table.caption
        assert item_html(table)
    figures = [item for item in page.curve_items() if isinstance(item, FigureItem)]
    captions = [item.text for item in page.curve_items() if isinstance(item, Markdown)]
    assert len(captions) == len(page.curves)
    assert len(figures) <= len(captions)
    assert all(SYNTHETIC in item.alt for item in figures)
    assert page.answers().text.count("- **") == len(page.curves)
    numbers = page.numbers()
    note = numbers.pop("reference_note")  # of a single arm alone
    assert ("50%, with which the single arm" in str(note)) == (page.study.reference_arm is None)
    assert all(str(value) for value in numbers.values())


@pytest.mark.parametrize(("patients", "arms"), [(3, ("alone",)), (80, ("a", "b", "c", "d"))])
def test_the_conclusions_of_a_report_are_those_of_a_count(tmp_path, patients, arms):
    page = Sensitivity(str(make_study(patients, arms).write(tmp_path)))
    shown = page.conclusions_table().frame
    for comparison, curve in page.curves.items():
        once = each_choice_once(curve.table(), "estimate")
        tested = each_choice_once(curve.table(), "pvalue")
        mine = shown[shown["Comparison"] == comparison.title].set_index("Conclusion")
        cells = mine["n of combinations"]
        if comparison.reference is None:
            expected = {"At least 50% respond": sum(once["responders"] * 2 >= once["patients"])}
        else:
            gain = (
                once["responders"] * once["patients_reference"]
                - once["responders_reference"] * once["patients"]
            )
            main = gain.iloc[0]
            word = "Fewer" if main < 0 else "More"
            label = f"{word} responders than under {arms[-1].capitalize()}"
            expected = {
                label: sum(gain < 0 if main < 0 else gain > 0),
                "P < 0.05 for unequal proportions": sum(tested["pvalue"] < 0.05),
            }
        for label, count in expected.items():
            of = tested if label.startswith("P ") else once
            assert cells[label] == f"{count} of {len(of)}"


def test_a_proportion_to_compare_with_is_checked():
    with pytest.raises(ValueError, match="reference_response must be a proportion"):
        Sensitivity("example", reference_response=50)


def test_it_moves_the_conclusions_of_a_single_arm(tmp_path):
    folder = str(STUDIES["single arm"](tmp_path / "rows"))
    low, high = (
        Sensitivity(folder, reference_response=value).conclusions_table().frame
        for value in (0.05, 0.95)
    )
    assert low["Conclusion"].iloc[0] == "At least 5% respond"
    assert high["Conclusion"].iloc[0] == "At least 95% respond"
    assert low["n of combinations"].iloc[0] != high["n of combinations"].iloc[0]
