"""The parts of the generator against the slow ways of the floors below."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs import imacs_worsening, relative_improvement, vas_improvement_cm
from tisstats.measures.total_improvement_score import total_improvement_score
from tisstats.synthetic.scoring import POINTS_PER_UNIT, Scorer, worsened
from tisstats.synthetic.targets import MEASURES

CORE = MEASURES[:6]
HIGHEST = {"mmt": 260, "haq": 24, "ck": 9000}

values = st.tuples(*(st.integers(0, HIGHEST.get(measure, 100)) for measure in CORE))


@given(values, values, st.sampled_from([145, 171, 200]))
@settings(max_examples=300)
def test_scores_are_those_of_the_scorer(before, after, uln):
    ranges = {"physician_global": 100, "patient_global": 100, "mmt": -260, "haq": 24}
    ranges |= {"ck": 15 * uln, "extramuscular": 100}
    percents = [
        float(Fraction(100 * (b - a), ranges[measure]))
        for measure, b, a in zip(CORE, before, after, strict=True)
    ]
    scorer = Scorer(np.array([uln]), 260)
    units = scorer.scores(np.array([before]), np.array([after]))
    assert float(units[0] * POINTS_PER_UNIT) == pytest.approx(
        float(total_improvement_score(percents))
    )


@given(values, values)
@settings(max_examples=300)
def test_worsening_is_that_of_the_imacs_definition(before, after):
    in_units = {
        measure: [float(v * SCALES[measure].step) for v in pair]
        for measure, pair in zip(CORE, zip(before, after, strict=True), strict=True)
    }
    named = dict(zip(CORE_SET, in_units.values(), strict=True))
    relative = {
        name: relative_improvement(b, a, name, baseline_zero="worse-if-higher")
        for name, (b, a) in named.items()
    }
    cm = {name: vas_improvement_cm(*named[name]) for name in ("physician_global", "extramuscular")}
    expected = bool(imacs_worsening(relative, cm))
    # A muscle test of 0 cannot become worse; the definition of a rise from 0 is of others.
    assert bool(worsened(np.array(before), np.array(after))) == expected
