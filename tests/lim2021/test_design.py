"""The design: criteria of eligibility."""

import re

from tisstats.lim2021 import design


def test_every_criterion_of_eligibility_stands_with_its_kind(published):
    table = design.eligibility(published)
    kinds = table["kind"].str.partition(",")[0].value_counts()
    assert kinds.to_dict() == {"Inclusion": 4, "Exclusion": 7}
    said = dict(zip(table["criterion"], table["requirement"], strict=True))
    assert said["Age"] == "at least 18 years"
    assert said["Disease duration"] == "under 9 months"
    assert re.findall(r"\d+", said["Minimal disability"]) == ["10", "2"]
    assert re.findall(r"\d+", said["Thromboembolism"]) == ["2"]
    assert re.findall(r"\d+", said["Prior immunosuppressants"]) == ["20", "2", "4"]


def test_the_window_of_related_cancers_is_not_a_criterion_of_eligibility(published):
    table = design.eligibility(published)
    assert not table.astype(str).apply(lambda column: column.str.contains("ancer")).any(axis=None)
