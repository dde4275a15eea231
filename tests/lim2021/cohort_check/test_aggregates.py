"""Aggregates of trials made at random, against a slow computation that shares nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples, some
from tests.random_trials import aggregates, make_trial
from tisstats.lim2021.cohort_check import Addresses
from tisstats.lim2021.trial_description import analysis_options
from tisstats.trial import analyse

SLOW_ONLY_TEXT = "serious_adverse_events."


def same(value, expected):
    if isinstance(value, float):
        return value == pytest.approx(float(expected), abs=1e-12)
    return value == expected


@pytest.mark.parametrize("seed", some(range(25), 10))
def test_every_number_of_a_random_trial(seed, tables_of, slow):
    tables = tables_of(seed)
    computed = aggregates(make_trial(tables))
    expected = slow.Cohort(tables).aggregates()
    numbers = [address for address in computed if not address.startswith(SLOW_ONLY_TEXT)]
    wrong = {
        address: (computed[address], expected[address])
        for address in numbers
        if not same(computed[address], expected[address])
    }
    assert wrong == {}
    assert len(numbers) > 300


@examples(10)
@given(st.integers(100, 10**6))
def test_any_random_trial(tables_of, slow, seed):
    tables = tables_of(seed)
    expected = slow.Cohort(tables).aggregates()
    computed = aggregates(make_trial(tables))
    assert all(
        same(value, expected[address])
        for address, value in computed.items()
        if not address.startswith(SLOW_ONLY_TEXT)
    )


def test_early_stops_because_of_an_adverse_event_are_counted(tables_of, slow):
    tables = tables_of(3)
    patients = tables["patients"]
    stopped = patients.index[patients["end_reason"] == "rescue_medication"][:2]
    patients.loc[stopped, "end_reason"] = "adverse_event"
    address = "safety.stopped_for_adverse_event"
    assert aggregates(make_trial(tables))[address] == len(stopped) > 0
    assert slow.Cohort(tables).aggregates()[address] == len(stopped)


def test_the_order_of_rows_does_not_matter(tables_of):
    tables = tables_of(3)
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in tables.items()}
    assert aggregates(make_trial(shuffled)) == aggregates(make_trial(tables))


def test_counts_and_quantiles_are_exact(trial_of):
    values = aggregates(trial_of(0))
    kinds = {type(value) for address, value in values.items() if not address.endswith(".p")}
    assert kinds <= {Fraction, str, type(None)}


def test_addresses_are_all_of_the_published_ones(published):
    addresses = Addresses(published)
    assert set(addresses.computable) | set(addresses.not_computable) == set(addresses.every)
    assert not set(addresses.computable) & set(addresses.not_computable)
    cells = {
        address
        for address in published._cells
        if address.split(".")[0]
        in ("table1", "table2", "flow", "response", "safety", "serious_adverse_events")
        and address.rpartition(".")[2] not in ("quantity", "unit", "place")
    }
    assert set(addresses.every) == cells
    assert sorted(addresses.not_computable) == [
        "flow.reason_duration",
        "flow.reason_immunosuppressants",
        "flow.reason_minimal_disability",
        "flow.screened",
        "serious_adverse_events.2.week",
        "serious_adverse_events.3.week",
    ]


def test_computed_are_the_covered_addresses(trial_of, published):
    assert tuple(aggregates(trial_of(1), published)) == Addresses(published).computable


def test_printed_values_are_not_looked_at(trial_of, edit):
    from tisstats.ledger.published import PublishedFacts

    before = aggregates(trial_of(1))
    copy = edit("table2.csv", "mmt,change,median,10,", "mmt,change,median,99,")
    assert aggregates(trial_of(1), PublishedFacts.read(copy)) == before


def test_an_address_that_is_not_known_is_told(trial_of, edit):
    from tisstats.ledger.published import PublishedFacts

    copy = edit("flow.csv", "msa_multiple,", "msa_double,")
    with pytest.raises(ValueError, match=r"known addresses only, got flow\.msa_double"):
        aggregates(trial_of(1), PublishedFacts.read(copy))


@pytest.mark.parametrize(
    ("choice", "prefix"),
    [
        ({"quantile_definition": 7}, "table1.age_at_onset"),
        ({"end": "completers"}, "table2.mmt.end"),
        ({"pvalue_method": "exact"}, "table2.haq.change.p"),
        ({"zero_method": "pratt"}, "table2.haq.change.p"),
        ({"horizon_week": 6}, "response."),
        ({"worsening": "confirmed"}, "safety.deterioration"),
    ],
)
def test_interpretations_matter(usual, choice, prefix):
    options = analysis_options(**choice)
    assert any(
        value != other[address]
        for trial, values in usual
        for other in [aggregates(trial, options=options)]
        for address, value in values.items()
        if address.startswith(prefix)
    )


@pytest.fixture(scope="module")
def usual(trial_of):
    """Some trials with their aggregates as they usually are."""
    return [(trial, aggregates(trial)) for trial in map(trial_of, range(5))]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"end": "week 9"}, "end must be one of last-assessment, completers, got 'week 9'"),
        ({"zero_method": "keep"}, "zero_method must be one of wilcox, pratt, got 'keep'"),
        ({"pvalue_method": "auto"}, "pvalue_method must be one of asymptotic, exact, got 'auto'"),
        (
            {"quantile_definition": "numpy"},
            "quantile_definition must be one of spss, 1, .*, got 'numpy'",
        ),
        ({"horizon_week": 0}, "horizon_week must be above 0, got 0"),
        ({"worsening": "rule"}, "worsening must be one of imacs, confirmed, got 'rule'"),
    ],
)
def test_interpretations_that_are_none(choice, message):
    with pytest.raises(ValueError, match=message):
        analysis_options(**choice)


def test_an_analysis_has_its_own_interpretation(trial_of):
    analysis = analyse(trial_of(0), analysis_options(quantile_definition=7))
    assert aggregates(analysis) == aggregates(
        trial_of(0), options=analysis_options(quantile_definition=7)
    )
