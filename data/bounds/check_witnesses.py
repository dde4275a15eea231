"""Check the synthetic witnesses of the bounds by arithmetic, with Python's standard library alone.

    python check_witnesses.py [--list] [DIR]

DIR is a folder with ``bounds.csv``, ``sensitivity.csv`` and the witnesses of both, by default the
one of this file; the published numbers are read from ``published`` beside it. Nothing of tisstats,
no solver and no other library is imported, so that a reader can follow every step here. The
arithmetic is exact, in fractions, except the asymptotic P value.

In this order: what is assumed, in the main analysis and in each alternative; the constraints; the
quantities; why nothing lies beyond some of the bounds; the files.

A witness shows that a value can be attained. It does not show that nothing lies beyond it. For
some bounds a short argument does (`nothing_beyond`); all others rest on the solver, and
``tisstats bounds`` repeats its proofs. ``--list`` says which is which.

Exit status: 0 if every witness meets every constraint and has the stated value, 1 with one line per
fault if not, 2 for wrong usage. Bounds without a witness are counted, and named by ``--list``.
"""

from __future__ import annotations

import csv
import itertools
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

#: The assumed scales, by row of Table 2: step, lowest and highest value in its unit (None: no upper
#: end), and whether higher is better. Of CK at least one step: an enzyme is never absent from
#: blood. Of the Rankin scale at most 5: 6 is death.
SCALES: dict[str, tuple[Fraction, int, int | None, bool]] = {
    "physician_global": (Fraction(1, 10), 0, 10, False),
    "patient_global": (Fraction(1, 10), 0, 10, False),
    "mmt": (Fraction(1), 0, 260, True),
    "haq": (Fraction(1, 8), 0, 3, False),
    "ck": (Fraction(1), 1, None, False),
    "extramuscular": (Fraction(1, 10), 0, 10, False),
    "mrc_sum": (Fraction(1), 0, 36, True),
    "deltoid": (Fraction(1, 2), 0, None, True),
    "biceps": (Fraction(1, 2), 0, None, True),
    "psoas": (Fraction(1, 2), 0, None, True),
    "swallowing": (Fraction(1), 1, 10, True),
    "mrs": (Fraction(1), 0, 5, False),
    "eq_vas": (Fraction(5), 0, 100, True),
}

#: Total Improvement Score (doi:10.1136/annrheumdis-2017-211400): by measure, improvements in per
#: cent of the range beyond which a band begins, and the points of the bands.
_ACTIVITY, _STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)
CORE_SET: dict[str, tuple[tuple[int, ...], tuple[float, ...]]] = {
    "physician_global": (_ACTIVITY, (0, 7.5, 15, 17.5, 20)),
    "patient_global": (_ACTIVITY, (0, 2.5, 5, 7.5, 10)),
    "mmt": (_STRENGTH, (0, 10, 20, 27.5, 32.5)),
    "haq": (_ACTIVITY, (0, 5, 7.5, 7.5, 10)),
    "ck": (_ACTIVITY, (0, 2.5, 5, 7.5, 7.5)),
    "extramuscular": (_ACTIVITY, (0, 7.5, 12.5, 15, 20)),
}
POINTS, MAJOR = Fraction(5, 2), 60

#: The range of CK, in multiples of its upper limit of normal, and above which multiple it is
#: abnormal. What is abnormal in the HAQ, and on a scale in cm.
CK_RANGE, CK_ABNORMAL = 15, Fraction(3, 2)
HAQ_ABNORMAL, VAS_ABNORMAL = Fraction(1, 4), 2

#: IMACS worsening at one visit: physician global activity by so many cm with muscle strength by so
#: many per cent of its baseline; extramuscular activity by so many cm; so many measures by so many
#: per cent of their baselines (a baseline of 0 does not count).
WORSE_CM, WORSE_STRENGTH, WORSE_COUNT, WORSE_PERCENT = 2, 20, 3, 30

#: Grade of the patient who stopped the study bedridden.
BEDRIDDEN = 5

#: What stands for no bound, and a change beyond every number that a rule compares with.
UNBOUNDED, FAR = "unbounded", 10**12


