"""Tables of evidence: equal to the rows, and a page cites what its table names."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tisstats.chapters.measure_evidence import CHILDREN, evidence_base, evidence_tables
from tisstats.chapters.measure_pages import NAMES
from tisstats.measures.core_set import CORE_SET, PRINTO_CORE_SET
from tisstats.teaching.evidence import EXPECTED, NOT_FOUND, PROPERTIES

FOLDER = Path(__file__).parents[2] / "book" / "teaching" / "measures"

#: Columns of the comparison that hold evidence.
COMPARED = (
    *("rater", "reliability", "detectable_change", "important_change"),
    *("best_end", "placebo"),
)


@pytest.fixture(scope="module")
def base():
    return evidence_base()


def frame(page, base, number=0):
    return evidence_tables(page, base, NAMES)[number].frame


def test_the_comparison_equals_the_rows(base):
    compared = pd.concat(
        [frame("overview", base, number).set_index("Measure") for number in range(2)], axis=1
    )
    assert compared.index.tolist() == list(NAMES.values())
    shown = 0
    for page, name in NAMES.items():
        for each in COMPARED:
            rows = [row for row in base.rows if (row.measure, row.about) == (page, each)]
            texts = [row.text for row in rows if row.compared]
            assert compared.loc[name, PROPERTIES[each]] == ("; ".join(texts) or NOT_FOUND)
            shown += len(texts)
    assert shown == sum(row.compared for row in base.rows)
    assert {name: compared.loc[name, "Maximum points"] for name in NAMES.values()} == {
        name: f"{CORE_SET[page].points[-1]:g}" if page in CORE_SET else "–"
        for page, name in NAMES.items()
    }
    earned = compared["Points that this change earns"]
    assert earned[NAMES["mmt"]] == "10"
    assert earned[NAMES["enzyme"]] == NOT_FOUND
    assert earned[NAMES["physician_global"]] == "7.5"
    assert earned[NAMES["tis"]] == "is the score"


@pytest.mark.parametrize("page", NAMES)
def test_a_page_shows_all_rows_and_cites_their_sources(page, base):
    shown = frame(page, base)
    rows = base.of(page)
    assert shown["Source"].tolist()[: len(rows)] == [base.sources[row.source].label for row in rows]
    known = {row.about for row in rows}
    missing = [PROPERTIES[each] for each in EXPECTED if each not in known]
    last = shown[shown["Property"] == NOT_FOUND.capitalize()]["Value"].tolist()
    assert len(last) == bool(missing)
    assert [text.casefold() for text in "".join(last).split("; ") if text] == [
        name.casefold() for name in missing
    ]
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    assert f"{{measure-evidence}} {page}\n" in text
    cited = ",".join(re.findall(r"\{cite\}`([^`]+)`", text)).split(",")
    assert {row.source for row in rows} <= set(cited)


def test_the_page_on_children_shows_and_cites_what_is_known(base):
    core, known = (each.frame for each in evidence_tables("juvenile", base, NAMES))
    assert core["Column"].tolist() == list(PRINTO_CORE_SET)
    assert core["Range"].tolist()[-2:] == ["no public one found", "0 to 20"]
    assert len(known) == sum(row.measure in CHILDREN for row in base.rows)
    text = (FOLDER / "juvenile.md").read_text("utf-8")
    cited = ",".join(re.findall(r"\{cite\}`([^`]+)`", text)).split(",")
    sources = {row.source for row in base.rows if row.measure in CHILDREN}
    assert sources | {row.source for row in base.children} <= set(cited)


def test_the_fictitious_child_by_hand(base):
    scored, by_range = (each.frame for each in evidence_tables("printo_child", base, NAMES))
    assert scored["Points"].tolist() == ["17.5", "2.5", "20", "7.5", "5", "15", "67.5"]
    # 3 of 10, 1.5 of 10, 6 of 52, 0.75 of 3, 14 of 80, 6 of 20.
    percents = ["30.0", "15.0", "11.5", "25.0", "17.5", "30.0", ""]
    assert scored["Improvement, % of the range"].tolist() == percents
    assert "moderate" in scored["Measure"].tolist()[-1]
    # 14 of 50, of 80 and of 100: three bands, and two categories.
    assert by_range["Improvement, % of the range"].tolist() == ["28.0", "17.5", "14.0"]
    assert by_range["Points"].tolist() == ["7.5", "5", "2.5"]
    assert by_range["Improvement"].tolist() == ["major", "moderate", "moderate"]
    assert by_range["Range entered"].tolist()[1] == "\N{MINUS SIGN}10 to 70"


def test_totals_of_important_changes_exceed_that_of_the_score(base):
    shown = frame("tis", base, 1).set_index("Core set measure")["Points"]
    totals = {name: float(points) for name, points in shown.items() if name.startswith("Total")}
    assert list(totals.values()) == pytest.approx([37.5, 37.5])
    assert float(shown["The score itself"]) == pytest.approx(23.7)


def test_one_grade_earns_at_least_the_second_band(base):
    assert frame("physician_global", base, 1)["Points"].tolist() == ["15", "20", "20", "20"]
    assert frame("patient_global", base, 1)["Points"].tolist() == ["5", "10", "10", "10"]


def test_the_steps_of_an_incomplete_index(base):
    steps = frame("haq", base, 1)
    assert steps["Step, points"].tolist() == ["0.125", "0.143", "0.167"]
    assert steps.iloc[:, 2].tolist() == ["0.750", "0.714", "0.667"]


def test_a_return_to_normal_earns_little_for_creatine_kinase_alone(base):
    earned = frame("enzyme", base, 1).set_index("Enzyme")
    assert earned.iloc[0].tolist() == ["1.75", "4.75", "2.5"]
    assert earned.iloc[1].tolist() == ["1.3", "2.5", "5"]
    assert earned.iloc[2:].to_numpy().tolist() == [["1.15", "1.75", "7.5"]] * 3


def test_a_page_that_there_is_not_is_refused(base):
    with pytest.raises(
        ValueError, match=r"page must be one of tis, .*juvenile or printo_child: 'x'"
    ):
        evidence_tables("x", base, NAMES)
