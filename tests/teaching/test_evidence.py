"""What other publications say of the measures: sources, grades, and what is computed from it."""

import json
import re
from fractions import Fraction
from math import sqrt
from pathlib import Path

import pytest
from pybtex.database import parse_string

from tisstats.book.site.bibliography import Style
from tisstats.datapackage import find_faults
from tisstats.ledger.published import data_directory
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, PRINTO_CORE_SET
from tisstats.measures.ranges import Ranges
from tisstats.printed import format_rounded
from tisstats.teaching.evidence import (
    EXPECTED,
    PROPERTIES,
    VAS_CM,
    EvidenceBase,
    important_changes,
    smallest_reached,
)

BOOK = Path(__file__).parents[2] / "book"

#: Bands and points of the criteria, typed again: upper ends in %, then points.
BANDS = {
    "physician_global": ((5, 15, 25, 40), (0, 7.5, 15, 17.5, 20)),
    "patient_global": ((5, 15, 25, 40), (0, 2.5, 5, 7.5, 10)),
    "mmt": ((2, 10, 20, 30), (0, 10, 20, 27.5, 32.5)),
    "haq": ((5, 15, 25, 40), (0, 5, 7.5, 7.5, 10)),
    "extramuscular": ((5, 15, 25, 40), (0, 7.5, 12.5, 15, 20)),
}


@pytest.fixture(scope="module")
def base():
    return EvidenceBase.read()


def test_the_package_is_valid():
    assert find_faults(data_directory("evidence")) == []


def test_each_row_has_a_source_of_the_references_and_a_grade(base):
    keys = set(re.findall(r"(?m)^@\w+\{(\w+),", (BOOK / "references.bib").read_text("utf-8")))
    used = {row.source for row in base.rows} | {row.source for row in base.children}
    assert used <= keys
    assert set(base.sources) <= keys
    assert used <= set(base.sources)
    assert {row.grade for row in base.rows} == {"seen", "second hand", "inferred"}
    # What is inferred says from what; a name of its own is known of the source.
    assert all(row.population for row in base.rows)
    assert all(row.note for row in base.rows if row.grade == "inferred")


def test_the_labels_of_sources_are_the_first_author_and_the_year_of_the_references(base):
    text = (BOOK / "references.bib").read_text("utf-8")
    entries = dict(re.findall(r"(?ms)^@\w+\{(\w+),\n(.*?)^\}", text))
    for source in base.sources.values():
        entry = entries[source.key]
        author = re.search(r"author\s*= \{+([^,}]+)", entry)[1]
        assert source.label.startswith(author), source.key
        year = re.search(r"year\s*= \{(\d+)\}", entry)
        assert year is None or year[1] in source.label, source.key


def test_sources_of_an_author_and_a_year_have_the_letters_of_the_references(base):
    references = parse_string((BOOK / "references.bib").read_text("utf-8"), "bibtex")
    found = {each.key: each.label for each in Style().format_bibliography(references)}
    for source in base.sources.values():
        letter = re.search(r"\d{4}([a-z])$", found[source.key])
        said = re.search(r"\d{4}([a-z])$", source.label)
        assert (letter and letter[1]) == (said and said[1]), source.key


def test_the_properties_are_those_of_the_schema(base):
    schema = json.loads((data_directory("evidence") / "datapackage.json").read_text("utf-8"))
    fields = {field["name"]: field for field in schema["resources"][0]["schema"]["fields"]}
    assert set(fields["property"]["constraints"]["enum"]) == set(PROPERTIES)
    assert set(EXPECTED) <= set(PROPERTIES)
    assert [each.measure for each in base.children] == list(CORE_SET)


def test_points_of_important_changes_by_a_second_computation(base):
    found = list(important_changes(base))
    for each in found:
        percent = Fraction(100) * each.change / each.value_range
        cuts, points = BANDS[each.measure]
        assert each.percent == percent
        assert each.points == pytest.approx(points[sum(percent > cut for cut in cuts)])
    assert {each.measure for each in found} == set(BANDS)
    tests = {each.value_range: each.points for each in found if each.measure == "mmt"}
    # The change was found for the MMT-8, and is that of no other version of the test.
    assert [row.note.partition(";")[0] for row in base.of("mmt", "important_change")] == ["MMT-8"]
    assert tests == pytest.approx({80: 10, 150: 10})
    assert sum(each.points for each in found if each.measure != "mmt") == pytest.approx(27.5)