@dataclass(frozen=True)
class Assumed:
    """What is assumed besides the scales and the printed numbers; by default the main analysis."""

    #: by row of Table 2, where not the step of its scale: values are whole multiples of one of them
    steps: dict[str, tuple[Fraction, ...]] = field(default_factory=dict)
    ck_limits: tuple[int, int] = (171, 145)  #: upper limits of normal of CK, men and women, U/L
    minimal_disability: bool = True  #: all patients met the criterion that was added later
    no_imacs_worsening: bool = True  #: no patient met the definition of worsening
    swallowing_follows_dysphagia: bool = True  #: 10 at baseline just where there is no dysphagia
    bedridden_has_mrs_5: bool = True  #: who stopped the study bedridden ended with that grade
    response_maintained: bool = True  #: responders end with as many points as made them such
    improvement_maintained: bool = True  #: so do all with minimal improvement

    def steps_of(self, measure: str) -> tuple[Fraction, ...]:
        """Return the steps of which a value is a whole multiple: of one of them."""
        return self.steps.get(measure, (SCALES[measure][0],))

    def unit(self, measure: str) -> Fraction:
        """Return the largest length of which all values are whole multiples, and so all changes."""
        steps = self.steps_of(measure)
        return Fraction(
            math.gcd(*(each.numerator for each in steps)),
            math.lcm(*(each.denominator for each in steps)),
        )


def _with_steps(measures: str, *steps: Fraction) -> Assumed:
    return Assumed(steps=dict.fromkeys(measures.split(), steps))


#: The main analysis, and the alternatives of ``sensitivity.csv``: in each one assumption, or two
#: that belong together, are dropped or altered.
MAIN = Assumed()
ALTERNATIVES: dict[str, Assumed] = {
    "eq_vas_step_1": _with_steps("eq_vas", Fraction(1)),
    "force_step_1_6": _with_steps("deltoid biceps psoas", Fraction(1, 6)),
    "force_step_1_10": _with_steps("deltoid biceps psoas", Fraction(1, 10)),
    "vas_step_0_05cm": _with_steps(
        "physician_global patient_global extramuscular", Fraction(1, 20)
    ),
    "haq_incomplete": _with_steps("haq", Fraction(1, 8), Fraction(1, 7)),
    "minimal_disability": Assumed(minimal_disability=False),
    "no_imacs_worsening": Assumed(no_imacs_worsening=False),
    "swallowing_follows_dysphagia": Assumed(swallowing_follows_dysphagia=False),
    "bedridden_has_mrs_5": Assumed(bedridden_has_mrs_5=False),
    "ck_limits": Assumed(ck_limits=(340, 207)),
    "response_maintained": Assumed(response_maintained=False),
    # Nobody ends with 40 points who does not end with 20: without the one, the other goes too.
    "improvement_maintained": Assumed(response_maintained=False, improvement_maintained=False),
}

Values = tuple[Fraction, ...]


class Key(NamedTuple):
    """What names a bound in the files."""

    alternative: str  #: one of `ALTERNATIVES`; empty in the main analysis
    quantity: str
    measure: str
    side: str

    def __str__(self) -> str:
        under = f" under {self.alternative}" * bool(self.alternative)
        return f"{self.quantity} {self.measure} {self.side}{under}"


@dataclass(frozen=True)
class Published:
    """The printed numbers that witnesses have to meet."""

    table2: dict[tuple[str, str, str], str]  #: by measure, time and statistic, as printed
    counts: dict[str, int]  #: by id

    @classmethod
    def read(cls, folder: Path) -> Published:
        """Read the tables of a folder of published numbers."""
        table2 = {
            (row["measure"], row["time"], row["statistic"]): row["printed"].replace("\u2013", "-")
            for row in _read(folder / "table2.csv")
        }
        counts = {
            row["id"]: int(row["value"])
            for name in ("flow", "design", "response")
            for row in _read(folder / f"{name}.csv")
            if row["value"].isdecimal()
        }
        for row in _read(folder / "table1.csv"):
            if (row["statistic"], row["group"]) == ("count", "all"):
                counts[row["characteristic"]] = int(row["printed"])
        return cls(table2, counts)

    def patients(self, measure: str) -> int:
        """Return the number of pairs of a row of Table 2."""
        return self.counts["analysed"] - (measure == "psoas") * self.counts["psoas_missing"]


