"""How tables are set: decimal marks, groups of rows, cards, titles and notes."""

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from tisstats.book.downloads.tables import TABLE, read_table, without_facts
from tisstats.book.pages.captions import split_caption
from tisstats.book.pages.columns import (
    Alignment,
    needs_density,
    needs_margin,
    on_phone,
    set_columns,
)
from tisstats.book.pages.html import table_html

LONG = "one sentence that is much longer than a line of a phone"


def column(*texts):
    """Return a column beside one of row labels."""
    rows = [[f"row {place}", text] for place, text in enumerate(texts)]
    return set_columns(["Row", "Head"], rows)[1]


def seen(cell):
    """Return what takes room in a cell: its text, and what it lacks, as dots."""
    html = BeautifulSoup(str(cell.html), "html.parser")
    for part in html.select("[data-before]"):
        part.insert(0, "·" * len(part["data-before"]))
    return html.get_text() + "·" * len(cell.after)


def plain(cell):
    return BeautifulSoup(str(cell.html), "html.parser").get_text()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["9.5", "12", "< 0.001"], ["9.5··", "12····", "< 0.001"]),
        (["8 (42)", "12 (100)", "1"], ["8· (42)", "12 (100)", "1······"]),
        (["1.3 to 33.1", "82.4 to 100.0"], ["1.3 to ·33.1", "82.4 to 100.0"]),
        (["0–10", "0–260"], ["0–·10", "0–260"]),
        (["8 of 19", "11 of 20"], ["8 of 19", "11 of 20"]),
        (["5", "–"], ["5", "–"]),
        (["50%", "5"], ["50%", "5·"]),
        (["7.5", "not reported", "10"], ["7.5", "not reported", "10··"]),
    ],
)
def test_numbers_end_at_the_same_place(texts, expected):
    found = column(*texts)
    assert found.alignment is Alignment.NUMBERS
    assert [seen(cell) for cell in found.cells] == expected
    assert [plain(cell) for cell in found.cells] == texts


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["59 (37–69)", "12 (63)"], ["59 (37–69)", "12 (63)"]),
        (["3.8 (3.2–4.0)", "–103 (–3066 to –12)"], ["···3.8 (3.2–4.0)", "–103 (–3066 to –12)"]),
        (["34 per arm", "9 in all"], ["34 per arm", "·9 in all"]),
    ],
)
def test_numbers_before_others_end_at_the_same_place(texts, expected):
    found = column(*texts)
    assert found.alignment is Alignment.LEADING
    assert [seen(cell) for cell in found.cells] == expected


@pytest.mark.parametrize(
    "texts",
    [
        ["yes", "no"],
        ["–", "–"],
        ["", ""],
        ["2 g/kg in week 0, 1 g/kg in week 3", "2 g/kg in week 0, then nothing more"],
        ["type 7", "7", "none"],
        [],
    ],
)
def test_words_stay_at_the_left(texts):
    found = column(*texts)
    assert found.alignment is Alignment.TEXT
    assert [seen(cell) for cell in found.cells] == texts


def test_labels_of_rows_stay_at_the_left_and_are_aligned_if_all_are_numbers():
    weeks, names = (
        set_columns(["Week", "n"], [[label, "1"] for label in labels])[0]
        for labels in (("4", "12"), ("4", "all"))
    )
    assert weeks.alignment is Alignment.LEADING
    assert [seen(cell) for cell in weeks.cells] == ["·4", "12"]
    assert names.alignment is Alignment.TEXT


numbers = st.tuples(st.sampled_from(["", "−", "< ", "+"]), st.integers(0, 99999), st.integers(0, 4))


@given(st.lists(numbers, min_size=1, max_size=8))
def test_all_decimal_marks_are_as_far_from_the_right(drawn):
    texts = [f"{lead}{size}{'.' * bool(places)}{'5' * places}" for lead, size, places in drawn]
    after = [
        len(shown) - len(re.match(r"\D*\d+", shown)[0])
        for shown in (seen(cell) for cell in column(*texts).cells)
    ]
    assert len(set(after)) == 1


def test_rows_of_a_group_have_one_label():
    frame = pd.DataFrame({"Choice": ["a", "a", "b", "a"], "n": [1, 2, 3, 4]})
    rows = BeautifulSoup(table_html(frame, "Choices"), "html.parser").select("tbody tr")
    heads = [(th["scope"], th.get("rowspan"), th.text) for row in rows for th in row.select("th")]
    assert heads == [("rowgroup", "2", "a"), ("row", None, "b"), ("row", None, "a")]


