"""Check the synthetic witnesses of the bounds by arithmetic, with Python's standard library alone.

    python check_witnesses.py [--list] [DIR]

DIR is a folder with ``bounds.csv`` and ``witnesses_synthetic.csv``, by default the one of this
file; the published numbers are read from ``published`` beside it. Nothing of tisstats, no solver
and no other library is imported, so that a reader can follow every step here. The arithmetic is
exact, in whole steps of the scales and in fractions, except the asymptotic P value.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

BOUNDS, WITNESSES = "bounds.csv", "witnesses_synthetic.csv"

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

#: Assumed upper limits of normal of CK, U/L, of men and women; its range, multiples of them; and
#: above which multiple it is abnormal. What is abnormal in the HAQ, and on a scale in cm.
CK_LIMITS = (171, 145)
CK_RANGE, CK_ABNORMAL = 15, Fraction(3, 2)
HAQ_ABNORMAL, VAS_ABNORMAL = Fraction(1, 4), 2

#: IMACS worsening at one visit: physician global activity by so many cm with muscle strength by so
#: many per cent of its baseline; extramuscular activity by so many cm; so many measures by so many
#: per cent of their baselines (a baseline of 0 does not count).
WORSE_CM, WORSE_STRENGTH, WORSE_COUNT, WORSE_PERCENT = 2, 20, 3, 30

#: Grade of the patient who stopped the study bedridden.
BEDRIDDEN = 5

#: What stands for no bound, and a change, in steps, beyond every number that a rule compares with.
UNBOUNDED, FAR = "unbounded", 10**12

Rows = dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
Key = tuple[str, str, str]


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
    """Synthetic values that attain a bound, in whole steps of each scale."""

    female: tuple[bool, ...]  #: by patient; empty for a row outside the core set
    rows: Rows  #: by measure, values at baseline and at the end, patients in one order

    def changes(self, measure: str) -> tuple[int, ...]:
        """End minus baseline, in steps."""
        return tuple(e - b for b, e in zip(*self.rows[measure], strict=True))

    def better(self, measure: str) -> tuple[int, ...]:
        """Improvement, in steps."""
        sign = 1 if SCALES[measure][3] else -1
        return tuple(sign * change for change in self.changes(measure))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The constraints.


def violations(witness: Witness, published: Published) -> list[str]:
    """Return the constraints that a witness violates, one line each."""
    measures = set(witness.rows)
    if measures & set(CORE_SET) and measures != set(CORE_SET):
        return ["a row of the core set without the others: no whole cohort is shown to have it"]
    if not measures & set(CORE_SET) and len(measures) != 1:
        return [f"{len(measures)} rows outside the core set, expected 1"]
    for measure, (before, after) in witness.rows.items():
        if {len(before), len(after)} != {published.patients(measure)}:
            return [f"{measure}: expected {published.patients(measure)} pairs"]
    found = [line for measure in witness.rows for line in _row_faults(witness, measure, published)]
    if measures != set(CORE_SET):
        return found + (["sex is only of the core set"] if witness.female else [])
    if len(witness.female) != published.counts["analysed"]:
        return [*found, f"expected the sex of {published.counts['analysed']} patients"]
    return found + list(_core_faults(witness, published))


def _row_faults(witness: Witness, measure: str, published: Published) -> Iterator[str]:
    step, low, high, _ = SCALES[measure]
    columns = dict(zip(("baseline", "end"), witness.rows[measure], strict=True))
    for value in itertools.chain(*columns.values()):
        if value * step < low or (high is not None and value * step > high):
            yield f"{measure}: {value * step} is not on the scale"
    for time, values in (*columns.items(), ("change", witness.changes(measure))):
        for name, quartile in zip(("q1", "median", "q3"), quartiles(values), strict=True):
            printed = published.table2[measure, time, name]
            if not rounds_to(quartile * step, printed):
                yield f"{measure}: {name} of {time} is {float(quartile * step)}, printed {printed}"
    p, printed = asymptotic_p(witness.changes(measure)), published.table2[measure, "change", "p"]
    if not (p < float(printed[1:]) if printed.startswith("<") else rounds_to(p, printed)):
        yield f"{measure}: P is {p:.6f}, printed {printed}"
    spared = published.counts["analysed"] - published.counts["dysphagia"]
    if measure == "swallowing" and columns["baseline"].count(high or 0) != spared:
        yield f"swallowing: not {spared} patients without dysphagia"
    if measure == "mrs" and columns["end"].count(BEDRIDDEN) < published.counts["amended_stopped"]:
        yield f"mrs: no patient with grade {BEDRIDDEN} at the end"


def quartiles(values: tuple[int, ...]) -> list[Fraction]:
    """Compute quartiles as SPSS's HAVERAGE does: at rank (n + 1) p, interpolated."""
    ordered, found = sorted(values), []
    for quarter in (1, 2, 3):
        rank = Fraction((len(ordered) + 1) * quarter, 4)
        below = math.floor(rank)
        lower, upper = ordered[below - 1], ordered[min(below, len(ordered) - 1)]
        found.append(lower + (rank - below) * (upper - lower))
    return found


