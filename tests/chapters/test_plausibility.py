"""The tables of the criteria of plausibility."""

from tisstats.chapters.plausibility import effect_table, plausibility_table
from tisstats.synthetic.targets import MEASURES


def test_tables_of_the_page():
    table = plausibility_table()
    assert next(iter(table["Name"])) == "bedridden and strong"
    hard = table[table["Kind"] == "hard"]
    assert set(hard["Met by cohorts drawn with the criteria, %"]) == {"100"}
    assert hard["Without, %"].astype(float).min() < 20
    shown = effect_table()
    assert shown["Quantity"].str.contains("mean change").sum() == len(MEASURES)
    assert (shown != "").all(axis=None)