@pytest.mark.parametrize(
    ("cells", "rows", "expected"),
    [
        (["a", LONG, "1.3 to 33.1", "5 (42)", "13 (100)"], 1, "CARDS"),
        (["a", *["0.123 to 0.456"] * 5], 1, "CARDS"),
        (["a", *["0.123 to 0.456"] * 5], 32, "CARDS"),
        (["a", *["0.123 to 0.456"] * 5], 33, "SCROLLS"),  # compared down the columns
        (["a", LONG, LONG, LONG], 90, "CARDS"),
        (["Any serious adverse event of the trial", "8 (42)", "1.3 to 33.1"], 7, "TABLE"),  # fits
        (["a", "b", "c", "d"], 9, "TABLE"),
        ([LONG, LONG], 9, "TABLE"),  # two columns never
    ],
)
def test_a_phone_shows_cards_where_a_table_does_not_fit(cells, rows, expected):
    heads = [f"H{place}" for place, _ in enumerate(cells)]
    assert on_phone(set_columns(heads, [cells] * rows)).name == expected


def test_numbers_below_zero_have_a_minus_sign_and_ranges_a_dash():
    frame = pd.DataFrame(
        {"Case": ["a", "–2"], "Change": ["–103 (–3066 to –12)", "-"], "Range": ["5–7, –1.4", "[–1"]}
    )
    html = BeautifulSoup(table_html(frame, "Cases below –1", notes={"": "From –3 on."}), "lxml")
    cells = [cell.text for cell in html.select("tbody > tr > *")]
    assert cells == ["a", "−103 (−3066 to −12)", "5–7, −1.4", "−2", "-", "[−1"]
    assert [html.caption.text, html.p.text.strip()] == ["Cases below −1", "From −3 on."]


def test_what_is_wider_than_the_page_is_set_closer_with_quartiles_below_their_median():
    cells = ["a", *["–103 (–3066 to –12)"] * 6]
    heads = [f"H{place}" for place, _ in enumerate(cells)]
    assert needs_density(set_columns(heads, [cells]))
    assert not needs_density(set_columns(heads[:5], [cells[:5]]))
    html = BeautifulSoup(table_html(pd.DataFrame([cells], columns=heads), "Cases"), "lxml")
    assert "dense" in html.table["class"]
    assert {cell.span.text for cell in html.select("td")} == {"(−3066 to −12)"}


def test_columns_for_files_are_not_on_the_page():
    frame = pd.DataFrame({"Rule": ["a", "b"], "n": [1, 2], "Line": ['x"1', "y<2"]})
    html = table_html(frame, "Rules", in_files=("Line",))
    assert [head.text for head in BeautifulSoup(html, "lxml").select("th[scope=col]")] == [
        "Rule",
        "n",
    ]
    read = read_table(TABLE.search(html)[0])
    assert read.columns == ("Rule", "n", "Line")
    assert read.rows == (("a", "1", 'x"1'), ("b", "2", "y<2"))
    assert "Line" not in without_facts(html)
    with pytest.raises(ValueError, match="notes must be about columns, not 'Line'"):
        table_html(frame, "Rules", in_files=("Line",), notes={"Line": "Of the code."})


def test_a_card_says_in_one_line_what_was_not_found():
    frame = pd.DataFrame({"Case": ["a", "b"], "P": ["not found", "1"], "n": ["not found", "2"]})
    rows = BeautifulSoup(table_html(frame, "Cases"), "lxml").select("tbody tr")
    assert [row.get("data-missing") for row in rows] == ["P, n", None]
    assert [cell.get("class") for cell in rows[0].select("td")] == [["absent", "dashed"]] * 2


def test_a_table_takes_the_margin_only_if_it_does_not_fit():
    assert needs_margin(set_columns(["H"] * 9, [["0.123 to 0.456"] * 9]))
    assert not needs_margin(set_columns(["H"] * 3, [[LONG] * 3]))


def test_cards_name_each_cell():
    frame = pd.DataFrame({"Case": ["a"], "Reason": [LONG], "Effect": [LONG]})
    html = BeautifulSoup(table_html(frame, "Cases"), "html.parser")
    assert html.table["class"] == ["data-table", "cards"]
    assert [cell["data-label"] for cell in html.select("td")] == ["Reason", "Effect"]


