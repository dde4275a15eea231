"""What the bounds rest on: steps, inferences, and what stands without them."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from scipy.stats import wilcoxon

from tisstats.bounds import (
    ALTERNATIVES,
    BOUND_ASSUMPTIONS,
    BoundAssumptions,
    Grid,
    ensemble_spread,
    join_spread,
    read_bounds,
    read_sensitivity,
)
from tisstats.bounds.assumptions import DROPPED, FINER_STEPS
from tisstats.bounds.command import steps_of, tasks
from tisstats.bounds.files import SCORE
from tisstats.bounds.quantities import QUANTITIES
from tisstats.bounds.rows import row_problem, targets_on_grids
from tisstats.chapters import bound_tables
from tisstats.chapters.identifiability import Identifiability
from tisstats.lim2021.scales import SCALES, describe_assumed_steps
from tisstats.printed import matches_print
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.targets import Targets


@pytest.fixture(scope="module")
def bounds():
    return read_bounds()


@pytest.fixture(scope="module")
def sensitivity():
    return read_sensitivity()


@pytest.fixture(scope="module")
def compared(bounds, sensitivity):
    return bound_tables.compare_sensitivity(bounds, sensitivity)


@pytest.fixture(scope="module")
def page():
    return Identifiability(cohort="reference")


@pytest.fixture(scope="module")
def ranges(bounds):
    return join_spread(bounds, ensemble_spread(Ensemble.read(), n_cohorts=2))


# Steps


def test_the_step_of_each_bound_is_that_of_its_model(bounds, sensitivity, published):
    targets = Targets.read(published)
    for table in (bounds.assign(alternative=""), sensitivity):
        columns = table[["alternative", "measure", "step", "unit"]].drop_duplicates()
        for row in columns.to_dict("records"):
            assumptions = (
                ALTERNATIVES[row["alternative"]].assumptions
                if row["alternative"]
                else BoundAssumptions()
            )
            measure = None if row["measure"] == SCORE else row["measure"]
            assert (row["step"], row["unit"]) == steps_of(measure, assumptions)
            if row["measure"] in SCALES:
                here = targets_on_grids(targets, published, assumptions)
                problem = row_problem(row["measure"], here, assumptions)
                assert Grid(tuple(map(Fraction, row["step"].split(" or ")))).step == problem.step
                assert row["unit"] == SCALES[row["measure"]].unit


def test_each_shown_bound_has_its_step_below_or_beside_it(ranges, compared):
    for of in ("score", "row", "pair"):
        note = bound_tables.steps_note(ranges, of)
        assert note.startswith("Assumed steps: ")
        names = [name for name, quantity in QUANTITIES.items() if quantity.level == of]
        for row in ranges[ranges["quantity"].isin(names)].to_dict("records"):
            for step in bound_tables.format_step(row["measure"], row["step"]).split("; "):
                assert " ".join(step.split()[-2:]) in note  # such as 0.1 cm
            if row["measure"] in SCALES:
                assert SCALES[row["measure"]].abbreviation in note
    for changes in (FINER_STEPS, DROPPED):
        shown = pd.DataFrame(
            bound_tables.sensitivity_rows(compared, [each.name for each in changes])
        )
        assert shown["Step"].str.contains(r"\d").all()
    for row in bound_tables.bound_ranges(ranges, "worsened"):
        assert re.search(rf"\d [^;]* for [^;]*{re.escape(row.title)}", describe_assumed_steps())


@pytest.mark.parametrize(
    ("measure", "steps", "text"),
    [
        ("physician_global", "1/10", "0.1 cm"),
        ("physician_global", "1/20", "0.05 cm"),
        ("eq_vas", "5", "5 points"),
        ("eq_vas", "1", "1 point"),
        ("deltoid", "1/6", "1/6 N"),
        ("haq", "1/8", "1/8 point"),
        ("mrs", "1", "1 grade"),
        ("physician_global and extramuscular", "1/10 and 1/10", "PhGA, EMA 0.1 cm"),
        (
            SCORE,
            "1/10 and 1/10 and 1 and 1/8 and 1 and 1/10",
            "PhGA, PaGA, EMA 0.1 cm; MMT 1 point; HAQ 1/8 point; sCK 1 U/L",
        ),
    ],
)
def test_steps_are_written_with_their_unit(measure, steps, text):
    assert bound_tables.format_step(measure, steps) == text


def test_a_grid_of_several_steps_holds_their_multiples_and_no_others():
    forms = Grid((Fraction(1, 8), Fraction(1, 7)))
    assert not forms.is_regular
    assert Grid((Fraction(5),)).step == 5
    for at in range(3 * 56 + 1):
        value = Fraction(at, 56)
        expected = (value * 8).denominator == 1 or (value * 7).denominator == 1
        assert (value in forms) == expected == (at in forms.values(0, 3 * 56))


#: Found by the solver, checked here by definition: whole points of the EQ VAS.
EQ_VAS = (
    *((87, 70), (40, 23), (17, 0), (87, 70), (45, 40), (5, 0), (5, 0), (60, 60), (41, 41)),
    *((40, 55), (53, 71), (55, 73), (36, 54), (23, 41), (35, 65), (36, 66), (36, 66), (70, 100)),
    (41, 71),
)


def haverage(values, quarter):
    ordered = sorted(values)
    at, part = divmod((len(ordered) + 1) * quarter, 4)
    return ordered[at - 1] + Fraction(part, 4) * (ordered[at] - ordered[at - 1])


def walsh_median(changes):
    averages = sorted(Fraction(a + b, 2) for i, a in enumerate(changes) for b in changes[i:])
    return (averages[(len(averages) - 1) // 2] + averages[len(averages) // 2]) / 2


def test_with_whole_points_the_bound_by_fives_does_not_hold(bounds, page, published):
    """By steps of 5 the Hodges-Lehmann estimate is at least 7.5; these 19 patients have 6.5."""
    changes = [end - baseline for baseline, end in EQ_VAS]
    columns = {
        "baseline": [baseline for baseline, _ in EQ_VAS],
        "end": [end for _, end in EQ_VAS],
        "change": changes,
    }
    assert len(EQ_VAS) == published.count("flow.analysed")
    assert all(0 <= value <= 100 for pair in EQ_VAS for value in pair)
    for time, values in columns.items():
        for quarter, name in enumerate(("q1", "median", "q3"), start=1):
            printed = published.printed(f"table2.eq_vas.{time}.{name}")
            assert matches_print(haverage(values, quarter), printed), (time, name)
    p = wilcoxon(changes, method="asymptotic", correction=False).pvalue
    assert matches_print(float(p), published.printed("table2.eq_vas.change.p"))
    assert walsh_median(changes) == Fraction(13, 2)

    key = (bounds["quantity"] == "hodges_lehmann") & (bounds["measure"] == "eq_vas")
    by_fives = bounds[key & (bounds["side"] == "minimum")].iloc[0]
    assert (by_fives["step"], by_fives["value"]) == ("5", "15/2")
    told = page.sensitivity_numbers()
    assert (told["eq_vas_limit"], told["eq_vas_finer_limit"]) == ("7.5", "6.5")
    assert (told["eq_vas_step"], told["eq_vas_finer_step"]) == ("5 points", "1 point")
    # A HAQ of 17/8 and then 15/7 is worse by a fiftieth, which prints as no change.
    assert (told["haq_limit"], told["haq_finer_limit"]) == ("4", "8")


# Alterations


def test_every_alteration_is_proved_again(sensitivity):
    expected = [
        (task.alternative, task.quantity, task.measure or SCORE, task.side)
        for task in tasks(sensitivity=True)
    ]
    columns = ["alternative", "quantity", "measure", "side"]
    assert list(sensitivity[columns].itertuples(index=False, name=None)) == expected


def test_less_taken_for_granted_is_never_narrower(compared):
    """Finer steps hold the coarser ones, and a dropped inference frees what it bound."""
    for name, change in ALTERNATIVES.items():
        for measure, grid in change.assumptions.grids.items():
            assert SCALES[measure].step in grid
        if name == "ck_limits":  # another value, not fewer conditions
            continue
        rows = compared[compared["alternative"] == name]
        minima, maxima = (rows[rows["side"] == side] for side in ("minimum", "maximum"))
        assert (minima["number"] <= minima["number_before"]).all()
        assert (maxima["number"] >= maxima["number_before"]).all()


def test_an_alteration_alters_one_thing():
    default = BoundAssumptions()
    for name, change in ALTERNATIVES.items():
        if change in FINER_STEPS:
            assert replace(change.assumptions, grids={}) == default
        elif name in ("minimal_disability", "no_imacs_worsening", "bedridden_has_mrs_5"):
            assert replace(change.assumptions, **{name: True}) == default
    assert ALTERNATIVES["swallowing_follows_dysphagia"].assumptions == BoundAssumptions(
        Assumptions(swallowing_follows_dysphagia=False)
    )


def test_a_response_lasts_only_where_improvement_does():
    with pytest.raises(
        ValueError, match="response_maintained=True requires improvement_maintained=True"
    ):
        BoundAssumptions(improvement_maintained=False)


def test_what_moves_nothing_is_said_so(compared):
    still = compared[compared["alternative"] == "eq_vas_step_1"].assign(moved=False)
    (row,) = pd.DataFrame(bound_tables.sensitivity_rows(still, ["eq_vas_step_1"])).to_dict(
        "records"
    )
    assert row["Bound"].startswith(f"all {len(still)} that were recomputed: P of the exact ")
    assert row["Bound"].count("both bounds") == len(still) / 2
    assert (row["New bound"], row["Step"]) == ("unchanged", "1 point")


def test_a_bound_that_only_encloses_is_said_so():
    row = {
        **{
            "alternative": "response_maintained",
            "quantity": "tis_mean",
            "measure": SCORE,
            "side": "minimum",
        },
        **{"step": "1/10 and 1/10 and 1 and 1/8 and 1 and 1/10", "number": 20.0},
        **{"number_before": 27.0, "proven": "outer", "moved": True},
    }
    (shown,) = pd.DataFrame(
        bound_tables.sensitivity_rows(pd.DataFrame([row]), ["response_maintained"])
    ).to_dict("records")
    assert shown["New bound"] == "20.0 (outer bound only)"


# Words


def test_every_dropped_inference_is_among_the_assumptions(page, sensitivity):
    names = {each.name for each in BOUND_ASSUMPTIONS}
    assert {each.name for each in DROPPED} <= names
    table = page.bound_assumptions().frame.set_index("Code name")
    assert set(table.index) == names
    assert table.loc["mmt_0_260", "Sensitivity analysis"] == "no"
    assert table.loc["response_maintained", "Sensitivity analysis"] == "4 bounds"
    assert table.loc["improvement_maintained", "Sensitivity analysis"] == "2 bounds"
    counted = table["Sensitivity analysis"].str.extract(r"(\d+) bounds")[0].dropna()
    assert counted.astype(int).sum() == len(sensitivity)
    assert table.loc["spss", "Affects"] == "everything"


def test_numbers_in_assumptions_are_those_of_the_study(published):
    said = {each.name: each.statement for each in BOUND_ASSUMPTIONS}
    default = Assumptions()
    assert str(published.count("flow.analysed")) in said["last_assessment"]
    for limit in (default.ck_uln_female, default.ck_uln_male):
        assert f"{limit} U/L" in said["ck_limits"]
    assert f"0 to {default.mmt_max}" in said["mmt_0_260"]
    for address, name in (
        ("responder", "response_maintained"),
        ("minimal", "improvement_maintained"),
    ):
        assert f"{published.count(f'design.{address}_score')} points" in said[name]
    altered = ALTERNATIVES["ck_limits"]
    for limit in (
        altered.assumptions.shared.ck_uln_female,
        altered.assumptions.shared.ck_uln_male,
    ):
        assert f"{limit} U/L" in altered.statement


def test_proofs_name_what_they_rest_on(bounds):
    proofs = Identifiability(cohort="reference").proofs
    for proof in proofs.values():
        assert "19 pairs" in proof.assuming
        assert "18 for the psoas" in proof.assuming
        assert "step" in proof.assuming
    assert "8 patients ending with at least 40 points and 9 with at least 20" in str(
        proofs["scores"]
    )
    # The page names the conditions in two parts, which together are those of the scores.
    said = Identifiability(cohort="reference").bound_numbers()
    named = f"{said['given_measures']}; {said['given_scores']}".split("; ")
    assert set(named) == set(proofs["scores"].assuming.split("; "))
    assert set(named) == set(proofs["pairs"].assuming.split("; "))
    # What is said of pairs holds because each of them was attained.
    pairs = bounds[bounds["quantity"] == "spearman"]
    assert set(pairs["proven"]) == {"sharp"}
    assert set(pairs["number"].abs()) == {1.0}


def test_the_readme_has_every_assumption_and_every_step(checkout):
    text = (checkout / "data/bounds/README.md").read_text(encoding="utf-8")
    for name in ALTERNATIVES:
        assert f"| `{name}` |" in text
