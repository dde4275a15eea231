"""Cases for the calculator, and what Python makes of them: exact fractions, then the package."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tisstats.measures import band_points, response_category
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX, MMT_MAXIMA, RESPONSE_CUTOFFS
from tisstats.measures.enzymes import ENZYME_UNITS

VAS_MAX = {"cm": 10, "mm": 100}
SIDES = {"below": -1, "at": 0, "above": 1}
#: How far beside a cut, in the unit of the scale.
BESIDE = ("0.1", "0.01", "0.001")


def decimal_text(value: Fraction) -> str:
    """Write a fraction that ends as a decimal, exactly."""
    text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    assert Fraction(text) == value
    return text


@dataclass
class Case:
    """What is typed, and the range of each measure in the unit that it is typed in."""

    inputs: dict[str, str]
    ranges: dict[str, Fraction]
    hit: list[tuple[str, ...]] = field(default_factory=list)  #: boundaries met on purpose

    def percent(self, measure: str, followup: Fraction | None = None) -> Fraction | None:
        """Improvement in per cent of the range; None where a value is missing."""
        baseline = self.inputs[f"{measure}_baseline"]
        typed = self.inputs[f"{measure}_followup"]
        if not baseline or (followup is None and not typed):
            return None
        change = Fraction(baseline) - (Fraction(typed) if followup is None else followup)
        gain = change if CORE_SET[measure].better == "lower" else -change
        return 100 * gain / self.ranges[measure]

    def best_percent(self, measure: str) -> Fraction | None:
        """Greatest improvement that the baseline allows."""
        lower = CORE_SET[measure].better == "lower"
        return self.percent(measure, Fraction(0) if lower else self.ranges[measure])

    def at_most(self, measure: str) -> float:
        """Most points that a missing measure can have earned: what its other value allows."""
        after = self.inputs[f"{measure}_followup"]
        if self.inputs[f"{measure}_baseline"]:
            return points_of(measure, self.best_percent(measure))
        if after and measure != "enzyme":
            full, now = self.ranges[measure], Fraction(after)
            from_worst = full - now if CORE_SET[measure].better == "lower" else now
            return points_of(measure, 100 * from_worst / full)
        return CORE_SET[measure].points[-1]

    def expected(self) -> dict[str, Any]:
        """What the calculator must answer."""
        population = self.inputs["population"]
        percents = {measure: self.percent(measure) for measure in CORE_SET}
        points = {name: points_of(name, percent) for name, percent in percents.items()}
        best = {name: points_of(name, self.best_percent(name)) for name in CORE_SET}
        most = {name: rule.points[-1] for name, rule in CORE_SET.items()}
        needed = [name for name in ("physician_global", "mmt") if points[name] is None]
        low = high = total = category = None
        if not needed:
            low = sum(value or 0 for value in points.values())
            high = sum(
                self.at_most(name) if value is None else value for name, value in points.items()
            )
            total = None if None in points.values() else low
            low_name, high_name = response_category([low, high], population).tolist()
            category = low_name if low_name == high_name else None
        attainable = None
        if best["physician_global"] is not None and best["mmt"] is not None:
            attainable = sum(most[name] if value is None else value for name, value in best.items())
        return {
            # Python rounds halves of fractions to even, as numpy does.
            "percents": {k: p if p is None else round(p, 9) for k, p in percents.items()},
            "points": points,
            "best": best,
            "needed": needed,
            "low": low,
            "high": high,
            "total": total,
            "category": category,
            "attainable": attainable,
        }


def points_of(measure: str, percent: Fraction | None) -> float | None:
    """Points by the package."""
    return None if percent is None else band_points(float(percent), measure).tolist()


def cases(number: int, seed: int) -> list[Case]:
    """Draw cases; nearly every change meets a cut exactly or lies just beside it."""
    draw = random.Random(seed)
    return [_case(draw, turn) for turn in range(number)]


def _case(draw: random.Random, turn: int) -> Case:
    vas_unit = draw.choice(list(VAS_MAX))
    enzyme = draw.choice(list(ENZYMES))
    value_unit, limit_unit = draw.choices(list(ENZYME_UNITS), k=2)
    highest = 59 if enzyme == "aldolase" else 290  # U/L; the package refuses implausible limits
    uln = Fraction(draw.randint(4 if enzyme == "aldolase" else 20, highest))
    if limit_unit != "U/L":
        uln = Fraction(draw.randint(5, highest * 100 // ENZYME_UNITS[limit_unit]), 100)
    limit = uln * ENZYME_UNITS[limit_unit] / ENZYME_UNITS[value_unit]
    listed = draw.random() < 0.7
    mmt_max = Fraction(draw.choice(list(MMT_MAXIMA)) if listed else draw.randint(20, 600))
    inputs = {
        "population": draw.choice(list(RESPONSE_CUTOFFS)),
        "vas_unit": vas_unit,
        "mmt_max": str(mmt_max) if listed else "other",
        "mmt_max_other": "" if listed else str(mmt_max),
        "enzyme": enzyme,
        "enzyme_unit": value_unit,
        "uln": decimal_text(uln),
        "uln_unit": "" if limit_unit == value_unit and draw.random() < 0.5 else limit_unit,
    }
    ranges = {measure: Fraction(VAS_MAX[vas_unit]) for measure in CORE_SET}
    ranges |= {"mmt": mmt_max, "haq": Fraction(HAQ_MAX)}
    ranges["enzyme"] = limit * ENZYMES[enzyme].range_in_uln
    case = Case(inputs, ranges)
    for place, measure in enumerate(CORE_SET):
        _visits(case, draw, measure, turn + place)
    if draw.random() < 0.25:
        for measure in draw.sample(list(CORE_SET), draw.randint(1, 3)):
            visits = draw.choice([("baseline",), ("followup",), ("baseline", "followup")])
            inputs.update({f"{measure}_{visit}": "" for visit in visits})
    return case


def _visits(case: Case, draw: random.Random, measure: str, turn: int) -> None:
    """Type two values whose difference meets a cut, lies beside one, or is anything."""
    full = case.ranges[measure]
    rule = CORE_SET[measure]
    sides = list(SIDES)
    cut = rule.cutoffs[turn // len(sides) % len(rule.cutoffs)]
    side = sides[turn % len(sides)]
    change = full * cut / 100 + SIDES[side] * Fraction(draw.choice(BESIDE))
    # In small units of an enzyme a step beside the cut may leave the scale: then take anything.
    if draw.random() < 0.1 or not 0 < change < full:
        worse, better = (_on_grid(draw, full) for _ in range(2))
    else:
        better = _on_grid(draw, full - change)
        worse = better + change
        setting = {"mmt": case.inputs["mmt_max"], "enzyme": case.inputs["enzyme"]}
        case.hit.append((measure, setting.get(measure, case.inputs["vas_unit"]), str(cut), side))
    if measure == "enzyme":  # a measured activity is above nought
        worse, better = worse + full, better + full
    if rule.better == "higher":
        worse, better = full - worse, full - better
    case.inputs[f"{measure}_baseline"] = decimal_text(worse)
    case.inputs[f"{measure}_followup"] = decimal_text(better)


def _on_grid(draw: random.Random, most: Fraction) -> Fraction:
    """Draw a value from nought to `most` as it is read off: in tenths, seldom finer."""
    step = 10 if draw.random() < 0.8 else 1000
    return Fraction(draw.randint(0, int(most * step)), step)
