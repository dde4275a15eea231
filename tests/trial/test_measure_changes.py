"""Changes of the outcome measures by arm, against plain loops over the files and against R."""

from fractions import Fraction
from statistics import median

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import (
    DESIGNS,
    analysed,
    slow_pvalue,
    slow_quartiles,
    visits_by_week,
)
from tests.trial.studies import make_study
from tisstats.trial.measure_changes import Quartiles, measure_changes
from tisstats.trial.study_data import StudyData


def slow_values(folder, design, arm, measure, completers=False):
    """Baseline and end of each patient of an arm, None where missing."""
    visits, pairs = visits_by_week(folder, design), []
    for row in analysed(folder, arm):
        mine = visits[row["patient_id"]]
        after = [week for week in mine if 0 < week <= design.weeks[-1]]
        end = mine[max(after)][measure] if after else ""
        if completers and row["end_reason"] != "completed":
            end = ""
        before = mine[Fraction(0)][measure]
        pairs.append([Fraction(cell) if cell else None for cell in (before, end)])
    return pairs


def as_tuple(found):
    return found.n, found.q1, found.median, found.q3


@pytest.mark.parametrize("completers", [False, True])
@pytest.mark.parametrize("name", DESIGNS)
def test_every_measure_of_every_arm(tmp_path, name, completers):
    folder, design = STUDIES[name](tmp_path / "study"), DESIGNS[name]
    if completers:
        path = folder / "study.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("[analysis]", '[analysis]\nend = "completers"'))
    data = StudyData.read(folder)
    for arm in design.arms:
        for found in measure_changes(data.arm(arm), 0.95):
            pairs = slow_values(folder, design, arm, found.measure, completers)
            changes = [after - before for before, after in pairs if None not in (before, after)]
            samples = [
                [before for before, _ in pairs if before is not None],
                [after for _, after in pairs if after is not None],
                changes,
            ]
            for values, summary in zip(
                samples, (found.baseline, found.end, found.change), strict=True
            ):
                assert as_tuple(summary) == (len(values), *slow_quartiles(values))
            assert found.patients == len(pairs)
            assert found.test.pvalue == pytest.approx(float(slow_pvalue(changes)))
            assert found.test.n_zero == changes.count(0)
            walsh = [
                (one + other) / 2 for place, one in enumerate(changes) for other in changes[place:]
            ]
            assert found.shift.estimate == pytest.approx(float(median(walsh)))


def test_limits_are_those_of_r(tmp_path):
    """R 4.2.2: wilcox.test(x, conf.int = TRUE, exact = TRUE).

    x is c(-4.7, -3.5, -4.3, -1.3, -2.4, -3.4).
    """
    data = StudyData.read(STUDIES["example"](tmp_path / "study"))
    physician = measure_changes(data.arm("active"), 0.95)[0]
    assert physician.measure == "physician_global"
    golden = {"pvalue": 0.03125, "estimate": -3.4, "low": -4.7, "high": -1.3}
    assert physician.test.pvalue == pytest.approx(golden["pvalue"])
    for name in ("estimate", "low", "high"):
        assert getattr(physician.shift, name) == pytest.approx(golden[name])


def test_the_declared_test_is_used(tmp_path):
    made = make_study(24, ("a",), seed=9)
    folder = made.write(tmp_path / "exact")
    made.description = made.description.replace(
        "[analysis]", '[analysis]\nsigned_rank = "asymptotic"\nzero_method = "pratt"'
    )
    other = made.write(tmp_path / "asymptotic")
    exact, normal = (
        measure_changes(StudyData.read(each).arm("a"), 0.95)[3].test for each in (folder, other)
    )
    assert (exact.method, exact.zero_method) == ("exact", "wilcox")
    assert (normal.method, normal.zero_method) == ("asymptotic", "pratt")
    assert exact.pvalue != pytest.approx(normal.pvalue, rel=1e-6)


def test_nobody_and_a_single_patient(tmp_path):
    data = StudyData.read(STUDIES["bare"](tmp_path / "study"))
    empty = measure_changes(data.arm("four"), 0.95)[0]
    assert (empty.change, empty.test, empty.shift) == (Quartiles(0, None, None, None), None, None)
    single = measure_changes(data.arm("one"), 0.95)[0]
    assert (single.baseline.n, single.baseline.q1, single.baseline.q3) == (1, None, None)
    assert single.baseline.median is not None
    if single.shift is not None:
        assert (single.shift.low, single.shift.high) == (-float("inf"), float("inf"))