@dataclass(frozen=True)
class Witness:
    """Synthetic values that attain a bound, in the unit of each scale."""

    female: tuple[bool, ...]  #: by patient; empty for a row outside the core set
    #: by measure, values at baseline and at the end, patients in one order
    rows: dict[str, tuple[Values, Values]]

    def changes(self, measure: str) -> Values:
        """End minus baseline."""
        return tuple(e - b for b, e in zip(*self.rows[measure], strict=True))

    def better(self, measure: str) -> Values:
        """Improvement."""
        sign = 1 if SCALES[measure][3] else -1
        return tuple(sign * change for change in self.changes(measure))


def _read(path: Path, *columns: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if lacking := [name for name in columns if name not in (rows.fieldnames or ())]:
            raise ColumnsError(f"{path.name}: without the column {' '.join(lacking)}")
        return list(rows)


class ColumnsError(Exception):
    """Raised when a file has not the columns that it must have."""


# The constraints.


def violations(witness: Witness, published: Published, assumed: Assumed) -> list[str]:
    """Return the constraints that a witness violates, one line each."""
    measures = set(witness.rows)
    if measures & set(CORE_SET) and measures != set(CORE_SET):
        return ["a row of the core set without the others: no whole cohort is shown to have it"]
    if not measures & set(CORE_SET) and len(measures) != 1:
        return [f"{len(measures)} rows outside the core set, expected 1"]
    for measure, (before, after) in witness.rows.items():
        if {len(before), len(after)} != {published.patients(measure)}:
            return [f"{measure}: expected {published.patients(measure)} pairs"]
    found = [
        line
        for measure in witness.rows
        for line in _row_faults(witness, measure, published, assumed)
    ]
    if measures != set(CORE_SET):
        return found + (["sex is only of the core set"] if witness.female else [])
    if len(witness.female) != published.counts["analysed"]:
        return [*found, f"expected the sex of {published.counts['analysed']} patients"]
    return found + list(_core_faults(witness, published, assumed))


def _row_faults(
    witness: Witness, measure: str, published: Published, assumed: Assumed
) -> Iterator[str]:
    _, low, high, _ = SCALES[measure]
    columns = dict(zip(("baseline", "end"), witness.rows[measure], strict=True))
    for value in itertools.chain(*columns.values()):
        on_step = any((value / step).denominator == 1 for step in assumed.steps_of(measure))
        if not on_step or value < low or (high is not None and value > high):
            yield f"{measure}: {value} is not on the scale"
    for time, values in (*columns.items(), ("change", witness.changes(measure))):
        for name, quartile in zip(("q1", "median", "q3"), quartiles(values), strict=True):
            printed = published.table2[measure, time, name]
            if not rounds_to(quartile, printed):
                yield f"{measure}: {name} of {time} is {float(quartile)}, printed {printed}"
    p, printed = asymptotic_p(witness.changes(measure)), published.table2[measure, "change", "p"]
    if not (p < float(printed[1:]) if printed.startswith("<") else rounds_to(p, printed)):
        yield f"{measure}: P is {p:.6f}, printed {printed}"
    yield from _inference_faults(witness, measure, published, assumed)


def _inference_faults(
    witness: Witness, measure: str, published: Published, assumed: Assumed
) -> Iterator[str]:
    """Check what was inferred from the text about single rows outside the core set."""
    counts, (before, after) = published.counts, witness.rows[measure]
    if measure == "swallowing" and assumed.swallowing_follows_dysphagia:
        spared = counts["analysed"] - counts["dysphagia"]
        if sum(value == SCALES[measure][2] for value in before) != spared:
            yield f"swallowing: not {spared} patients without dysphagia"
    if measure == "mrs" and assumed.bedridden_has_mrs_5:
        bedridden = sum(value == BEDRIDDEN for value in after)
        if bedridden < counts["amended_stopped"]:
            yield f"mrs: no patient with grade {BEDRIDDEN} at the end"


def quartiles(values: Values) -> Values:
    """Compute quartiles as SPSS's HAVERAGE does: at rank (n + 1) p, interpolated."""
    ordered, found = sorted(values), []
    for quarter in (1, 2, 3):
        rank = Fraction((len(ordered) + 1) * quarter, 4)
        below = math.floor(rank)
        lower, upper = ordered[below - 1], ordered[min(below, len(ordered) - 1)]
        found.append(lower + (rank - below) * (upper - lower))
    return tuple(found)


def rounds_to(value: Fraction | float, printed: str) -> bool:
    """Whether a value rounds to a printed number, halves away from zero."""
    unit = 10 ** len(printed.partition(".")[2])
    rounded = math.floor(abs(Fraction(value)) * unit + Fraction(1, 2))
    return Fraction(rounded, unit) * (-1 if value < 0 else 1) == Fraction(printed)


def doubled_ranks(values: Sequence[Fraction]) -> list[int]:
    """Return twice the mid-ranks of values."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered)))}
    count = Counter(values)
    return [2 * first[value] + count[value] + 1 for value in values]


def asymptotic_p(changes: Values) -> float:
    """Compute the signed-rank P as SPSS does: zeros dropped, ties corrected, no continuity."""
    used = [change for change in changes if change]
    ranks = doubled_ranks([abs(change) for change in used])
    # The sum of signed ranks has mean 0 and the sum of the squared ranks as its variance.
    total = sum(rank if change > 0 else -rank for change, rank in zip(used, ranks, strict=True))
    spread = sum(rank * rank for rank in ranks)
    return math.erfc(abs(total) / math.sqrt(2 * spread)) if used else 1.0


def exact_p(changes: Values) -> Fraction:
    """Compute the exact two-sided signed-rank P, zeros dropped: all signs are equally likely."""
    used = [change for change in changes if change]
    ranks = doubled_ranks([abs(change) for change in used])
    ways = Counter({0: 1})
    for rank in ranks:
        ways += Counter({total + rank: many for total, many in ways.items()})
    plus = sum(rank for change, rank in zip(used, ranks, strict=True) if change > 0)
    smaller = min(plus, sum(ranks) - plus)
    tail = sum(many for total, many in ways.items() if total <= smaller)
    return min(Fraction(1), Fraction(2 * tail, 2 ** len(used)))


def _range(measure: str, female: bool, assumed: Assumed) -> int:
    """Return the range of a core set measure, in its unit."""
    limit = assumed.ck_limits[female]
    return CK_RANGE * limit if measure == "ck" else SCALES[measure][2] or 0


def _score(improvements: Mapping[str, Fraction], female: bool, assumed: Assumed) -> Fraction:
    """Compute the Total Improvement Score of the improvements of one patient."""
    total = Fraction(0)
    for measure, (cuts, points) in CORE_SET.items():
        percent = 100 * improvements[measure] / _range(measure, female, assumed)
        total += Fraction(points[sum(percent > cut for cut in cuts)])
    return total


def scores(witness: Witness, assumed: Assumed) -> list[Fraction]:
    """Return the Total Improvement Score of every patient at the end."""
    better = {measure: witness.better(measure) for measure in CORE_SET}
    return [
        _score({measure: better[measure][patient] for measure in CORE_SET}, female, assumed)
        for patient, female in enumerate(witness.female)
    ]


def _core_faults(witness: Witness, published: Published, assumed: Assumed) -> Iterator[str]:
    counts, at_end, best = published.counts, scores(witness, assumed), []
    for category, patients, lasts in (
        ("responder", "responders", assumed.response_maintained),
        ("minimal", "minimal", assumed.improvement_maintained),
    ):
        # Where it need not last, fewer may end with so many points, and never more.
        reached = sum(score >= counts[f"{category}_score"] for score in at_end)
        if reached > counts[patients] or (lasts and reached < counts[patients]):
            yield f"{reached} patients end with {counts[f'{category}_score']} points or more"
    if sum(witness.female) != counts["females"]:
        yield f"{sum(witness.female)} women, printed {counts['females']}"
    better = {m: witness.better(m) for m in CORE_SET}
    for patient, female in enumerate(witness.female):
        values = {m: witness.rows[m][0][patient] for m in CORE_SET}
        best.append(_highest_score(values, female, assumed))
        if assumed.minimal_disability and not _disabled(values, female, counts, assumed):
            yield f"patient {patient + 1} does not meet the minimal-disability criterion"
        change = {m: better[m][patient] for m in CORE_SET}
        if assumed.no_imacs_worsening and _worse(values, change):
            yield f"patient {patient + 1} meets the definition of worsening"
    yield from _course_faults(sorted(zip(at_end, best, strict=True), reverse=True), counts)


def _highest_score(baseline: Mapping[str, Fraction], female: bool, assumed: Assumed) -> Fraction:
    """Score the best possible end: every measure at the best end of its scale, CK at 0."""
    best = {m: _range(m, female, assumed) - v if SCALES[m][3] else v for m, v in baseline.items()}
    return _score(best, female, assumed)


def _disabled(
    baseline: Mapping[str, Fraction], female: bool, counts: Mapping[str, int], assumed: Assumed
) -> bool:
    """Whether a patient has lost strength enough and has other measures that are abnormal."""
    top = SCALES["mmt"][2] or 0
    abnormal = [
        *(baseline[m] >= VAS_ABNORMAL for m in CORE_SET if m.endswith(("global", "muscular"))),
        baseline["haq"] >= HAQ_ABNORMAL,
        baseline["ck"] > CK_ABNORMAL * assumed.ck_limits[female],
    ]
    lost = 100 * (top - baseline["mmt"]) >= counts["minimal_muscle_loss"] * top
    return lost and sum(abnormal) >= counts["minimal_other_abnormal"]


def _worse(baseline: Mapping[str, Fraction], better: Mapping[str, Fraction]) -> bool:
    """Whether a patient meets the IMACS definition of worsening."""

    def fallen(measure: str, percent: int) -> bool:
        start = baseline[measure]
        return start > 0 and 100 * better[measure] <= -percent * start

    together = better["physician_global"] <= -WORSE_CM and fallen("mmt", WORSE_STRENGTH)
    many = sum(fallen(measure, WORSE_PERCENT) for measure in CORE_SET) >= WORSE_COUNT
    return together or better["extramuscular"] <= -WORSE_CM or many


def _course_faults(
    ordered: Sequence[tuple[Fraction, Fraction]], counts: Mapping[str, int]
) -> Iterator[str]:
    """Check that baselines allow what was reached before the end; best scores come first."""
    responders, improved = counts["responders"], counts["minimal"]
    if any(best < counts["responder_score"] for _, best in ordered[:responders]):
        yield "a responder whose baseline does not allow a response"
    if any(best < counts["minimal_score"] for _, best in ordered[:improved]):
        yield "an improvement that a baseline does not allow"
    could = sum(best >= counts["minimal_score"] for _, best in ordered[improved:])
    if could < counts["minimal_lost"]:
        yield f"only {could} of the others could improve before the end"


# The quantities.


def value_fault(
    witness: Witness, key: Key, stated: str, published: Published, assumed: Assumed
) -> str | None:
    """Return what is wrong with the value of the quantity, if anything."""
    quantity, measure = key.quantity, key.measure
    needed = {measure} if measure in SCALES and measure not in CORE_SET else set(CORE_SET)
    if set(witness.rows) != needed:
        return f"expected the rows {' '.join(sorted(needed))}"
    if stated == UNBOUNDED:
        return _bounded(witness, key, published, assumed)
    value = Fraction(stated)
    if quantity == "spearman":
        sign, square = _correlation(witness, *measure.split(" and "))
        return None if sign * square == value * abs(value) else f"the correlation is not {stated}"
    if quantity.startswith("tis_"):
        found = score_value(quantity, scores(witness, assumed), published)
    else:
        found = row_value(quantity, measure, witness)
    return None if found == value else f"the value is {found}, stated {stated}"


def row_value(quantity: str, measure: str, witness: Witness) -> Fraction:
    """Compute a quantity of one row."""
    changes, better = witness.changes(measure), witness.better(measure)
    if quantity == "hodges_lehmann":
        sums = sorted(a + b for a, b in itertools.combinations_with_replacement(changes, 2))
        return (sums[(len(sums) - 1) // 2] + sums[len(sums) // 2]) / 4
    computed: dict[str, Callable[[], Fraction]] = {
        "exact_p": lambda: exact_p(changes),
        "mean_change": lambda: sum(changes, Fraction(0)) / len(changes),
        "improved": lambda: Fraction(sum(change > 0 for change in better)),
        "unchanged": lambda: Fraction(better.count(Fraction(0))),
        "worsened": lambda: Fraction(sum(change < 0 for change in better)),
    }
    return computed[quantity]()


def score_value(quantity: str, unordered: list[Fraction], published: Published) -> Fraction:
    """Compute a quantity of the scores at the end."""
    best_first = sorted(unordered, reverse=True)
    return {
        "tis_mean": sum(best_first, Fraction(0)) / len(best_first),
        "tis_median": best_first[len(best_first) // 2],
        "tis_max": best_first[0],
        "tis_min": best_first[-1],
        "tis_min_responder": best_first[published.counts["responders"] - 1],
        "tis_major": Fraction(sum(score >= MAJOR for score in best_first)),
        "tis_zero": Fraction(best_first.count(Fraction(0))),
    }[quantity]


def _correlation(witness: Witness, one: str, other: str) -> tuple[int, Fraction]:
    """Return the sign and the square of Spearman's correlation of two changes, exactly."""
    columns = []
    for measure in (one, other):
        ranks = doubled_ranks(witness.changes(measure))
        columns.append([rank - len(ranks) - 1 for rank in ranks])  # twice the rank, less its mean
    together = sum(a * b for a, b in zip(*columns, strict=True))
    spread = math.prod(sum(a * a for a in column) for column in columns)
    return (together > 0) - (together < 0), Fraction(together**2, spread) if spread else Fraction(0)


def _bounded(witness: Witness, key: Key, published: Published, assumed: Assumed) -> str | None:
    """Test that a mean has no bound: the outermost change can move out without limit.

    It is moved far beyond every number with which a rule compares. If all constraints hold there,
    they hold however much further it moves, since no comparison changes.
    """
    before, after = map(list, witness.rows[key.measure])
    changes = witness.changes(key.measure)
    if key.side == "maximum":
        after[changes.index(max(changes))] += FAR
    else:
        before[changes.index(min(changes))] += FAR
    moved = replace(witness, rows={**witness.rows, key.measure: (tuple(before), tuple(after))})
    faults = violations(moved, published, assumed)
    return f"the outermost change cannot move on: {faults[0]}" if faults else None


# Why nothing can lie beyond some of the bounds.

_INFINITE = "nothing lies beyond an infinite value"


def nothing_beyond(key: Key, stated: str, published: Published, assumed: Assumed) -> str | None:
    """Return a short argument why no cohort goes beyond a bound; None if this file has none.

    What an argument rests on is stated with it, and it is given only as far as that is assumed: a
    quartile is bounded in the assumed steps, a score by the improvements that are maintained.
    """
    if stated == UNBOUNDED:
        return _INFINITE
    quantity, value, low = key.quantity, Fraction(stated), key.side == "minimum"
    if quantity == "spearman" and abs(value) == 1:
        return "no correlation lies beyond 1 or -1"
    if quantity in ("improved", "unchanged", "worsened"):
        counted = _count_range(quantity, key.measure, published, assumed)[not low]
        return "counted from the printed quartiles of the change" if value == counted else None
    if quantity.startswith("tis_"):
        extreme = _extreme_scores(published, assumed, low, quantity)
        if value == score_value(quantity, extreme, published):
            return "follows from the numbers of patients with minimal and moderate improvement"
    return None


def _count_range(
    quantity: str, measure: str, published: Published, assumed: Assumed
) -> tuple[int, int]:
    """Return the fewest and most patients who improved, were unchanged or worsened.

    If the k-th change in order is below zero, k changes are; if it is not below zero, at most k - 1
    are. Of a quartile between two changes the lower one is at most the quartile, the upper one at
    least. This rests on the printed quartiles and on the step of changes, so that an alternative
    matters by its steps alone.
    """
    size = published.patients(measure)
    below, above = [0, size], [0, size]  # fewest and most changes below and above zero
    unit = assumed.unit(measure)
    for quarter, name in enumerate(("q1", "median", "q3"), 1):
        printed = published.table2[measure, "change", name]
        half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
        rank = Fraction((size + 1) * quarter, 4)
        lower, upper = math.floor(rank), math.ceil(rank)  # the ranks around the quartile
        # A quartile at one rank is a change, so some of the interval is out of reach. With several
        # steps, their common unit gives more changes than there are, which can only widen.
        values = [Fraction(printed) - half, Fraction(printed) + half]
        if lower == upper:
            first = math.floor(values[0] / unit)
            in_reach = [
                n * unit
                for n in range(first, first + math.ceil(2 * half / unit) + 2)
                if rounds_to(n * unit, printed)
            ]
            values = [min(in_reach), max(in_reach)]
        least, most = values
        if most < 0:
            below[0] = max(below[0], lower)
        if least >= 0:
            below[1] = min(below[1], upper - 1)
        if least > 0:
            above[0] = max(above[0], size - upper + 1)
        if most <= 0:
            above[1] = min(above[1], size - lower)
    if quantity == "unchanged":
        return max(0, size - below[1] - above[1]), size - below[0] - above[0]
    improved = above if SCALES[measure][3] else below
    worsened = below if SCALES[measure][3] else above
    low, high = improved if quantity == "improved" else worsened
    return low, high


def _extreme_scores(
    published: Published, assumed: Assumed, minimum: bool, quantity: str
) -> list[Fraction]:
    """Return the lowest or highest scores of all patients that the printed counts allow.

    Scores are multiples of `POINTS` from 0 to 100. More zeros mean lower scores. Where a response
    or an improvement need not last, its lower limit falls away. That ten end with less than minimal
    improvement, and one of the others with less than moderate, is assumed in every alternative.
    """
    counts = published.counts
    responders, improved = counts["responders"], counts["minimal"]
    minimal = counts["minimal_score"] if assumed.improvement_maintained else 0
    moderate = counts["responder_score"] if assumed.response_maintained else minimal
    lowest = (quantity == "tis_zero") != minimum
    groups = (
        (responders, moderate, Fraction(100)),
        (improved - responders, minimal, counts["responder_score"] - POINTS),
        (counts["analysed"] - improved, 0, counts["minimal_score"] - POINTS),
    )
    return [
        Fraction(least if lowest else most) for size, least, most in groups for _ in range(size)
    ]


# The files.


class Table(NamedTuple):
    """A table of bounds, the witnesses of those that are sharp, and what may be assumed in it."""

    bounds: str
    witnesses: str
    alternatives: Mapping[str, Assumed]

    def columns(self, *others: str) -> list[str]:
        """Return the columns that a file of this table must have."""
        return [*Key._fields["" in self.alternatives :], *others]


MAIN_TABLE = Table("bounds.csv", "witnesses_synthetic.csv", {"": MAIN})
SENSITIVITY = Table("sensitivity.csv", "sensitivity_witnesses_synthetic.csv", ALTERNATIVES)
TABLES = MAIN_TABLE, SENSITIVITY


def _keyed(
    path: Path, table: Table, *columns: str
) -> tuple[list[tuple[str, Key, dict[str, str]]], list[str]]:
    """Read a file: where each row stands, what it is of, and its cells; and the faults in it."""
    found, faults = [], []
    for number, row in enumerate(_read(path, *table.columns(*columns)), 2):
        where = f"{path.name}, row {number}"
        if None in row or None in row.values():
            faults.append(f"{where}: must have one cell for each column")
            continue
        key = Key(row.get("alternative", ""), row["quantity"], row["measure"], row["side"])
        if key.alternative not in table.alternatives:
            known = " ".join(table.alternatives)
            must = f"must be one of {known}" if known else "must be empty"
            faults.append(f"{where}: alternative {must}, got {key.alternative!r}")
            continue
        found.append((where, key, row))
    return found, faults


def read_witnesses(path: Path, table: Table) -> tuple[dict[Key, Witness], list[str]]:
    """Read the witnesses of a file, by bound, and the faults in it."""
    found: dict[Key, Witness] = {}
    rows, faults = _keyed(path, table, "scope", "row", "step", "sex", "baseline", "end")
    for where, key, row in rows:
        if (name := row["row"]) not in SCALES:
            faults.append(f"{where}: row must be one of {' '.join(SCALES)}, got {name!r}")
            continue
        unit = table.alternatives[key.alternative].unit(name)
        try:
            step = Fraction(row["step"])
            before, after = (
                tuple(int(whole) * step for whole in row[time].split())
                for time in ("baseline", "end")
            )
            female = tuple("mf".index(sex) == 1 for sex in row["sex"])
        except (ValueError, ArithmeticError):
            faults.append(
                f"{where}: values must be whole numbers of steps, the step a number, sexes m or f"
            )
            continue
        if step != unit:
            faults.append(f"{where}: step of {name} must be {unit}, got {step}")
            continue
        scope = "core_set" if name in CORE_SET else "row"
        if row["scope"] != scope:
            faults.append(f"{where}: column scope: {row['scope']!r}, must be {scope!r} for {name}")
        witness = found.setdefault(key, Witness(female, {}))
        if name in witness.rows or female != witness.female:
            faults.append(f"{where}: a second row of {name}, or another column of sexes")
        witness.rows[name] = before, after
    return found, faults


@dataclass(frozen=True)
class Verdict:
    """What was found of a bound."""

    witnessed: bool  #: whether it has a witness
    reason: str | None  #: why nothing lies beyond it; None where that rests on the solver


def check(folder: Path, table: Table, published: Published) -> tuple[list[str], dict[Key, Verdict]]:
    """Check all witnesses of a table; return the faults, and what was found of each bound."""
    try:
        rows, faults = _keyed(folder / table.bounds, table, "value", "proven")
        witnesses, others = read_witnesses(folder / table.witnesses, table)
    except ColumnsError as error:
        return [str(error)], {}
    faults += others
    bounds = {key: row for _, key, row in rows}
    found = {}
    for key, row in bounds.items():
        assumed, witness = table.alternatives[key.alternative], witnesses.get(key)
        try:
            reason = nothing_beyond(key, row["value"], published, assumed)
            lines = _witness_faults(witness, key, row, published, assumed)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            faults.append(f"{table.bounds}: {key}: not a bound: {error!r}")
            continue
        faults += [f"{table.witnesses}: {key}: {line}" for line in lines]
        found[key] = Verdict(witness is not None, reason)
    faults += [f"{table.witnesses}: {key}: no such bound" for key in witnesses if key not in bounds]
    return faults, found


def _witness_faults(
    witness: Witness | None,
    key: Key,
    bound: Mapping[str, str],
    published: Published,
    assumed: Assumed,
) -> list[str]:
    if witness is None:
        sharp = bound["proven"] == "sharp"
        return ["called sharp, but without a witness"] if sharp else []
    if lines := violations(witness, published, assumed):
        return lines
    wrong = value_fault(witness, key, bound["value"], published, assumed)
    return [wrong] if wrong else []


def main(arguments: list[str]) -> int:
    """Check, and print what was found."""
    listed = "--list" in arguments
    folders = [each for each in arguments if each != "--list"]
    if len(folders) > 1 or any(each.startswith("-") for each in folders):
        print("usage: python check_witnesses.py [--list] [DIR]", file=sys.stderr)
        return 2
    folder = Path(folders[0]) if folders else Path(__file__).parent
    try:
        published = Published.read(Path(__file__).resolve().parent.parent / "published")
        checked = [(table, *check(folder, table, published)) for table in TABLES]
    except OSError as error:
        print(f"{error.filename}: cannot be read: {error.strerror}", file=sys.stderr)
        return 1
    except (KeyError, ValueError, csv.Error) as error:
        # A file that is not UTF-8 would stand whole in the representation of its error.
        print(f"{folder}: cannot be checked: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if faults := [line for _, lines, _ in checked for line in lines]:
        print("\n".join(faults), file=sys.stderr)
        return 1
    for table, _, found in checked:
        if listed:
            _list(found)
        _summarise(table, list(found.values()))
    return 0


def _list(found: Mapping[Key, Verdict]) -> None:
    for key, verdict in found.items():
        attained = "moved outward without limit" if verdict.reason == _INFINITE else "attained"
        witness = attained if verdict.witnessed else "no witness in the file"
        print(f"{key}: {witness}; {verdict.reason or 'nothing beyond: by the solver alone'}")


def _summarise(table: Table, found: Sequence[Verdict]) -> None:
    witnessed = [verdict.reason for verdict in found if verdict.witnessed]
    infinite = witnessed.count(_INFINITE)
    short = sum(verdict.reason is not None for verdict in found)
    under = "" if "" in table.alternatives else ", each under its altered assumption"
    print(
        f"Of {len(found)} bounds of {table.bounds} {len(witnessed) - infinite} are attained by the "
        f"synthetic values of {table.witnesses}, which meet every constraint{under}; {infinite} "
        "are infinite: one of the values can be moved outward without limit.\nThat nothing lies "
        f"beyond follows by a short argument for {short}, and rests on the solver for "
        f"{len(found) - short}."
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
