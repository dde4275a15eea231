"""The design: criteria of eligibility, regimens, and sizes for a width."""

import re

from tisstats.lim2021 import design


def test_every_criterion_of_eligibility_stands_with_its_kind(published):
    table = design.eligibility(published)
    kinds = table["Kind"].str.partition(",")[0].value_counts()
    assert kinds.to_dict() == {"Inclusion": 4, "Exclusion": 7}
    said = dict(zip(table["Criterion"], table["What it asks or rules out"], strict=True))
    assert said["Age"] == "at least 18 years"
    assert said["Duration of disease"] == "under 9 months"
    assert re.findall(r"\d+", said["Minimal disability"]) == ["10", "2"]
    assert re.findall(r"\d+", said["Thrombosis"]) == ["2"]
    assert re.findall(r"\d+", said["Earlier immunosuppressants"]) == ["20", "2", "4"]


def test_the_window_of_related_cancers_is_not_a_criterion_of_eligibility(published):
    table = design.eligibility(published)
    assert not table.astype(str).apply(lambda column: column.str.contains("ancer")).any(axis=None)


def test_a_width_that_no_later_size_keeps_says_up_to_where_sizes_were_tried(monkeypatch):
    table = design.sizes_for_width(0.6, confidence_level=0.95, method="clopper-pearson").astype(str)
    assert table.loc[1, ["Wanted width", "First size"]].tolist() == ["0.45", "20"]
    monkeypatch.setattr(design, "_WIDTHS", (0.5,))
    monkeypatch.setattr(design, "LARGEST_SIZE", 16)
    small = design.sizes_for_width(0.6, confidence_level=0.95, method="clopper-pearson").astype(str)
    assert small["First size"].tolist() == ["16"]
