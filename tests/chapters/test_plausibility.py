"""The tables of the criteria of plausibility."""

from tisstats.chapters.identifiability import Identifiability
from tisstats.synthetic.targets import MEASURES


def test_tables_of_the_page():
    page = Identifiability(cohort="reference")
    table = page.plausibility().frame
    assert next(iter(table["Name"])) == "bedridden and strong"
    hard = table[table["Kind"] == "hard"]
    assert set(hard["Cohorts meeting it, generated with the criteria, %"]) == {"100"}
    assert hard["Generated without, %"].astype(float).min() < 20
    shown = page.plausibility_effect().frame
    assert shown["Quantity"].str.contains("mean change").sum() == len(MEASURES)
    assert (shown != "").all(axis=None)
