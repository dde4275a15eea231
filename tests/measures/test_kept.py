"""The rules of the measures, and what is scored and refused, word by word, as kept in a file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kept import compare, render
from tisstats import measures
from tisstats.errors import DataError
from tisstats.measures import core_set, enzymes, imacs
from tisstats.measures.imacs import changes, criteria, lists, visits
from tisstats.measures.imacs import rules as definitions
from tisstats.measures.ranges import CoreSetArguments, Ranges

KEPT = Path(__file__).parent / "kept"

#: A made-up patient who worsens, improves, and lacks values.
VISITS = pd.DataFrame(
    {
        "patient_id": ["A"] * 5 + ["B"] * 2,
        "week": [0, 4, 8, 12, 16, 0, 6],
        "physician_global": [6.1, 3.0, 8.2, 2.0, 0.0, 5.0, 4.0],
        "patient_global": [7.0, 5.5, 8.0, None, 0.5, 5.0, None],
        "mmt": [120, 131, 96, 140, 150, 150, 150],
        "haq": [1.5, 1.25, 2.0, 0.5, 0.0, 0.0, 0.0],
        "extramuscular": [3.0, 3.0, 5.0, 1.0, 0.0, None, 0.0],
        "ck": [1200, 800, 2500, 300, 120, 100, 90],
        "ldh": [600, 400, 900, 300, 200, None, 210],
    }
)
ULN = {"ck": 170, "ldh": 250}


def rules():
    return {
        name: value
        for module in (core_set, enzymes, definitions, changes, criteria, lists, visits)
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_")
    }


def ranges():
    found = {"imacs": Ranges.imacs(150, 100), "printo": Ranges.printo((-10, 70), 10, 51)}
    return {
        name: {
            measure: f"{each.worst(measure)} to {each.best(measure)}, {each.of(measure)}: "
            f"{each.allowed(measure)}"
            for measure in each.ends
        }
        for name, each in found.items()
    }


def refused(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except DataError as error:
        return "; ".join(map(str, error.faults))
    except ValueError as error:
        return str(error)
    raise AssertionError("nothing is refused")


def refusals():
    bad = VISITS.astype(object)
    bad.loc[1, ["physician_global", "haq", "ck", "week"]] = [11, "x", -1, None]
    double = pd.concat([VISITS, VISITS.iloc[[0]]], ignore_index=True)
    score = measures.score_visits
    usual = {"mmt_max": 150, "uln": ULN}
    yield refused(score, bad, **usual)
    yield refused(score, double, **usual)
    yield refused(score, VISITS.drop(columns=["haq", "week"]), **usual)
    yield refused(score, VISITS, mmt_max=150, uln={"ck": 170})
    yield refused(score, VISITS, mmt_max=150, uln={"ck": 2.8, "ldh": "x"})
    yield refused(score, VISITS, mmt_max=150)
    yield refused(score, VISITS, **usual, core_set="printo")
    yield refused(score, VISITS, **usual, population="adults")
    yield refused(CoreSetArguments().ranges, "printo", "juvenile", 10)
    yield refused(measures.band_points, [1], "strength")
    yield refused(measures.total_improvement_score, np.zeros(5))
    yield refused(measures.response_category, [-1])
    yield refused(measures.response_category, [101])


def test_rules_scores_and_refusals():
    options = {"mmt_max": 150, "uln": ULN}
    baselines = VISITS[VISITS["week"] == 0]
    texts = [
        render("rules", rules()),
        render("ranges", ranges()),
        render("scores", measures.score_visits(VISITS, **options)),
        render("bounds", measures.score_visits(VISITS, **options, missing="bounds",
                                               enzyme_panel="measured")),
        render("juvenile", measures.score_visits(VISITS, **options, population="juvenile")),
        render("attainable", measures.attainable_scores(baselines, **options)),
        render("one", measures.attainable_score(baselines.iloc[0].to_dict(), **options)),
        render("disability", measures.minimal_disability(
            baselines.iloc[0].to_dict(), **options, min_mmt_loss_percent=20, min_other_abnormal=2)),
        render("refused", dict(enumerate(refusals()))),
    ]  # fmt: skip
    compare(KEPT / "measures.txt", "\n".join(texts))


@pytest.mark.parametrize("name", ["imacs", "confirmed"])
def test_every_rule_of_worsening_has_its_cut_offs(name):
    assert imacs.WORSENING_RULES[name]