def rounds_to(value: Fraction | float, printed: str) -> bool:
    """Whether a value rounds to a printed number, halves away from zero."""
    unit = 10 ** len(printed.partition(".")[2])
    rounded = math.floor(abs(Fraction(value)) * unit + Fraction(1, 2))
    return Fraction(rounded, unit) * (-1 if value < 0 else 1) == Fraction(printed)


def doubled_ranks(values: list[int]) -> list[int]:
    """Return twice the mid-ranks of values."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered)))}
    count = Counter(values)
    return [2 * first[value] + count[value] + 1 for value in values]


def asymptotic_p(changes: tuple[int, ...]) -> float:
    """Compute the signed-rank P as SPSS does: zeros dropped, ties corrected, no continuity."""
    used = [change for change in changes if change]
    ranks = doubled_ranks([abs(change) for change in used])
    # The sum of signed ranks has mean 0 and the sum of the squared ranks as its variance.
    total = sum(rank if change > 0 else -rank for change, rank in zip(used, ranks, strict=True))
    spread = sum(rank * rank for rank in ranks)
    return math.erfc(abs(total) / math.sqrt(2 * spread)) if used else 1.0


def exact_p(changes: tuple[int, ...]) -> Fraction:
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


def _range(measure: str, female: bool) -> int:
    """Return the range of a core set measure, in its unit."""
    return CK_RANGE * CK_LIMITS[female] if measure == "ck" else SCALES[measure][2] or 0


def _score(improvements: dict[str, int], female: bool) -> Fraction:
    """Compute the Total Improvement Score of improvements in steps."""
    total = Fraction(0)
    for measure, (cuts, points) in CORE_SET.items():
        percent = 100 * improvements[measure] * SCALES[measure][0] / _range(measure, female)
        total += Fraction(points[sum(percent > cut for cut in cuts)])
    return total


def scores(witness: Witness) -> list[Fraction]:
    """Return the Total Improvement Score of every patient at the end."""
    better = {measure: witness.better(measure) for measure in CORE_SET}
    return [
        _score({measure: better[measure][patient] for measure in CORE_SET}, female)
        for patient, female in enumerate(witness.female)
    ]


def _core_faults(witness: Witness, published: Published) -> Iterator[str]:
    counts, at_end, best = published.counts, scores(witness), []
    for category, patients in (("responder", "responders"), ("minimal", "minimal")):
        reached = sum(score >= counts[f"{category}_score"] for score in at_end)
        if reached != counts[patients]:
            yield f"{reached} patients end with {counts[f'{category}_score']} points or more"
    if sum(witness.female) != counts["females"]:
        yield f"{sum(witness.female)} women, printed {counts['females']}"
    for patient, female in enumerate(witness.female):
        values = {m: witness.rows[m][0][patient] * SCALES[m][0] for m in CORE_SET}
        best.append(_highest_score(values, female))
        if not _disabled(values, female, counts):
            yield f"patient {patient + 1} does not meet the minimal-disability criterion"
        change = {m: witness.better(m)[patient] * SCALES[m][0] for m in CORE_SET}
        if _worse(values, change):
            yield f"patient {patient + 1} meets the definition of worsening"
    yield from _course_faults(sorted(zip(at_end, best, strict=True), reverse=True), counts)


def _highest_score(baseline: dict[str, Fraction], female: bool) -> Fraction:
    """Score the best possible end: every measure at the best end of its scale, CK at 0."""
    best = {m: _range(m, female) - v if SCALES[m][3] else v for m, v in baseline.items()}
    return _score({m: int(v / SCALES[m][0]) for m, v in best.items()}, female)


def _disabled(baseline: dict[str, Fraction], female: bool, counts: dict[str, int]) -> bool:
    """Whether a patient has lost strength enough and has other measures that are abnormal."""
    top = SCALES["mmt"][2] or 0
    abnormal = [
        *(baseline[m] >= VAS_ABNORMAL for m in CORE_SET if m.endswith(("global", "muscular"))),
        baseline["haq"] >= HAQ_ABNORMAL,
        baseline["ck"] > CK_ABNORMAL * CK_LIMITS[female],
    ]
    lost = 100 * (top - baseline["mmt"]) >= counts["minimal_muscle_loss"] * top
    return lost and sum(abnormal) >= counts["minimal_other_abnormal"]


def _worse(baseline: dict[str, Fraction], better: dict[str, Fraction]) -> bool:
    """Whether a patient meets the IMACS definition of worsening."""

    def fallen(measure: str, percent: int) -> bool:
        start = baseline[measure]
        return start > 0 and 100 * better[measure] <= -percent * start

    together = better["physician_global"] <= -WORSE_CM and fallen("mmt", WORSE_STRENGTH)
    many = sum(fallen(measure, WORSE_PERCENT) for measure in CORE_SET) >= WORSE_COUNT
    return together or better["extramuscular"] <= -WORSE_CM or many


def _course_faults(
    ordered: list[tuple[Fraction, Fraction]], counts: dict[str, int]
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


def value_fault(witness: Witness, key: Key, stated: str, published: Published) -> str | None:
    """Return what is wrong with the value of the quantity, if anything."""
    quantity, measure, side = key
    needed = {measure} if measure in SCALES and measure not in CORE_SET else set(CORE_SET)
    if set(witness.rows) != needed:
        return f"expected the rows {' '.join(sorted(needed))}"
    if stated == UNBOUNDED:
        return _bounded(witness, measure, side, published)
    value = Fraction(stated)
    if quantity == "spearman":
        sign, square = _correlation(witness, *measure.split(" and "))
        return None if sign * square == value * abs(value) else f"the correlation is not {stated}"
    if quantity.startswith("tis_"):
        found = score_value(quantity, scores(witness), published)
    else:
        found = row_value(quantity, measure, witness)
    return None if found == value else f"the value is {found}, stated {stated}"


def row_value(quantity: str, measure: str, witness: Witness) -> Fraction:
    """Compute a quantity of one row."""
    changes, better = witness.changes(measure), witness.better(measure)
    step = SCALES[measure][0]
    if quantity == "hodges_lehmann":
        sums = sorted(a + b for a, b in itertools.combinations_with_replacement(changes, 2))
        return (sums[(len(sums) - 1) // 2] + sums[len(sums) // 2]) * step / 4
    computed: dict[str, Callable[[], Fraction]] = {
        "exact_p": lambda: exact_p(changes),
        "mean_change": lambda: sum(changes) * step / len(changes),
        "improved": lambda: Fraction(sum(change > 0 for change in better)),
        "unchanged": lambda: Fraction(better.count(0)),
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
        ranks = doubled_ranks(list(witness.changes(measure)))
        columns.append([rank - len(ranks) - 1 for rank in ranks])  # twice the rank, less its mean
    together = sum(a * b for a, b in zip(*columns, strict=True))
    spread = math.prod(sum(a * a for a in column) for column in columns)
    return (together > 0) - (together < 0), Fraction(together**2, spread) if spread else Fraction(0)


def _bounded(witness: Witness, measure: str, side: str, published: Published) -> str | None:
    """Test that a mean has no bound: the outermost change can move out without limit.

    It is moved far beyond every number with which a rule compares. If all constraints hold there,
    they hold however much further it moves, since no comparison changes.
    """
    before, after = map(list, witness.rows[measure])
    changes = witness.changes(measure)
    if side == "maximum":
        after[changes.index(max(changes))] += FAR
    else:
        before[changes.index(min(changes))] += FAR
    moved = replace(witness, rows={**witness.rows, measure: (tuple(before), tuple(after))})
    faults = violations(moved, published)
    return f"the outermost change cannot move on: {faults[0]}" if faults else None


# Why nothing can lie beyond some of the bounds.

_INFINITE = "nothing lies beyond an infinite value"


def nothing_beyond(key: Key, stated: str, published: Published) -> str | None:
    """Return a short argument why no cohort goes beyond a bound; None if this file has none."""
    quantity, measure, side = key
    if stated == UNBOUNDED:
        return _INFINITE
    value, low = Fraction(stated), side == "minimum"
    if quantity == "spearman" and abs(value) == 1:
        return "no correlation lies beyond 1 or -1"
    counted = quantity in ("improved", "unchanged", "worsened")
    if counted and value == _count_range(quantity, measure, published)[not low]:
        return "counted from the printed quartiles of the change"
    extreme = _extreme_scores(published, low, quantity)
    if quantity.startswith("tis_") and value == score_value(quantity, extreme, published):
        return "follows from the numbers of patients with minimal and moderate improvement"
    return None


def _count_range(quantity: str, measure: str, published: Published) -> tuple[int, int]:
    """Return the fewest and most patients who improved, were unchanged or worsened.

    If the k-th change in order is below zero, k changes are; if it is not below zero, at most k - 1
    are. Of a quartile between two changes the lower one is at most the quartile, the upper one at
    least.
    """
    size = published.patients(measure)
    below, above = [0, size], [0, size]  # fewest and most changes below and above zero
    step = SCALES[measure][0]
    for quarter, name in enumerate(("q1", "median", "q3"), 1):
        printed = published.table2[measure, "change", name]
        half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
        rank = Fraction((size + 1) * quarter, 4)
        lower, upper = math.floor(rank), math.ceil(rank)  # the ranks around the quartile
        # A quartile at one rank lies on the scale, so some of the interval is out of reach.
        values = [Fraction(printed) - half, Fraction(printed) + half]
        if lower == upper:
            first = math.floor(values[0] / step)
            on_scale = [
                n * step
                for n in range(first, first + math.ceil(2 * half / step) + 2)
                if rounds_to(n * step, printed)
            ]
            values = [min(on_scale), max(on_scale)]
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


def _extreme_scores(published: Published, minimum: bool, quantity: str) -> list[Fraction]:
    """Return the lowest or highest scores of all patients that the printed counts allow.

    Scores are multiples of `POINTS` from 0 to 100. More zeros mean lower scores.
    """
    counts = published.counts
    responders, minimal = counts["responders"], counts["minimal"]
    lowest = (quantity == "tis_zero") != minimum
    groups = (
        (responders, counts["responder_score"], Fraction(100)),
        (minimal - responders, counts["minimal_score"], counts["responder_score"] - POINTS),
        (counts["analysed"] - minimal, 0, counts["minimal_score"] - POINTS),
    )
    return [
        Fraction(least if lowest else most) for size, least, most in groups for _ in range(size)
    ]


# The files.


def read_witnesses(path: Path) -> tuple[dict[Key, Witness], list[str]]:
    """Read the witnesses of a file, by bound, and the faults in it."""
    found: dict[Key, Witness] = {}
    faults = []
    for number, row in enumerate(_read(path), 2):
        where = f"{path.name}, row {number}"
        try:
            key = row["quantity"], row["measure"], row["side"]
            name, step = row["row"], Fraction(row["step"])
            before, after = (tuple(map(int, row[time].split())) for time in ("baseline", "end"))
            female = tuple("mf".index(sex) == 1 for sex in row["sex"])
        except (KeyError, ValueError, AttributeError, TypeError, ZeroDivisionError) as error:
            faults.append(f"{where}: not a witness: {error}")
            continue
        if name not in SCALES or step != SCALES[name][0]:
            faults.append(f"{where}: row and step must be of {' '.join(SCALES)}, got {name} {step}")
            continue
        scope = "core_set" if name in CORE_SET else "row"
        if row["scope"] != scope:
            faults.append(f"{where}: column scope: {row['scope']!r}, must be {scope!r} for {name}")
        witness = found.setdefault(key, Witness(female, {}))
        if name in witness.rows or female != witness.female:
            faults.append(f"{where}: a second row of {name}, or another column of sexes")
        witness.rows[name] = before, after
    return found, faults


def check(
    folder: Path, published: Published
) -> tuple[list[str], dict[Key, tuple[bool, str | None]]]:
    """Check all witnesses of a folder.

    Returns the faults, and by bound whether it has a witness and why nothing lies beyond it, None
    where that rests on the solver.
    """
    bounds = {(r["quantity"], r["measure"], r["side"]): r for r in _read(folder / BOUNDS)}
    witnesses, faults = read_witnesses(folder / WITNESSES)
    for key, row in bounds.items():
        name = " ".join(key)
        if key not in witnesses:
            if row["proven"] == "sharp":
                faults.append(f"{WITNESSES}: {name}: called sharp, but without a witness")
            continue
        lines = violations(witnesses[key], published)
        if not lines and (wrong := value_fault(witnesses[key], key, row["value"], published)):
            lines = [wrong]
        faults += [f"{WITNESSES}: {name}: {line}" for line in lines]
    faults += [f"{WITNESSES}: {' '.join(k)}: no such bound" for k in witnesses if k not in bounds]
    return faults, {
        key: (key in witnesses, nothing_beyond(key, row["value"], published))
        for key, row in bounds.items()
    }


def main(arguments: list[str]) -> int:
    """Check, and print what was found."""
    listed = "--list" in arguments
    folders = [each for each in arguments if each != "--list"]
    if len(folders) > 1 or any(each.startswith("-") for each in folders):
        print("usage: python check_witnesses.py [--list] [DIR]", file=sys.stderr)
        return 2
    folder = Path(folders[0]) if folders else Path(__file__).parent
    published = Path(__file__).resolve().parent.parent / "published"
    try:
        faults, found = check(folder, Published.read(published))
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        print(f"{folder}: cannot be checked: {error!r}", file=sys.stderr)
        return 1
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    if listed:
        for key, (has, reason) in found.items():
            witness = "moved outward without end" if reason == _INFINITE else "attained"
            shown = witness if has else "no witness in the file"
            print(f"{' '.join(key)}: {shown}; {reason or 'nothing beyond: by the solver alone'}")
    witnessed = [reason for has, reason in found.values() if has]
    infinite = witnessed.count(_INFINITE)
    short = sum(reason is not None for _, reason in found.values())
    print(
        f"Of {len(found)} bounds {len(witnessed) - infinite} are attained by the synthetic values "
        f"of {WITNESSES}, which meet every constraint; {infinite} are infinite: one of the values "
        "can be moved outward without end.\nThat nothing lies beyond follows by a short argument "
        f"for {short}, and rests on the solver for {len(found) - short}."
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
