"""What does not add up: each derivation by hand, on the numbers of the article."""

import re
import tomllib
from fractions import Fraction
from itertools import product

import pytest

from tests import wording
from tests.test_notebooks import typed_numbers
from tisstats.errors import DataError
from tisstats.lim2021.discrepancies import entries as module
from tisstats.lim2021.discrepancies.entries import ENTRIES, Importance, read_entries, read_registry
from tisstats.lim2021.discrepancies.values import check_direction_of_change, computed_values
from tisstats.measures import response_category, total_improvement_score


@pytest.fixture(scope="module")
def registry():
    return read_registry()


@pytest.fixture(scope="module")
def found(published, registry):
    return read_entries(published, registry).discrepancies


@pytest.fixture(scope="module")
def entries(found):
    return {entry.name: entry for entry in found}


def test_entries_are_complete_and_named_once(found):
    assert len({entry.name for entry in found}) == len(found)
    assert {entry.importance for entry in found} == set(Importance)
    for entry in found:
        assert re.fullmatch(r"[a-z0-9-]+", entry.name)
        for text in (
            entry.implication,
            entry.counterargument,
            entry.advice,
            *(p.text for p in entry.passages),
        ):
            assert text.endswith("."), (entry.name, text)
            assert "None" not in text.split()
            assert not re.search(r"[{}]|\bnan\b|Fraction", text), text
        assert all(each.location for each in entry.passages)
        assert entry.passages


def test_entries_and_notes_of_the_ledger_name_sections_of_the_article_as_such(published, registry):
    read = read_entries(published, registry)
    texts = [note for note in published.tables["claims"]["note"] if isinstance(note, str)]
    texts += [each.explanation for each in read.apparent_discrepancies]
    for each in read.discrepancies:
        texts += [each.title, each.implication, each.counterargument, each.advice]
    assert [fault for text in texts for fault in wording.stumbles(text)] == []


def test_those_that_matter_come_first(found):
    kinds = [entry.importance for entry in found]
    assert kinds == sorted(kinds, key=list(Importance).index)


# The file of the texts

#: Numbers that are part of a name, and counts of what the entry itself names.
NAMES = (
    *("2016 criteria", "two senses", "two sentences", "two groups", "two conditions"),
    *("the two without", "two registrations", "as two trials", "NTR6160"),
)


def texts(node):
    """Every text of the file but the places, where numbers are names."""
    if isinstance(node, str):
        yield node
    for key, value in node.items() if isinstance(node, dict) else ():
        if key not in ("location", "name", "importance"):
            yield from texts(value)
    for value in node if isinstance(node, list) else ():
        yield from texts(value)


def test_no_number_is_typed_into_the_texts():
    for text in texts(tomllib.loads(ENTRIES.read_text(encoding="utf-8"))):
        bare = re.sub(r"\{[^}]*\}", " ", " ".join(text.split()))
        bare = re.sub(r"(Table|Fig\.|paragraph) \d", " ", bare)
        for name in NAMES:
            bare = bare.replace(name, " ")
        assert typed_numbers(bare) == [], text


def test_every_computed_value_is_pasted(published):
    file = tomllib.loads(ENTRIES.read_text(encoding="utf-8"))
    named = {entry["name"]: str(entry) for entry in (*file["entry"], *file["apparent"])}
    for name, values in computed_values(published).items():
        for value in values:
            assert f"{{{value}}}" in named[name], (name, value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "{table1.cancer.all.count} in",
            "{table1.cancers} in",
            "entry cancer: {table1.cancers} is",
        ),
        (
            "{percent_of_dm}",
            "{percent_dm}",
            "entry cancer: {percent_dm} is neither a fact nor comp",
        ),
        ('advice = "Follow the footnote, not the title."', "", "entry medians: lacks advice"),
        (
            'name = "medians"\nimportance = "slip"',
            'name = "medians"\nimportance = "trifle"',
            "entry medians: importance must be one of interpretation, definition, slip, got 'trif",
        ),
        (
            'title = "Median changes',
            'headline = "Medians calculated',
            "medians: has the unknown key headline",
        ),
        ("location = ", "place = ", "entry by-week-9: lacks location"),
        ("[[entry]]", "[entry", "cannot be read as TOML"),
    ],
)
def test_a_fault_of_the_file_is_one_line_with_its_entry(
    tmp_path, published, registry, old, new, said
):
    text = ENTRIES.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "entries.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_entries(published, registry, file)
    lines = str(error.value).splitlines()
    assert len(lines) == (2 if new.startswith(("headline", "place")) else 1)
    assert said in " ".join(lines)


