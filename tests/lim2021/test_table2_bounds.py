"""The committed P values of Table 2 are what the command computes, and are checked when read."""

import csv
import errno
import re
from dataclasses import replace
from functools import cache

import pytest

from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.scales import FINER_STEPS, SCALES
from tisstats.lim2021.table2_bounds import (
    FILE,
    KINDS,
    AttainablePValues,
    MeasurePValues,
    attainable_ranges,
    compute,
    conditions,
    finer_row,
    samples_verified,
)
from tisstats.lim2021.table2_row import Table2Row
from tisstats.printed import matches_print, parse
from tisstats.statistics import signed_rank_test

FACTS = PublishedFacts.read()


@cache
def row(measure):
    return Table2Row.read(FACTS, measure, "spss")


def recorded(measure, kind, of=row):
    ranges = attainable_ranges(of(measure))
    found = (ranges.asymptotic, ranges.exact, ranges.exact_given_printed)
    return found[KINDS.index(kind)]


def on_finer_steps(measure):
    return finer_row(row(measure))


def test_the_file_has_every_row_and_kind():
    with (data_directory("bounds") / FILE).open(encoding="utf-8", newline="") as file:
        lines = [(line["measure"], line["step"], line["kind"]) for line in csv.DictReader(file)]
    steps = {
        measure: [scale.step] + [FINER_STEPS[name].step for name in FINER_STEPS if name == measure]
        for measure, scale in SCALES.items()
    }
    assert lines == [
        (measure, str(step), kind)
        for measure in SCALES
        for step in steps[measure]
        for kind in KINDS
    ]


#: Exact P values of these take a second; those of the others up to a minute each.
CHEAP = [(measure, "asymptotic") for measure in SCALES] + [
    (measure, kind) for measure in ("mrs", "swallowing", "mrc_sum") for kind in KINDS[1:]
]


def test_values_in_the_place_of_patients_are_called_synthetic_in_their_file():
    """A cell with many numbers stands for patients: its file or its column has to say of whom."""
    found, silent = set(), set()
    for path in data_directory("bounds").parent.rglob("*.csv"):
        text = path.read_text(encoding="utf-8", errors="replace")
        for line in csv.DictReader(text.splitlines()):
            for column, cell in line.items():
                if re.fullmatch(r"-?[\d/.]+(?: -?[\d/.]+){9,}", str(cell)):
                    place = (path.name, column)
                    (found if "synthetic" in f"{path.name} {column}" else silent).add(place)
    assert silent == set()
    assert (FILE, "synthetic_sample_printed") in found
    assert ("witnesses_synthetic.csv", "baseline") in found


@pytest.mark.parametrize(("measure", "kind"), CHEAP)
def test_computed_anew_the_file_would_be_the_same(measure, kind):
    found, computed = recorded(measure, kind), compute(row(measure), kind)
    assert (found.low, found.high) == pytest.approx((computed.low, computed.high), rel=1e-12)
    assert found.printed_p_attainable == computed.printed_p_attainable
    assert found.sample_low == computed.sample_low
    assert found.sample_high == computed.sample_high


@pytest.mark.parametrize("measure", [name for name in FINER_STEPS if name != "psoas"])
def test_computed_anew_on_finer_steps_the_file_would_be_the_same(measure):
    found = recorded(measure, "asymptotic", on_finer_steps)
    computed = compute(on_finer_steps(measure), "asymptotic")
    assert (found.low, found.high) == pytest.approx((computed.low, computed.high), rel=1e-12)
    assert found.sample_printed == computed.sample_printed


