"""Safety: counts over those analysed and over those treated, and what zero events rule out."""

import re
from dataclasses import replace

import pytest

from tisstats.chapters.safety import Safety
from tisstats.trial import summaries


@pytest.fixture(scope="module")
def page():
    return Safety(confidence_level=0.95, interval_method="clopper-pearson", cohort="reference")


def test_counts_over_the_patients_analysed(page):
    table = page.outcomes_analysed().frame.set_index("Outcome")
    assert table["n (%) (N=19)"].to_dict() == {
        "Any adverse event": "19 (100)",
        "Any serious adverse event": "2 (11)",
        "Pulmonary embolism": "1 (5)",
        "Rescue medication": "7 (37)",
        "Stopped early": "7 (37)",
        "Stopped early because of an adverse event": "0 (0)",
        "Clinically relevant deterioration": "0 (0)",
    }


def test_counts_over_the_patients_treated_each_say_when_they_hold(page):
    table = page.outcomes_treated().frame.set_index("Outcome")
    assert table["n (%) (N=20)"].tolist() == [
        *("20 (100)", "2 (10)", "1 (5)", "7 (35)", "7 (35)", "0 (0)", "0 (0)")
    ]
    assert table["Assumption"].str.split().map(len).min() >= 6
    assert table.loc["Clinically relevant deterioration", "95% interval, %"] == "0.0 to 16.8"


def test_the_embolism_has_its_interval(page):
    """Clopper-Pearson limits of 1 of 19 from R: binom.test(1, 19)$conf.int."""
    numbers = page.numbers()
    assert numbers["embolism_patients"] == (
        "1 of 19 patients (5.3%; 95% confidence interval 0.1 to 26.0%)"
    )
    assert "from 0.1 to 26.0%" in numbers["embolism_limits"]


def test_zero_events_leave_a_rate_of_so_much(page):
    numbers = page.numbers()
    for n, prefix in ((19, "upper"), (20, "treated")):
        # No event in n patients: the limit is where the chance of that falls to the error.
        expected = {"two_sided": 1 - 0.025 ** (1 / n), "one_sided": 1 - 0.05 ** (1 / n)}
        expected["rule_of_three"] = 3 / n
        numbers_said = re.findall(r"([0-9.]+)%", str(numbers[f"{prefix}_limits"]))
        two_sided, level, same_level, one_sided = map(float, numbers_said)
        said = {"two_sided": two_sided, "one_sided": one_sided}
        said["rule_of_three"] = float(numbers[f"{prefix}_rule_of_three"])
        assert said == pytest.approx(
            {name: 100 * limit for name, limit in expected.items()}, abs=0.051
        )
        assert (level, same_level) == (95, 95)
    assert (numbers["analysed"], numbers["treated"], numbers["deteriorated"]) == ("19", "20", "0")


def test_no_computed_cell_is_blank_beside_a_printed_one(page):
    table = page.safety_comparison().frame
    assert not (table == "").any(axis=None)
    assert table["Outcome"].tolist() == page.outcomes_analysed().frame["Outcome"].tolist()
    printed = table["n (%) (N=19), from printed counts"]
    assert table["n (%) (N=19), synthetic"].tolist() == printed.tolist()
    assert not [name for name in table if name.endswith("published")]  # no interval is printed


def test_the_relation_of_the_embolism_keeps_the_brackets_of_the_article(page):
    table = page.serious_events().frame
    assert table["Related to treatment"].tolist() == [
        "(partially)",
        "not stated",
        "not stated",
    ]


def test_the_tables_say_what_an_interval_without_width_means(page):
    wald = replace(page, interval_method="wald")
    for name in ("outcomes_analysed", "outcomes_treated", "safety_comparison"):
        assert "does not mean that the proportion is known" in dict(getattr(wald, name)().notes)[""]
        assert "" not in dict(getattr(page, name)().notes)


def test_a_table_of_events_without_any_says_so(page, monkeypatch):
    none = page.serious_events_in_data().frame.iloc[:0]
    monkeypatch.setattr(summaries, "serious_event_table", lambda _trial: none)
    assert page.serious_events_in_data().frame.to_dict("list") == {"Entries": ["none"]}


def test_a_whole_number_that_papermill_passes_on_is_the_name_of_a_folder(page):
    assert replace(page, cohort=17).cohort == "17"
    with pytest.raises(ValueError, match="cohort must be text, got True"):
        replace(page, cohort=True)


def test_a_fraction_is_refused_since_papermill_drops_its_last_zeros(page):
    with pytest.raises(ValueError, match=r"cohort must be text, got the number 1\.5; .* -r cohort"):
        replace(page, cohort=1.5)