def test_a_card_that_a_number_heads_says_what_it_is():
    labels = ["3", "<4", "−4 to 4", "Week 3", "Week 3"]
    frame = pd.DataFrame({"Week": labels, "Reason": [LONG] * 5, "Effect": [LONG] * 5})
    table = BeautifulSoup(table_html(frame, "Cases"), "html.parser")
    assert [head.get("data-label") for head in table.select("tbody th")] == [*["Week"] * 3, None]
    frame = pd.DataFrame({"Week": ["3", "3"], "Reason": [LONG] * 2, "Effect": [LONG] * 2})
    table = BeautifulSoup(table_html(frame, "Cases"), "html.parser")
    assert table.select("tbody tr")[1]["data-group"] == "Week: 3"


def test_words_among_differences_and_ranges_from_zero_are_set_to_the_left():
    def alignment(*cells):
        return set_columns(["H", "X"], [["a", cell] for cell in cells])[1].alignment

    assert alignment("agrees", "−0.021 (−36%)", "+0.1 (+2%)") is Alignment.LEADING
    assert alignment("agrees", "+0.1", "−0.2") is Alignment.LEADING
    assert alignment("0 to 3", "0 to 52", "none found") is Alignment.LEADING
    assert alignment("0 to 3", "0 to 52") is Alignment.LEADING
    # A dash is no word, and what is compared keeps its marks below one another.
    assert alignment("1 to 3", "0 to 52", "–") is Alignment.NUMBERS
    assert alignment("1", "52", "unknown") is Alignment.NUMBERS


def test_cards_of_a_group_repeat_its_label_but_not_as_text():
    frame = pd.DataFrame({"Case": ["a", "a", "b"], "Reason": [LONG] * 3, "Effect": [LONG] * 3})
    rows = BeautifulSoup(table_html(frame, "Cases"), "html.parser").select("tbody tr")
    assert [(row.get("data-group"), bool(row.th)) for row in rows] == [
        (None, True),
        ("a", False),
        (None, True),
    ]


def test_labels_of_cards_have_the_marks_of_notes():
    frame = pd.DataFrame({"Case": ["a"], "Reason": [LONG], "Effect": [LONG]})
    html = BeautifulSoup(table_html(frame, "Cases", notes={"Effect": "Known."}), "html.parser")
    assert [cell.get("data-mark") for cell in html.select("td")] == [None, "ᵃ"]
    html = BeautifulSoup(table_html(frame, "Cases", notes={"Case": "Known."}), "html.parser")
    assert html.select_one("tbody th").get("data-mark") == "ᵃ"


def test_notes_have_marks_in_the_order_of_the_columns():
    frame = pd.DataFrame({"Row": ["a"], "n": [1], "P": [0.5]})
    html = table_html(frame, "Tests", notes={"P": "Exact.", "": "All patients.", "n": "Known."})
    found = BeautifulSoup(html, "html.parser")
    assert [head.text for head in found.select("th[scope=col]")] == ["Row", "na", "Pb"]
    assert found.select_one(".table-notes").text.split(" ", 2)[:2] == ["All", "patients."]
    assert [note.text for note in found.select("[data-about]")] == ["a Known.", "b Exact."]


def test_a_note_on_a_column_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="notes must be about columns, not 'Q'"):
        table_html(pd.DataFrame({"Row": ["a"]}), "Tests", notes={"Q": "Exact."})


REST = "median (first to third quartile) of all patients in whom it is known at both times" * 2


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("Short: as it is", "Short: as it is"),
        (f"Table 1. Changes by arm: {REST}", "Table 1. Changes by arm"),
        (f"Table 12. Changes by arm. {REST}", "Table 12. Changes by arm"),
        (f"Changes by week and arm; {REST}", "Changes by week and arm"),
        (REST, REST),
    ],
)
def test_a_long_caption_becomes_title_and_note(caption, title):
    assert split_caption(caption)[0] == title
    label = "Synthetic patients: not real patients"
    assert split_caption(f"{caption}. {label}", label)[0] == f"{title}. {label}"


def test_a_note_is_a_sentence():
    assert split_caption(f"Changes by week and arm: {REST}")[1] == f"M{REST[1:]}."
    assert split_caption("Short")[1] == ""
