"""What zero events rule out."""

import pytest

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.safety import outcomes, zero_event_limits


def test_excluded_patients_are_added_to_the_adverse_events_alone(edit):
    line = "excluded_from_analysis,Included but excluded from the analysis (ceiling effect),"
    published = PublishedFacts.read(edit("flow.csv", f"{line}1,", f"{line}3,"))
    more = {each.label: each.treated - each.analysed for each in outcomes(published)}
    assert more.pop("Any adverse event") == 3
    assert set(more.values()) == {0}


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_no_event_is_as_likely_as_the_error_at_the_limit(published, level):
    # In n patients: (1 - limit)^n is alpha, of a two-sided interval half of it.
    found = zero_event_limits(published, "flow.analysed", level, "clopper-pearson")
    assert (1 - found.two_sided) ** 19 == pytest.approx((1 - level) / 2)
    assert (1 - found.one_sided) ** 19 == pytest.approx(1 - level)
    assert found.rule_of_three == pytest.approx(3 / 19)


@pytest.mark.parametrize("level", [0.5, 0.4, 1e-6])
def test_a_level_of_one_half_or_less_has_no_one_sided_limit(published, level):
    found = zero_event_limits(published, "flow.analysed", level, "wilson")
    assert found.one_sided is None
    assert found.two_sided > 0
    above = zero_event_limits(published, "flow.analysed", 0.5 + 1e-6, "wilson")
    assert above.one_sided is not None