def test_what_is_inferred_follows_from_what_was_seen(base):
    (seen,) = base.of("enzyme", "variation")
    (inferred,) = base.of("enzyme", "detectable_change")
    assert round(1.96 * sqrt(2) * float(seen.value)) == int(inferred.value)
    (seen,) = base.of("mmt", "standard_error")
    total = re.search(r"([\d.]+) \(total\)", seen.value)[1]
    (inferred,) = base.of("mmt", "detectable_change")
    assert Fraction(inferred.value) == Fraction(format_rounded(1.96 * sqrt(2) * float(total), 1))
    (important,) = base.of("mmt", "important_change")
    assert Fraction(inferred.value) > Fraction(important.value)  # as the page says
    # 51, 65, 60, 51 and 43% elevated; 37.9, 64.2, 76.8, 33.7 and 15.8% involved.
    for measure, shares in {
        "enzyme": (51, 65, 60, 51, 43),
        "extramuscular": ("37.9", "64.2", "76.8", "33.7", "15.8"),
    }.items():
        (row,) = base.of(measure, "best_end")
        printed = [Fraction(number) for number in re.findall(r"([\d.]+)%", row.value)]
        assert printed == [100 - Fraction(share) for share in shares]


def test_the_measures_for_children_are_those_that_are_scored_on_the_same_scales(base):
    ranges = Ranges.printo((0, 1), vas_max=VAS_CM)
    for each, (name, rule) in zip(base.children, PRINTO_CORE_SET.items(), strict=True):
        assert each.better == rule.better
        assert rule.abbreviation in each.label
        if name == "chq_phs":
            # Not public, and so neither in the data nor in the package.
            assert (each.low, each.high) == ("", "")
        else:
            assert (int(each.low), int(each.high)) == (ranges.ends[name].low, ranges.of(name))


@pytest.mark.parametrize(
    ("change", "step", "reached"),
    [("0.65", "1/8", "3/4"), ("3/4", "1/8", "3/4"), ("0.65", "1/7", "5/7"), ("0.65", "1/6", "2/3")],
)
def test_the_smallest_change_that_the_steps_allow(change, step, reached):
    assert smallest_reached(Fraction(change), Fraction(step)) == Fraction(reached)


def test_reliability_is_that_of_the_patients_who_were_measured_again(base):
    # Fifty were included, and four left after the first measurement.
    rows = [*base.of("mmt", "reliability"), *base.of("dynamometry", "reliability")]
    rows += [
        *base.of("dynamometry", "detectable_change"),
        *base.of("dynamometry", "standard_error"),
    ]
    again = [row for row in rows if row.source == "baschungpfister2018"]
    assert [row.patients for row in again] == ["46 of 50"] * 6


def test_the_sum_over_organ_systems_is_no_extramuscular_activity(base):
    (sum_of_scales, _) = base.of("extramuscular", "scale")
    assert "divided by 60" in sum_of_scales.value
    assert "Not the one scale" in sum_of_scales.note
    assert SCALES["extramuscular"].high == VAS_CM


def test_no_maximum_is_offered_by_a_name_that_has_another_one():
    """MMT24 is a total with a maximum of 260: 240 is called assumed, or not offered."""
    root = BOOK.parent / "tisstats"
    files = ("trial/study.schema.json", "trial/new_study/study.toml", "cli/parser.py")
    files += ("trial/new_study/example/study.toml", "measures/core_set.py")
    for file in files:
        text = (root / file).read_text("utf-8")
        offers = [line for line in text.splitlines() if re.search(r"\b260\b", line)]
        assert offers, file
        assert any("MMT24" in line for line in offers), file
        for line in text.splitlines():
            if re.search(r"\b240\b", line):
                assert re.search("assumed|No source|source for 240", line), (file, line)


def test_the_form_of_the_short_test_has_one_side(base):
    scales = {row.value: row for row in base.of("mmt", "scale")}
    one, both = scales["MMT-8 on one side: 0 to 80"], scales["MMT-8 on both sides: 0 to 150"]
    assert (one.grade, both.grade) == ("seen", "inferred")
    assert (7 * 2 + 1) * 10 == 150


def test_a_number_whose_kind_two_sources_call_differently_says_so(base):
    (row,) = base.of("enzyme", "placebo")
    assert "median" not in row.unit
    assert {"mean", "median"} <= set(re.findall("mean|median", row.note))


def test_each_source_says_whether_its_numbers_were_looked_up_again(base):
    looks = {source.read_again for source in base.sources.values()}
    assert looks == {"all", "part", "no"}
    second_hand = {row.source for row in base.rows if row.grade == "second hand"}
    # What was not seen itself cannot have been confirmed.
    confirmed = {key for key in second_hand if base.sources[key].read_again == "all"}
    assert confirmed == set()