@pytest.mark.parametrize("measure", FINER_STEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_line_on_finer_steps_holds_by_arithmetic(measure, kind):
    found = recorded(measure, kind, on_finer_steps)
    assert samples_verified(found, on_finer_steps(measure), kind)


def test_what_a_range_rests_on_is_named():
    assert conditions(row("haq")) == (
        "19 changes between values from 0 to 3 in steps of 1/8 point (assumed)",
        "quartiles of the changes as printed, by HAVERAGE (SPSS), halves rounded away from zero",
        "two-sided signed-rank test with zeros dropped and without continuity correction",
    )
    assert "18 changes between values of at least 0 in steps of 1/60 N (assumed)" in conditions(
        on_finer_steps("psoas")
    )
    assert finer_row(row("mrs")) is None


@pytest.mark.parametrize("measure", SCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_line_holds_by_arithmetic(measure, kind):
    found = recorded(measure, kind)
    assert found is not None
    assert samples_verified(found, row(measure), kind)


def test_a_line_that_says_something_else_does_not_hold():
    found = recorded("mrs", "exact")
    other = row("mrs")
    assert not samples_verified(replace(found, low=found.low / 2), other, "exact")
    assert not samples_verified(replace(found, sample_high=found.sample_low), other, "exact")
    assert not samples_verified(replace(found, printed_p_attainable=False), other, "exact")
    assert not samples_verified(found, replace(other, change=("–2.0", "0.0", "0.0")), "exact")
    assert not samples_verified(found, row("mrc_sum"), "exact")


def test_other_numbers_than_those_of_the_file_are_computed_anew():
    changed = attainable_ranges(replace(row("mrs"), p="0.07"))
    assert changed.exact is None
    assert changed.asymptotic.printed_p_attainable
    assert changed.asymptotic.low == pytest.approx(recorded("mrs", "asymptotic").low)


@pytest.mark.parametrize(
    ("low", "high", "straddles"),
    [
        (0.05, 0.2, False),  # P equal to alpha is not significant
        (0.0499, 0.05, True),
        (0.01, 0.0499, False),
        (0.0499, 0.0501, True),
    ],
)
def test_a_p_value_equal_to_alpha_is_not_significant(low, high, straddles):
    given = replace(compute(row("mrs"), "asymptotic"), low=low, high=high)
    ranges = AttainablePValues("spss", given, None, None)
    assert MeasurePValues("mrs", "0.05", 0.05, ranges, None).straddles_alpha is straddles


def test_a_sample_given_the_printed_p_has_an_asymptotic_p_that_prints_so():
    measure = next(m for m in SCALES if not p_prints_as(recorded(m, "exact").sample_low, row(m).p))
    found, mine = recorded(measure, "exact"), row(measure)
    assert samples_verified(found, mine, "exact")
    assert not samples_verified(found, mine, "exact-given-printed")


def p_prints_as(sample, printed):
    pvalue = signed_rank_test([float(value) for value in sample], method="asymptotic").pvalue
    return matches_print(pvalue, parse(printed))


@pytest.mark.parametrize("lacking", [{"low": None}, {"high": None}])
def test_a_range_without_an_end_is_not_written(published, tmp_path, monkeypatch, lacking):
    found = replace(table2_bounds._read_range(row("mmt"), "exact"), **lacking)
    monkeypatch.setattr(table2_bounds, "compute", lambda *_: found)
    with pytest.raises(ValueError, match=r"^physician_global: "):
        table2_bounds.write_p_ranges(published, tmp_path / FILE, print)
    assert not list(tmp_path.iterdir())


def test_what_is_read_is_written_as_it_stands(published, tmp_path, monkeypatch):
    read = table2_bounds._read_range
    monkeypatch.setattr(table2_bounds, "compute", lambda row, kind, _: read(row, kind))
    lines = []
    table2_bounds.write_p_ranges(published, tmp_path / FILE, lines.append)
    kept = (data_directory("bounds") / FILE).read_text(encoding="utf-8")
    assert (tmp_path / FILE).read_text(encoding="utf-8") == kept
    assert len(lines) == len(kept.splitlines()) - 1
    assert lines[0] == "physician_global, steps of 1/10: asymptotic"


def test_a_table_that_cannot_be_written_stays_as_it_was(published, tmp_path, monkeypatch):
    read = table2_bounds._read_range
    monkeypatch.setattr(table2_bounds, "compute", lambda row, kind, _: read(row, kind))
    (tmp_path / FILE).write_text("before", encoding="utf-8")

    def write(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("csv.DictWriter.writerows", write)
    with pytest.raises(OSError, match="No space left"):
        table2_bounds.write_p_ranges(published, tmp_path / FILE, str)
    (left,) = tmp_path.iterdir()
    assert left.read_text(encoding="utf-8") == "before"


def test_without_finer_steps_the_finest_are_those_of_the_scale():
    (found,) = (each for each in table2_bounds.attainable_p(PublishedFacts.read())
                if each.measure == "physician_global")  # fmt: skip
    alone, both = replace(found, finer=None), replace(found, finer=object())
    assert alone.on_finest_steps.ranges is found.ranges
    assert both.on_finest_steps.ranges is both.finer
