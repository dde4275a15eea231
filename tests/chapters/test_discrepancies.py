"""What the page of what does not add up shows: numbers by hand, and by R."""

import pytest

from tisstats.chapters.discrepancies import Discrepancies
from tisstats.lim2021.amendment import CONDITIONS
from tisstats.lim2021.discrepancies.entries import Importance


@pytest.fixture(scope="module")
def page():
    return Discrepancies("fisher")


def test_the_table_has_the_tests_of_r(page):
    # R: sapply(0:5, function(k) fisher.test(rbind(c(1+k, 8-k), c(7-k, 3+k)))$p.value)
    # 0.01976661 0.16980233 0.64991665 1.00000000 0.36984996 0.06977852
    table = page.split_table().frame
    # R: prop.test(c(1, 7), c(9, 10), correct = FALSE)$p.value is 0.009434.
    pearson = Discrepancies("chi-square").split_table().frame
    assert pearson["P (chi-square test, two-sided)"].iloc[0] == "0.009"
    assert table["P (Fisher's exact test, two-sided)"].tolist() == [
        *("0.020", "0.170", "0.650", "1.000", "0.370", "0.070"),
    ]
    assert table["Responders before"].tolist() == [f"{1 + k} of 9" for k in range(6)]
    assert table["Responders after"].tolist() == [f"{7 - k} of 10" for k in range(6)]
    # 7/10 - 1/9 = 53/90 and 2/10 - 6/9 = -42/90.
    differences = table["Difference, percentage points"].tolist()
    assert (differences[0], differences[-1]) == ("58.9", "−46.7")


def test_the_splits_have_their_conditions_and_only_those_they_need(page):
    numbers = page.numbers()
    said = numbers["split_given"]
    assert "patient 11 was the first under the amended protocol" in said
    assert "first seen at week 4" not in said
    assert numbers["idle_conditions"] == (
        "the responder first seen at week 4 was enrolled after the amendment"
    )


def test_the_numbers_of_the_section(page):
    numbers = page.numbers()
    assert (numbers["plain_before"], numbers["plain_after"], numbers["plain_gone"]) == (1, 7, 0)
    # With 3 gone it is 4 of 9, 44%, against 4 of 10, 40%.
    assert (numbers["even_gone"], numbers["gone_most"], numbers["splits_left"]) == (3, 5, 6)
    assert (numbers["by_first_visit"], numbers["first_visit"]) == (6, 3)
    assert (numbers["split_others"], numbers["least_after"]) == (11 - 3 - 3, 2)
    assert numbers["plain_p"] == "0.020"
    headings = [
        page.summary().lines[0].importance,
        *(e.importance for e in page.entries.discrepancies),
    ]
    assert numbers["entries"] == len(headings)
    assert numbers["entries_interpretation"] == headings.count(headings[0]) > 5


def test_in_the_plain_reading_all_responders_of_week_3_came_later(page):
    # a of the 6, r of the 1 at week 4, and 3 eligible are the later 10; the responder of week 6
    # is none of them, since he was waiting at week 4 and no eligible patient responded.
    ways = [(a, r) for a in range(7) for r in range(2) if a + r + 3 == 10]
    assert ways == [(6, 1)]
    numbers = page.numbers()
    assert (numbers["plain_first_before"], numbers["by_first_visit"]) == (6 - 6, 6)
    assert numbers["plain_late_weeks"] == "6"


def test_the_table_of_conditions(page):
    table = page.condition_table().frame
    assert len(table) == len(CONDITIONS) + 2
    assert table["Responders after"].tolist() == [
        *["2 to 7 of 10"] * 3,
        *("2 to 8 of 10", "1 to 7 of 10", "0 to 8 of 10", "2 to 7 of 10"),
    ]
    assert table["Responders before"].iloc[-2] == "0 to 8 of 9"
    assert table["Responders after, if none had stopped"].tolist() == [
        *("7", "7", "2 to 7", "7 to 8", "7", "0 to 8", "7"),
    ]


def test_the_figure_gets_every_split(page):
    alt = page.split_figure().alt
    for k in range(6):
        gone = f"{k} of the later 10 stopped before week 4: "
        assert f"{gone}{1 + k} of 9 before, {7 - k} of 10 after" in alt


def test_the_summary_opens_with_the_section_on_the_amendment(page):
    first, *entries = page.summary().lines
    assert first.anchor == "before-and-after-the-amendment"
    assert "1 of 9 against 7 of 10" in first.title
    sections = [
        entry.anchor
        for weight in Importance
        for entry in page.sections(weight.name.lower()).entries
    ]
    assert [line.anchor for line in entries] == sections


def test_a_condition_that_changes_nothing_is_named_as_none_and_stands_last(page):
    table = page.condition_table().frame
    dropped = table["Dropped condition"].tolist()
    assert "All dropped" in dropped
    assert dropped[-1].startswith("Not needed: the responder first seen at week 4")
    assert not any(row.startswith("Not a") for row in dropped[:-1])
    columns = ["Responders after", "Responders before", "Responders after, if none had stopped"]
    assert table.iloc[-1][columns].tolist() == table.iloc[0][columns].tolist()


# The share of the discussion


def test_the_share_in_every_reading(page):
    table = page.minimal_improvement().frame
    found = set(zip(table["n of N"], table["%"], table["As printed"], strict=True))
    assert found == {
        ("9 of 19", "47.4", "no"),
        ("9 of 20", "45.0", "no"),
        ("10 of 20", "50.0", "no"),
        ("10 of 19", "52.6", "no"),
        ("11 of 20", "55.0", "yes"),
        ("11 of 20", "55.0", "yes, but the Discussion counts patient 2"),
        ("11 of 19", "57.9", "no"),
        ("12 of 20", "60.0", "no"),
        ("12 of 19", "63.2", "no"),
        ("13 of 20", "65.0", "no"),
    }
    counted = table[table["Patients"].str.endswith("excluded patient counted as improved")]
    hits = counted.loc[counted["As printed"] == "yes", "Improvement"].tolist()
    assert hits == ["by week 9 as printed, and 1 of the 3 who lost it"]


# What agrees


def test_what_looks_odd_and_agrees(page):
    rows = page.apparent_discrepancies().frame.set_index("Topic")
    assert rows.loc["Reasons for not including patients", "As printed"].startswith("39 patients")
    # 33 reasons for 39 patients: 6 at least have none.
    assert "6 to 21 had none" in rows.loc["Reasons for not including patients", "Explanation"]
    assert (
        "A fall of 103 U/L, although the medians differ by 1003 U/L"
        in (rows.loc["The median change of CK", "As printed"])
    )
    assert rows.loc["Serious adverse events", "As printed"].startswith("3 events")
    assert "The other 4 non-responders" in rows.loc["Rescue and response", "Explanation"]