def test_the_conditions_of_a_proof_stand_apart_and_computed_numbers_stay():
    table = {
        "title": "{count} of {proof}",
        "proof": {"statement": "fewer than {count}", "given": ["no one left", "{count} came"]},
    }
    found, unknown = module._fill(table, (), {"count": 7})
    assert unknown == []
    assert found == {
        "title": "7 of fewer than 7 (proven under the conditions below)",
        "conditions": found["conditions"],
    }
    assert "no one left" in found["conditions"]
    assert "7 came" in found["conditions"]


# What the entries say


@pytest.mark.parametrize(
    ("name", "said"),
    [
        # 3 of 19 = 15.79%.
        (
            "deterioration",
            "3 of the first 10 patients had deteriorated when the protocol was amended",
        ),
        ("deterioration", "at least 3 of 19, 15.8%, if the excluded patient is not one of them"),
        # 9 + 3 = 12; 12 of 19 = 63.16%.
        ("by-week-9", "12 of 19 (63.2%)"),
        # 9 + 1 and 9 + 3 + 1 of 20.
        ("discussed-share", "Of 20 patients, 55% is 11 patients"),
        ("discussed-share", "10 of 20 (50.0%), at any time 13 of 20 (65.0%)"),
        ("discussed-share", "if patient 4 is not one of the 9 and reached"),
        # 19 - 6 - 1 = 12; 12 - 3 = 9.
        ("below-by-week-4", "6 + 1 of 19 patients had reached 40 points by week 4"),
        ("below-by-week-4", "The 3 are those of the 12"),
        ("below-by-week-4", "the other 9 had been enrolled before the amendment or had stopped"),
        # The 3 below the score and the 1 at it.
        ("seen-at-week-4", "at least 4 patients had it"),
        ("switched-dose", "2 + 1 + 2 = 5 g/kg by week 4; if it was held back, 4"),
        # 20 + 10 + 10 + 7.5 + 20.
        ("ceiling", "a score of up to 67.5 points is still possible (proven under the cond"),
        # 8/20 = 40%, 8/19 = 42.105%.
        (
            "planned-and-analysed",
            "8 of 20 (40.0%) instead of 42.1%, a difference of 2.1 percentage",
        ),
        ("end-or-week-9", "the change of 7 of them ends before week 9. With the other 12"),
        ("end-or-week-9", "the printed P of swallowing, 0.40, cannot be obtained, under the as"),
        ("end-or-week-9", "(12 pairs, whole points, the definition of quartiles, P by the normal"),
        ("duration", "A duration of exactly 9 months is covered by neither."),
        ("tolerance", "If so, serious adverse events occurred in 2 patients"),
        ("no-number", "at most 18 pairs"),
        # 1/19 = 5.3%, 1/8 = 12.5%, halves away from zero as Table 1.
        ("cancer", "1 of 19 (5%), and 1 of the 8 with dermatomyositis (13%)"),
        ("all-patients", "19 if it refers to analysed patients and 20 if"),
        ("tolerance", "in 2 patients"),
        ("earlier-treatment", "5 days within 2 weeks at 20 mg, and 3 weeks within 4"),
        ("earlier-treatment", "exempt prednisone only, within 6 months before enrolment"),
        ("enzymes", "179 U/L or less"),
        ("daily-maximum", "at body weights up to 80 kg. Above it, a dose needs at least 2 days"),
        ("statins", "3 patients in two groups"),
        ("relevance", "which the first paragraph leaves open"),
        ("direction", "at least 11 patients would end above the first quartile at baseline, 3.2"),
        ("direction", "allows at most 9 (proven under the conditions below)."),
    ],
)
def test_what_follows_is_what_arithmetic_gives(entries, name, said):
    assert said in entries[name].implication


