from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tisstats.lim2021.flow import PatientFlow

STUDY = {
    "screened": 59,
    "included": 20,
    "reasons": {"earlier treatment": 18, "too little weakness": 11, "too long ill": 4},
    "reasons_may_overlap": True,
    "excluded_from_analysis": 1,
    "analysed": 19,
    "ended_early": 7,
}


def flow(**changes):
    return PatientFlow(**(STUDY | changes))


def faults(**changes):
    with pytest.raises(ValueError, match=r".") as error:
        flow(**changes)
    return str(error.value).splitlines()


def test_counts_that_add_up_are_taken_and_the_rest_derived():
    taken = flow()
    assert taken.not_included == 39
    assert taken.reasons_listed == 33
    assert taken.completed == 12


def test_counts_that_a_report_does_not_give_may_be_absent():
    bare = PatientFlow(included=20, analysed=20)
    assert bare.not_included is None
    assert bare.no_listed_reason is None
    assert bare.several_listed_reasons is None
    assert (bare.ended_early, bare.completed) == (None, None)


def test_study_reasons_leave_at_least_6_patients_unexplained():
    assert str(flow().no_listed_reason) == "6 to 21"
    assert str(flow().several_listed_reasons) == "0 to 15"


def test_reasons_that_cannot_overlap_leave_one_answer():
    taken = flow(reasons_may_overlap=False)
    assert str(taken.no_listed_reason) == "6"
    assert str(taken.several_listed_reasons) == "0"


def test_more_reasons_than_patients_force_some_to_have_several():
    taken = flow(reasons={"a": 30, "b": 20})
    assert str(taken.no_listed_reason) == "0 to 9"
    assert str(taken.several_listed_reasons) == "11 to 20"


def test_reasons_do_not_overlap_unless_that_is_said():
    given = {"screened": 30, "included": 20, "analysed": 20, "reasons": {"a": 4, "b": 4}}
    assert str(PatientFlow(**given).several_listed_reasons) == "0"
    with pytest.raises(ValueError, match="unless reasons_may_overlap is True, got 12"):
        PatientFlow(**given | {"reasons": {"a": 6, "b": 6}})


def test_no_reasons_at_all_leave_everybody_unexplained():
    assert str(flow(reasons={}).no_listed_reason) == "39"


def every_allocation(patients, counts):
    """Try each way to hand the reasons to patients, one by one: slow and obviously right."""
    profiles = list(product((0, 1), repeat=len(counts)))

    def hand_out(left, remaining, several, listed):
        if left == 0:
            if not any(remaining):
                yield several, patients - listed
            return
        for profile in profiles:
            rest = tuple(have - take for have, take in zip(remaining, profile, strict=True))
            if min(rest, default=0) >= 0:
                yield from hand_out(
                    left - 1, rest, several + (sum(profile) > 1), listed + any(profile)
                )

    return set(hand_out(patients, tuple(counts), 0, 0))


@given(
    patients=st.integers(0, 4),
    counts=st.lists(st.integers(0, 4), max_size=3),
    overlap=st.booleans(),
)
def test_ranges_equal_those_of_every_possible_allocation(patients, counts, overlap):
    possible = {pair for pair in every_allocation(patients, counts) if overlap or pair[0] == 0}
    arguments = {
        "screened": patients + 5,
        "included": 5,
        "analysed": 5,
        "reasons": {f"reason {i}": count for i, count in enumerate(counts)},
        "reasons_may_overlap": overlap,
    }
    if not possible:
        with pytest.raises(ValueError, match="reason"):
            PatientFlow(**arguments)
        return
    taken = PatientFlow(**arguments)
    several = [pair[0] for pair in possible]
    unlisted = [pair[1] for pair in possible]
    with_several, without = taken.several_listed_reasons, taken.no_listed_reason
    assert (with_several.low, with_several.high) == (min(several), max(several))
    assert (without.low, without.high) == (min(unlisted), max(unlisted))


@pytest.mark.parametrize("name", ["screened", "included", "excluded_from_analysis", "analysed"])
@pytest.mark.parametrize("value", [-1, 1.5, "20", float("nan"), True])
def test_what_is_not_a_count_is_refused_by_name_and_value(name, value):
    (fault,) = faults(**{name: value})
    assert fault.startswith(f"{name} must be ")


def test_missing_count_that_is_needed_is_refused():
    assert faults(included=None) == ["included must be a whole number of patients, got None"]


def test_reason_that_is_not_a_count_is_refused():
    (fault,) = faults(reasons={"too old": -4})
    assert fault == "reasons['too old'] must be 0 or more, got -4"


def test_every_fault_has_its_own_line():
    assert len(faults(screened=-1, analysed=0.5, reasons={"too old": "4"})) == 3
    assert len(faults(analysed=18, ended_early=19, reasons={"too old": 40})) == 3


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"included": 60, "analysed": 59}, "included must be at most screened (59), got 60"),
        (
            {"analysed": 18},
            "analysed must be included minus excluded_from_analysis (20 - 1 = 19), got 18",
        ),
        ({"ended_early": 20}, "ended_early must be at most analysed (19), got 20"),
        (
            {"reasons": {"too old": 40}},
            "reasons['too old'] must be at most the number of patients not included (39), got 40",
        ),
        (
            {"reasons_may_overlap": False, "reasons": {"a": 20, "b": 20}},
            "reasons must not sum to more than the patients not included (39) unless "
            "reasons_may_overlap is True, got 40",
        ),
        (
            {"screened": None},
            "reasons need screened, the number of patients screened",
        ),
    ],
)
def test_contradiction_is_reported_in_one_line(changes, fault):
    assert faults(**changes) == [fault]


def test_boundaries_that_still_add_up_are_taken():
    flow(reasons={"too old": 39}, reasons_may_overlap=False)
    flow(ended_early=0)
    assert flow(ended_early=19).completed == 0
    flow(screened=20, reasons={})


def test_counts_from_a_table_column_become_plain_integers():
    taken = flow(screened=np.float64(59), included=np.int64(20), analysed=19.0)
    assert [type(value) for value in (taken.screened, taken.included, taken.analysed)] == [int] * 3
    assert taken == flow()


def test_reasons_cannot_be_changed_afterwards():
    given = {"too old": 3}
    taken = flow(reasons=given)
    given["too old"] = 40
    assert taken.reasons == {"too old": 3}
    with pytest.raises(TypeError):
        taken.reasons["too old"] = 40


@given(included=st.integers(0, 60), excluded=st.integers(0, 60), analysed=st.integers(0, 60))
def test_only_the_difference_is_taken_as_analysed(included, excluded, analysed):
    assume(analysed != included - excluded)
    with pytest.raises(ValueError, match="analysed must be"):
        PatientFlow(included=included, excluded_from_analysis=excluded, analysed=analysed)
