"""What `tisstats` itself offers."""

import pytest

import tisstats


def test_every_public_name_is_there_and_documented():
    for name in tisstats.__all__:
        offered = getattr(tisstats, name)
        assert offered is not None
        if name != "__version__":
            assert offered.__doc__


def test_there_is_nothing_else():
    assert dir(tisstats) == sorted(tisstats.__all__)
    with pytest.raises(AttributeError, match="no attribute 'score'"):
        tisstats.score  # noqa: B018 - the attempt is the test


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tisstats.response_category("a"), "scores must be numbers, .* got 'a'"),
        (lambda: tisstats.response_category([20, 101]), "scores must be from 0 to 100, got 101"),
        (lambda: tisstats.response_category(-1), "scores must be from 0 to 100, got -1"),
        (lambda: tisstats.total_improvement_score(["a"] * 6), "percent_improvements must be num"),
        (lambda: tisstats.imacs_improvement(5), "relative_improvements must be a mapping .* got 5"),
        (lambda: tisstats.classify_from_lists(5, []), "improved must be a collection .* got 5"),
        (lambda: tisstats.times_from_counts(5, 19), "events_by_time must be a mapping .* got 5"),
        (lambda: tisstats.check_percentages([1]), "frame must be a pandas DataFrame, got list"),
        (lambda: tisstats.summarise_checks(5), "checked must be a pandas DataFrame, got int"),
        (
            lambda: tisstats.score_visits(None, mmt_max=80, uln={"ck": 170}),
            "visits must be a pandas DataFrame, got NoneType",
        ),
        (
            lambda: tisstats.classify_visits([1], enzyme="ck"),
            "visits must be a pandas DataFrame, got list",
        ),
        (
            lambda: tisstats.attainable_score(5, mmt_max=80, uln={"ck": 170}),
            "baseline must be a mapping of measures to values, got 5",
        ),
        (lambda: tisstats.quantiles(["a"], 0.5), "values must be finite numbers, got 'a' at pos"),
    ],
)
def test_an_error_names_the_argument_and_its_value(call, said):
    with pytest.raises(ValueError, match=said):
        call()
