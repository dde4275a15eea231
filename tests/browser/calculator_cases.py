"""Random cases for the calculator, and what the package makes of them as tables of visits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

import pandas as pd

from tisstats.measures import attainable_score, minimal_disability, score_visits
from tisstats.measures.baseline import attainable_scores
from tisstats.measures.core_set import (
    CMAS_MAXIMA,
    CORE_SETS,
    DAS_MAX,
    ENZYMES,
    HAQ_MAX,
    MMT_MAXIMA,
    RESPONSE_CUTOFFS,
    UNITS_PER_MICROKATAL,
)
from tisstats.measures.imacs import classify_visits
from tisstats.trial.definitions import DisabilityCriterion

VAS_MAX = {"cm": 10, "mm": 100}
SIDES = {"below": -1, "at": 0, "above": 1}
#: How far beside a cut, millionths of the unit of the scale.
BESIDE = (100_000, 10_000, 1_000)
VAS = ("physician_global", "patient_global", "parent_global", "extramuscular")
#: Changes in per cent of the baseline, and centimetres, that the IMACS definitions ask for.
RELATIVE = (20, 25, 30)
CENTIMETRES = 2
#: Limits to draw from, U/L: plausible ones, since the package refuses others.
ULN_DRAWN = {"ck": (20, 290), "aldolase": (2, 50), "ldh": (25, 290)}
ULN_DRAWN |= dict.fromkeys(("ast", "alt"), (6, 290))
#: Values are whole numbers of millionths: exact, and quicker to draw than fractions.
ONE = 10**6
PANELS = (*((enzyme,) for enzyme in ENZYMES), ("ck", "ldh"), ("ast", "alt", "ck"), tuple(ENZYMES))
CHQ_RANGES = (("-10", "70"), ("12.5", "61.25"))


@dataclass(frozen=True)
class Settings:
    """What the visits of several cases have in common."""

    core_set: str
    population: str
    vas_unit: str
    maximum: str  #: of muscle testing or of the CMAS
    enzyme_unit: str = "U/L"
    panel: str = "complete"
    enzymes: tuple[str, ...] = ()
    chq_range: tuple[str, str] = ("", "")

    def arguments(self) -> dict[str, Any]:
        """Return them as arguments of `score_visits`."""
        shared = {"vas_max": VAS_MAX[self.vas_unit], "population": self.population}
        if self.core_set == "printo":
            return shared | {
                "core_set": "printo",
                "cmas_max": int(self.maximum),
                "chq_phs_range": tuple(map(float, self.chq_range)),
            }
        return shared | {
            "mmt_max": float(self.maximum),
            "uln": {enzyme: f"uln_{enzyme}" for enzyme in self.enzymes},
            "enzyme_unit": self.enzyme_unit,
            "enzyme_panel": self.panel,
        }

    def ends(self, measure: str) -> tuple[int, int]:
        """Return the ends of a scale, millionths."""
        if measure in VAS:
            return 0, VAS_MAX[self.vas_unit] * ONE
        if measure == "chq_phs":
            return millionths(self.chq_range[0]), millionths(self.chq_range[1])
        high = {"haq": HAQ_MAX, "chaq": HAQ_MAX, "das": DAS_MAX}.get(measure, self.maximum)
        return 0, int(high) * ONE


@dataclass
class Case:
    """What is typed, and its settings."""

    settings: Settings
    inputs: dict[str, str]
    visits: list[str]  #: names of the follow-up visits
    limits: dict[str, int] = field(default_factory=dict)  #: in the unit of the values, millionths
    hit: list[tuple[str, ...]] = field(default_factory=list)  #: boundaries met on purpose

    def week(self, visit: str) -> float:
        """Return the week of a visit; a single follow-up needs none."""
        return 0 if visit == "baseline" else float(self.inputs.get(f"week_{visit}") or 1)

    def rows(self, patient: int) -> Iterator[dict[str, Any]]:
        """Return its visits as rows of a table."""
        of = [name for name in CORE_SETS[self.settings.core_set] if name != "enzyme"]
        for visit in ["baseline", *self.visits]:
            row: dict[str, Any] = {"patient_id": patient, "week": self.week(visit)}
            for measure in (*of, *self.settings.enzymes):
                typed = self.inputs.get(f"{measure}_{visit}", "")
                row[measure] = float(typed) if typed else None
            row |= {f"uln_{name}": limit / ONE for name, limit in self.limits.items()}
            yield row


def decimal_text(value: int) -> str:
    """Write a number of millionths as a decimal, exactly.

    >>> decimal_text(-12_500_000), decimal_text(3_000_000)
    ('-12.5', '3')
    """
    whole, rest = divmod(abs(value), ONE)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def millionths(text: str) -> int:
    """Return a decimal as a number of millionths."""
    return int(Decimal(text).scaleb(6))


# ---- Drawing ----


def cases(number: int, seed: int, groups: int = 32) -> list[Case]:
    """Draw cases; most changes meet a cut exactly or lie just beside it."""
    draw = random.Random(seed)
    settings = [_settings(draw, turn) for turn in range(groups)]
    return [_case(draw, settings[turn % groups]) for turn in range(number)]


def _settings(draw: random.Random, turn: int) -> Settings:
    vas_unit = list(VAS_MAX)[turn // 8 % 2]
    if turn % 8 == 7:
        maximum = str(draw.choice(list(CMAS_MAXIMA)))
        return Settings(
            "printo", "juvenile", vas_unit, maximum, chq_range=CHQ_RANGES[turn // 16 % 2]
        )
    maxima = [*map(str, MMT_MAXIMA), str(draw.randint(20, 600))]
    return Settings(
        "imacs",
        draw.choice(list(RESPONSE_CUTOFFS)),
        vas_unit,
        maxima[turn % len(maxima)],
        draw.choice(["U/L", "microkat/L"]),
        draw.choice(["complete", "measured"]),
        PANELS[turn // 2 % len(PANELS)],
    )


def _case(draw: random.Random, settings: Settings) -> Case:
    visits = ["followup", *(f"followup{i}" for i in range(2, draw.choice([1, 1, 2, 3, 5]) + 1))]
    weeks = draw.sample(range(1, 60), len(visits))
    inputs = {
        "population": settings.population,
        "vas_unit": settings.vas_unit,
        "visits": str(len(visits)),
    }
    if len(visits) > 1 or draw.random() < 0.5:
        inputs |= {f"week_{name}": str(week) for name, week in zip(visits, weeks, strict=True)}
    case = Case(settings, inputs, visits)
    _set(case, draw)
    for measure in CORE_SETS[settings.core_set]:
        if measure == "enzyme":
            _enzymes(case, draw)
        else:
            rule = CORE_SETS[settings.core_set][measure]
            low, high = settings.ends(measure)
            values = _values(draw, high - low, rule, case, measure)
            if rule.better == "higher":
                values = [high - value for value in values]
            else:
                values = [low + value for value in values]
            _type(case, measure, values)
    if draw.random() < 0.3:
        typed = [name for name, value in inputs.items() if value and _is_value(name)]
        for name in draw.sample(typed, min(len(typed), draw.randint(1, 4))):
            inputs[name] = ""
    return case


def _is_value(name: str) -> bool:
    return name.rpartition("_")[2].startswith(("baseline", "followup")) and "week" not in name


def _set(case: Case, draw: random.Random) -> None:
    """Type the settings."""
    settings, inputs = case.settings, case.inputs
    if settings.core_set == "printo":
        low, high = settings.chq_range
        inputs |= {"core_set": "printo", "cmas_max": settings.maximum}
        inputs |= {"chq_phs_low": low, "chq_phs_high": high}
        return
    listed = int(settings.maximum) in MMT_MAXIMA
    inputs["mmt_max"] = settings.maximum if listed else "other"
    if not listed:
        inputs["mmt_max_other"] = settings.maximum
    inputs["enzyme_unit"] = settings.enzyme_unit
    inputs["enzyme_panel"] = settings.panel
    inputs["uln_unit"] = draw.choice(["", "U/L", "microkat/L"])


def _enzymes(case: Case, draw: random.Random) -> None:
    """Type limits and values of the panel, some equally abnormal and some normal."""
    settings = case.settings
    limit_unit = case.inputs["uln_unit"] or settings.enzyme_unit
    base = 0  # of the first enzyme, tenths of its limit
    for place, enzyme in enumerate(settings.enzymes):
        limit = draw.randint(*ULN_DRAWN[enzyme]) * ONE
        if "microkat/L" in (limit_unit, settings.enzyme_unit):
            # Hundredths of a microkatal have an end in either unit.
            limit = max(1, round(100 * limit / UNITS_PER_MICROKATAL / ONE)) * ONE // 100
            limit *= UNITS_PER_MICROKATAL
        in_microkatals = limit // UNITS_PER_MICROKATAL
        own = limit if settings.enzyme_unit == "U/L" else in_microkatals
        case.inputs[f"uln_{enzyme}"] = decimal_text(
            limit if limit_unit == "U/L" else in_microkatals
        )
        case.limits[enzyme] = own
        full = own * ENZYMES[enzyme].range_in_uln
        rule = CORE_SETS["imacs"]["enzyme"]
        values = _values(draw, full, rule, case, "enzyme", enzyme)
        shift = full if draw.random() < 0.5 else ONE // 10
        values = [value + shift for value in values]
        if place and draw.random() < 0.3:  # equally abnormal as the first one
            values[0] = own * base // 10
        if draw.random() < 0.1:  # none is abnormal, perhaps
            values[0] = own * draw.choice([10, 9, 5]) // 10
        if not place:
            base = max(1, 10 * values[0] // own)
            if len(settings.enzymes) > 1:
                values[0] = own * base // 10
        _type(case, enzyme, values)


def _values(
    draw: random.Random,
    full: int,
    rule: Any,
    case: Case,
    measure: str,
    enzyme: str = "",
) -> list[int]:
    """Draw a baseline and follow-ups, as distances from the best value of the scale.

    Of each follow-up the change meets a cut, lies beside one, or is anything.
    """
    cut, side = draw.choice(rule.cutoffs), draw.choice(list(SIDES))
    change = full * cut // 100 + SIDES[side] * draw.choice(BESIDE)
    if draw.random() < 0.05 or not 0 < change < full:
        values = [_on_grid(draw, full) for _ in range(2)]
    else:
        better = _on_grid(draw, full - change)
        values = [better + change, better]
        setting = {"mmt": case.settings.maximum, "enzyme": enzyme}
        case.hit.append((measure, setting.get(measure, case.settings.vas_unit), str(cut), side))
    if draw.random() < 0.03:
        values[0] = draw.choice([0, full])
    if draw.random() < 0.25:
        values[1] = _relative(draw, full, values[0], case, measure)
    for _ in case.visits[1:]:
        kind = draw.random()
        step = full * draw.choice(rule.cutoffs) // 100
        after = values[0] - step
        if kind < 0.5 and 0 <= after <= full:
            values.append(after)
        elif kind < 0.85:
            values.append(_relative(draw, full, values[0], case, measure))
        else:
            values.append(_on_grid(draw, full))
    return values


def _relative(draw: random.Random, full: int, before: int, case: Case, measure: str) -> int:
    """Draw a follow-up whose change is one that an IMACS definition asks for, where it fits."""
    better = CORE_SETS[case.settings.core_set].get(measure)
    healthy_is_high = better is not None and better.better == "higher"
    value = full - before if healthy_is_high else before
    share = value * draw.choice(RELATIVE) // 100
    if measure in VAS and draw.random() < 0.5:
        share = CENTIMETRES * VAS_MAX[case.settings.vas_unit] * ONE // 10
    after = before + share * draw.choice([-1, 1, 1])
    return after if 0 <= after <= full else _on_grid(draw, full)


def _on_grid(draw: random.Random, most: int) -> int:
    """Draw a value from zero to `most` as it is read off: in tenths, seldom finer."""
    step = ONE // 10 if draw.random() < 0.8 else ONE // 1000
    return int(draw.random() * (most // step + 1)) * step


def _type(case: Case, measure: str, values: list[int]) -> None:
    for visit, value in zip(["baseline", *case.visits], values, strict=True):
        case.inputs[f"{measure}_{visit}"] = decimal_text(value)


# ---- What the package says ----


def by_settings(drawn: list[Case]) -> Iterator[tuple[Settings, list[int]]]:
    """Return the positions of the cases with the same settings."""
    order = sorted(range(len(drawn)), key=lambda at: (repr(drawn[at].settings), at))
    for settings, places in groupby(order, key=lambda at: drawn[at].settings):
        yield settings, list(places)


def expected(drawn: list[Case]) -> list[dict[str, Any]]:
    """Return what the package makes of each case: of its baseline, and of each of its visits."""
    answers: list[dict[str, Any]] = [{} for _ in drawn]
    for settings, places in by_settings(drawn):
        table = pd.DataFrame([row for at in places for row in drawn[at].rows(at)])
        arguments = settings.arguments()
        scored = score_visits(table, missing="bounds", **arguments)
        best = attainable_scores(table[table["week"] <= 0], **arguments)
        for row in best.to_dict("records"):
            answers[row["patient_id"]] = {
                "attainable": _known(row["attainable_tis"]),
                "best": {
                    name: _known(row[f"attainable_{name}_points"])
                    for name in CORE_SETS[settings.core_set]
                },
                "used": _known(row.get("attainable_enzyme_used")),
                "selection": _known(row.get("attainable_enzyme_selection")),
                "visits": {},
            }
        judged = _judged(settings, table, scored)
        later = scored[scored["week"] > 0]
        for index, row in zip(later.index, later.to_dict("records"), strict=True):
            answers[row["patient_id"]]["visits"][row["week"]] = {
                "percents": {
                    name: _known(row[f"{name}_percent"]) for name in CORE_SETS[settings.core_set]
                },
                "points": {
                    name: _known(row[f"{name}_points"]) for name in CORE_SETS[settings.core_set]
                },
                "total": _known(row["tis"]),
                "low": _known(row["tis_low"]),
                "high": _known(row["tis_high"]),
                "category": _known(row["response"]),
                "definitions": judged.get(index, {}),
            }
    return answers


def _judged(
    settings: Settings, table: pd.DataFrame, scored: pd.DataFrame
) -> dict[Any, dict[str, Any]]:
    """Return the IMACS definitions by row of the table."""
    if settings.core_set != "imacs":
        return {}
    used = scored["enzyme_used"].astype(object)
    followed = [
        table.loc[row, name] if isinstance(name, str) else None for row, name in used.items()
    ]
    visits = table.assign(followed=pd.Series(followed, index=table.index, dtype=float))
    found: dict[Any, dict[str, Any]] = {}
    for rule in ("imacs", "confirmed"):
        judged = classify_visits(
            visits, enzyme="followed", vas_max=VAS_MAX[settings.vas_unit], worsening=rule
        )
        for index, row in zip(judged.index, judged.to_dict("records"), strict=True):
            found.setdefault(index, {})["improvement"] = [
                *(row["improved"], row["improved_certain"]),
                *(row["improved_count"], row["worse_count"]),
            ]
            found[index][rule] = [
                *(row["worsened"], row["worsened_certain"]),
                *(row["worsened_at_visit"], row["worsening_count"]),
            ]
    return found


def disability(case: Case, criterion: DisabilityCriterion) -> dict[str, Any]:
    """Return the minimal-disability criterion of one case with the IMACS core set."""
    (baseline,) = [row for row in case.rows(0) if row["week"] <= 0]
    arguments = case.settings.arguments()
    if arguments.pop("enzyme_panel") == "measured":
        measured = [name for name in case.settings.enzymes if baseline[name] is not None]
        for name in set(case.settings.enzymes) - set(measured or case.settings.enzymes[:1]):
            del baseline[name]
    arguments["uln"] = {name: limit / ONE for name, limit in case.limits.items()}
    del arguments["population"]
    found = minimal_disability(
        baseline,
        **arguments,
        min_mmt_loss_percent=criterion.min_mmt_loss_percent,
        min_other_abnormal=criterion.min_other_abnormal,
        vas_abnormal_cm=criterion.vas_abnormal_cm,
        haq_abnormal=criterion.haq_abnormal,
        enzyme_abnormal_uln=criterion.enzyme_abnormal_uln,
    )
    return {
        "met": found.met,
        "abnormal": list(found.abnormal),
        "unknown": list(found.unknown),
    }


def ceiling(case: Case) -> float | None:
    """Return the attainable score of one case, by the function for one baseline."""
    (baseline,) = [row for row in case.rows(0) if row["week"] <= 0]
    return _known(attainable_score(baseline, **case.settings.arguments()).score)


def _known(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
