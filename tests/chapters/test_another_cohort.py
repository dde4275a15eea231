"""What the slider through the synthetic cohorts shows equals what the package computes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.bounds import ensemble_values, join_spread, read_bounds
from tisstats.bounds.spread import cohort_values, describe_spread
from tisstats.chapters import another_cohort
from tisstats.chapters.another_cohort import cohort_series, open_quantities, recomputed
from tisstats.chapters.identifiability import Identifiability
from tisstats.chapters.packing import ALPHABET, MISSING, index_values, pack
from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.printed import format_rounded
from tisstats.synthetic import Ensemble
from tisstats.trial import Trial

#: Cohorts of the small ensemble.
FEW = 7


def unpack(text, width):
    """Read packed numbers digit by digit, as the script does."""
    words = [text[at : at + width] for at in range(0, len(text), width)]
    return [
        None
        if MISSING in word
        else sum(ALPHABET.index(digit) * 64**power for power, digit in enumerate(reversed(word)))
        for word in words
    ]


@pytest.fixture(scope="module")
def whole():
    return Ensemble.read()


@pytest.fixture(scope="module")
def few(whole):
    return Ensemble.of([whole.cohort(index) for index in range(FEW)])


@pytest.fixture(scope="module")
def ranges(few):
    return join_spread(read_bounds(), describe_spread(ensemble_values(few)))


@pytest.fixture(scope="module")
def series(few, ranges, published):
    return cohort_series(few, ensemble_values(few), ranges, published)


@given(st.lists(st.integers(0, 64**2 - 1)))
def test_packed_numbers_are_read_back(numbers):
    text = pack(numbers, 2)
    assert unpack(text, 2) == numbers
    assert not set(text) & set("\"\\<>&'")


@pytest.mark.parametrize(("number", "width"), [(64, 1), (-1, 1), (64**2, 2)])
def test_a_number_that_does_not_fit_is_refused(number, width):
    with pytest.raises(ValueError, match=f"must be from 0 to .*, got {number}"):
        pack([number], width)


@given(st.lists(st.sampled_from("abc")))
def test_indexed_values_are_found_again(values):
    distinct, places = index_values(values)
    assert [distinct[place] for place in places] == values
    assert len(set(distinct)) == len(distinct)


def test_scores_and_subtypes_are_those_of_the_cohorts(few, series):
    for index, cohort in enumerate(few):
        table = cohort.scores[:, 1:]
        shown = unpack(series["scores"][index], 1)
        assert [-1 if units is None else units for units in shown] == table.ravel().tolist()
        assert unpack(series["groups"][index], 1) == cohort.column("subtype").tolist()
    assert series["points_per_unit"] == 2.5
    names = few.tables(0)["visits"]["patient_id"].unique().tolist()
    assert series["patients"] == names


def test_open_quantities_are_those_of_the_cohorts(few, series, published):
    followed = open_quantities(published.count("flow.analysed"))
    assert [each["label"] for each in series["open"]] == [each.label for each in followed]
    for index, cohort in enumerate(few):
        values = dict(cohort_values(cohort))
        for each, shown in zip(followed, series["open"], strict=True):
            text = shown["texts"][unpack(shown["of"], 2)[index]]
            value = values[each.quantity, each.measure]
            assert text == format_rounded(value, each.decimals).replace("-", "−")
            low, high = shown["bounds"]
            assert low - 1e-9 <= value <= high + 1e-9
            assert each.axis[0] <= low <= high <= each.axis[1]


def test_open_quantities_differ_between_cohorts(series):
    constant = [each["label"] for each in series["open"] if len(each["texts"]) == 1]
    assert constant == []


def test_printed_numbers_stand_still_in_the_whole_ensemble(whole, series, published):
    found = {recomputed(cohort, published) for cohort in whole}
    printed = [each["text"] for each in series["printed"]["counts"]]
    printed += [text for each in series["printed"]["measures"] for text in each["texts"]]
    assert found == {tuple(printed)}
    assert series["recomputed"]["rows"] == [tuple(printed)]
    assert unpack(series["recomputed"]["of"], 2) == [0] * FEW


def test_printed_numbers_agree_with_the_independent_check(few, published):
    addresses = [
        *another_cohort._counts(published),
        *(
            address
            for measure in another_cohort.MEASURES[: another_cohort.CORE]
            for address in another_cohort._addresses(measure)
        ),
    ]
    assert len(addresses) == len(recomputed(few.cohort(0), published))
    for index in (0, FEW - 1):
        trial = Trial(**few.tables(index), description=DESCRIPTION, mmt_max=few.mmt_max)
        report = check(trial, published)
        assert all(report[address].matches for address in addresses)


def test_a_cohort_that_does_not_match_shows_its_own_numbers(few, published):
    cohort = few.cohort(0)
    visits = cohort.visits.copy()
    place = int(np.flatnonzero(cohort.patients["analysed"])[0])
    physician = another_cohort.MEASURES.index("physician_global")
    visits[:, 0, physician] = visits[place, 0, physician]
    row = recomputed(replace(cohort, visits=visits), published)
    matching = recomputed(cohort, published)
    changed = [at for at, text in enumerate(row) if text != matching[at]]
    # All quartiles of the baseline are now one value, while three different ones are printed.
    first = len(another_cohort._counts(published))
    assert len({first, first + 1, first + 2} & set(changed)) >= 2
    assert len(row) == len(matching)


@pytest.mark.parametrize(("cohort", "start"), [("reference", 0), ("17", 17), (" 3 ", 3)])
def test_the_slider_starts_at_the_cohort_of_the_page(cohort, start, few, ranges):
    page = Identifiability(cohort)
    page.__dict__.update(ensemble=few, values=ensemble_values(few), ranges=ranges)
    item = page.another_cohort()
    assert item.name == "another_cohort"
    assert item.data["start"] == start