def test_a_proof_has_its_conditions_and_nothing_else_has(entries):
    for entry in entries.values():
        assert bool(entry.conditions) == ("proven under the conditions" in entry.implication)
    assert entries["direction"].conditions.startswith("19 pairs; quartiles as SPSS computes them;")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("registrations", "A reduction of 10% or lower."),
        ("registrations", "enzymes above 1.5 times the ULN"),
        ("registrations", "Randomised: yes. A minimal disability: no."),
        ("cancer", "0 of 19 patients."),
        ("direction", "Baseline 3.8, end 2.3, change –1.3 cm."),
        ("duration", "Not eligible with more than 9 months: 4."),
        ("dose-or-duration", "Because of a higher dose than predefined, 18 patients were not"),
        ("dose-or-duration", "to 2 weeks; azathioprine and methotrexate to 4 weeks, at any dose"),
        ("earlier-treatment", "patient 5 prednisolone, 20 mg a day for 5 days"),
        ("earlier-treatment", "patient 15 methotrexate for 3 weeks"),
    ],
)
def test_what_is_printed(entries, name, said):
    assert said in " ".join(each.text for each in entries[name].passages)


def test_treatment_naive_are_at_most_18(entries):
    assert "at most 18 of 20" in entries["earlier-treatment"].advice


def test_places_are_named_once(entries):
    assert entries["below-by-week-4"].locations == "Results, Secondary outcomes"


# The 55%


def test_no_count_of_the_analysed_prints_as_55():
    assert not [
        n for n in range(20) if Fraction(109, 2) <= Fraction(100 * n, 19) < Fraction(111, 2)
    ]
    assert [n for n in range(21) if Fraction(109, 2) <= 5 * n < Fraction(111, 2)] == [11]


def test_exactly_20_points_can_be_reached():
    # Physician's global by 15 points (20% better) and patient's by 5.
    score = total_improvement_score([20, 20, 0, 0, 0, 0])
    assert float(score) == pytest.approx(20)
    assert response_category(20) == "minimal"


# The direction of the change


def values_of(first, median, third, low, high):
    """All 7 values in order whose 2nd, 4th and 6th are the quartiles, between two ends."""
    for a, c, e, g in product(
        range(low, first + 1),
        range(first, median + 1),
        range(median, third + 1),
        range(third, high + 1),
    ):
        yield [a, first, c, median, e, third, g]


def test_the_count_that_excludes_baseline_minus_end_by_brute_force():
    # 7 patients, so that the quartiles are the 2nd, 4th and 6th; in tenths of a centimetre.
    # 6 end higher than they began, 6 begin at the first quartile or above: 5 of 7 end above it,
    # and a median at the end below it leaves room for 3.
    from itertools import permutations

    floor, median_end = 3, 2
    fewest_high = 7
    for before in values_of(floor, 4, 5, 2, 6):
        for changes in values_of(-2, -1, -1, -3, 1):
            for order in set(permutations(changes)):
                after = sorted(b - c for b, c in zip(before, order, strict=True))
                assert after[3] > median_end
                fewest_high = min(fewest_high, sum(value > floor for value in after))
    assert fewest_high >= 6 + 6 - 7


def test_the_crossing_of_the_physicians_global(published):
    found = check_direction_of_change(published, "physician_global")
    # The 5th of 19 at baseline is 3.2, so 15 begin there or above; the 15th change is negative.
    assert found == {"required": 15 + 15 - 19, "possible": 19 - 10}


@pytest.mark.parametrize("measure", ["mmt", "mrs", "haq"])
def test_where_the_count_decides_nothing(published, measure):
    with pytest.raises(ValueError, match="inconclusive"):
        check_direction_of_change(published, measure)


def test_a_proof_has_its_keys_too():
    table = dict.fromkeys(module._KEYS["entry"], "text") | {"importance": "slip", "passage": []}
    assert list(module._wrong_keys("entry", table)) == []
    table["proof"] = {"statement": "it holds", "where": "here"}
    assert list(module._wrong_keys("entry", table)) == [
        "lacks given", "has the unknown key where",
    ]  # fmt: skip
    apparent = dict.fromkeys(module._KEYS["apparent"], "text") | {"proof": {}}
    assert list(module._wrong_keys("apparent", apparent)) == ["has the unknown key proof"]
