"""Every combination of defensible choices at once, and which conclusions hold in which of them.

A `Choice` has `Level` s, of which the first is the one made. A `SpecificationCurve` holds one
result per combination; `SpecificationCurve.judge` counts in how many of them a `Conclusion` holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.columns import Mask

#: Results that differ by less are the same, so that the last digits of a float decide nothing.
SAME_RESULT = 1e-12

_DECIMALS = 12

Column = Literal["estimate", "low", "high", "pvalue"]
#: The results that every combination has, in the order of their columns.
RESULTS: tuple[Column, ...] = ("estimate", "low", "high", "pvalue")

Relation = Literal["above", "below", "at least", "at most"]


@dataclass(frozen=True, slots=True)
class Level:
    """One way to make a choice."""

    label: str  #: in words, for tables and figures
    settings: Mapping[str, object]  #: what it sets, by name
    reason: str = ""  #: why it is defensible, with its source


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice with its defensible levels.

    Raises
    ------
    ValueError
        If there is no level, two have the same label, or they set different settings.

    Examples
    --------
    >>> threshold = Choice.of("Threshold", "threshold", {20: "20 points", 40: "40 points"})
    >>> [level.settings for level in threshold.levels]
    [{'threshold': 20}, {'threshold': 40}]
    """

    label: str  #: in words
    levels: tuple[Level, ...]  #: the first is the one made in the main analysis

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"the choice {self.label!r} must have at least one level, got none")
        labels = [level.label for level in self.levels]
        if len(set(labels)) < len(labels):
            raise ValueError(
                f"the levels of {self.label!r} must have labels of their own, got {labels}"
            )
        if len({frozenset(level.settings) for level in self.levels}) > 1:
            raise ValueError(f"all levels of {self.label!r} must set the same settings")

    @classmethod
    def of(cls, label: str, setting: str, values: Mapping[object, str], reason: str = "") -> Choice:
        """Return the choice of one setting, from the label of each value."""
        return cls(
            label, tuple(Level(text, {setting: value}, reason) for value, text in values.items())
        )

    @property
    def settings(self) -> frozenset[str]:
        """Names of what the levels set."""
        return frozenset(self.levels[0].settings)


def combinations(choices: Sequence[Choice]) -> int:
    """Count the combinations of the levels of some choices; 1 without any choice."""
    return prod(len(choice.levels) for choice in choices)


def check_choices(choices: Sequence[Choice]) -> None:
    """Check that no two choices have one label, or set the same setting.

    Raises
    ------
    ValueError
        If two do.
    """
    for what, names in {
        "label of": [choice.label for choice in choices],
        "set by": [name for choice in choices for name in choice.settings],
    }.items():
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{what} two choices: {', '.join(twice)}")


def combined_settings(choices: Sequence[Choice]) -> Iterator[dict[str, object]]:
    """Yield the settings of every combination, the last choice changing fastest.

    Raises
    ------
    ValueError
        If two choices set the same setting.

    Examples
    --------
    >>> week = Choice.of("Week", "week", {12: "week 12", 24: "week 24"})
    >>> missing = Choice.of("Missing", "missing", {"unknown": "left out"})
    >>> list(combined_settings([week, missing]))
    [{'week': 12, 'missing': 'unknown'}, {'week': 24, 'missing': 'unknown'}]
    """
    check_choices(choices)
    for levels in product(*(choice.levels for choice in choices)):
        yield {name: value for level in levels for name, value in level.settings.items()}


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a result with a value.

    Examples
    --------
    >>> Condition("pvalue", "below", 0.05).holds(np.array([0.01, 0.05, np.nan])).tolist()
    [True, False, False]
    """

    column: Column  #: which result
    relation: Relation
    value: float  #: on the scale of the result

    def holds(self, results: NDArray[np.float64]) -> Mask:
        """Return which results meet the condition; one that is missing does not."""
        found: Mask = {
            "above": results > self.value + SAME_RESULT,
            "below": results < self.value - SAME_RESULT,
            "at least": results >= self.value - SAME_RESULT,
            "at most": results <= self.value + SAME_RESULT,
        }[self.relation]
        return found


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A statement that holds in a combination if all its conditions do."""

    label: str  #: in words
    conditions: tuple[Condition, ...]

    @classmethod
    def includes(cls, label: str, value: float) -> Conclusion:
        """Return the conclusion that the interval includes a value, its limits included."""
        return cls(
            label, (Condition("low", "at most", value), Condition("high", "at least", value))
        )


@dataclass(frozen=True, slots=True)
class LevelShare:
    """In how many of the combinations with one level of a choice a conclusion holds."""

    choice: str  #: label of the choice
    level: str  #: label of the level
    combinations: int  #: with this level and a result
    holds: int  #: in which the conclusion holds

    @property
    def share(self) -> float:
        """Proportion, 0 to 1; nan without a result."""
        return self.holds / self.combinations if self.combinations else np.nan


@dataclass(frozen=True, slots=True)
class Turn:
    """How often one choice alone decides: the others fixed, its level changes the conclusion."""

    choice: str  #: label of the choice
    settings: int  #: combinations of all other choices
    turned: int  #: in which the conclusion holds at one level and fails at another

    @property
    def share(self) -> float:
        """Proportion of the combinations of all other choices, 0 to 1."""
        return self.turned / self.settings


@dataclass(frozen=True, slots=True)
class Judgement:
    """In how many combinations a conclusion holds, and on which choices that hangs."""

    conclusion: Conclusion
    combinations: int  #: all of them
    holds: int  #: combinations in which it holds
    without_result: int  #: combinations that give no result to judge it by
    holds_as_chosen: bool  #: whether it holds at the first level of every choice
    known_as_chosen: bool  #: whether these levels give a result to judge it by
    levels: tuple[LevelShare, ...]  #: by choice and level
    turns: tuple[Turn, ...]  #: by choice

    @property
    def fails(self) -> int:
        """Combinations in which it does not hold."""
        return self.combinations - self.holds - self.without_result

    @property
    def share(self) -> float:
        """Proportion of the combinations with a result, 0 to 1; nan without any."""
        judged = self.combinations - self.without_result
        return self.holds / judged if judged else np.nan

    @property
    def extent(self) -> Literal["all", "none", "some", "no result"]:
        """In how many of the combinations with a result it holds, in a word."""
        if self.combinations == self.without_result:
            return "no result"
        return "none" if not self.holds else "some" if self.fails else "all"

    @property
    def deciding(self) -> tuple[str, ...]:
        """Labels of the choices that alone decide somewhere, those that do most often first."""
        turning = [turn for turn in self.turns if turn.turned]
        return tuple(turn.choice for turn in sorted(turning, key=lambda turn: -turn.share))


@dataclass(frozen=True, slots=True, eq=False)
class SpecificationCurve:
    """The result of every combination of choices.

    Combinations have the order of `combined_settings`: the first has the first level of every
    choice, the last choice changes fastest.

    Raises
    ------
    ValueError
        If there are not as many results as combinations.

    References
    ----------
    Simonsohn, Simmons & Nelson 2020, Specification curve analysis,
    doi:10.1038/s41562-020-0912-z. Its joint test over all specifications is not offered: it needs
    the outcomes to be drawn again under the null hypothesis in every combination. The table of all
    combinations is the multiverse of Steegen et al. 2016, doi:10.1177/1745691616658637.

    Examples
    --------
    >>> week = Choice.of("Week", "week", {12: "week 12", 24: "week 24"})
    >>> results = pd.DataFrame({"estimate": [0.4, 0.6], "low": [0.2, 0.4], "high": [0.6, 0.8]})
    >>> curve = SpecificationCurve((week,), results.assign(pvalue=np.nan))
    >>> judged = curve.judge(Conclusion("Half or more respond",
    ...                                 (Condition("estimate", "at least", 0.5),)))
    >>> judged.extent, judged.holds, judged.deciding
    ('some', 1, ('Week',))
    """

    choices: tuple[Choice, ...]
    #: ``estimate``, ``low``, ``high``, ``pvalue`` and possibly counts, one row a combination; nan
    #: where there is none
    results: pd.DataFrame

    def __post_init__(self) -> None:
        if len(self.results) != combinations(self.choices):
            raise ValueError(
                f"results must have {combinations(self.choices)} rows, one for each combination, "
                f"got {len(self.results)}"
            )

    def __len__(self) -> int:
        return len(self.results)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of levels of each choice."""
        return tuple(len(choice.levels) for choice in self.choices)

    def levels(self) -> NDArray[np.int64]:
        """Return the position of each choice's level, shape (combinations, choices)."""
        return np.indices(self.shape).reshape(len(self.choices), -1).T.astype(np.int64)

    def column(self, name: Column) -> NDArray[np.float64]:
        """Return one of the results, shape (combinations,)."""
        return self.results[name].to_numpy(dtype=np.float64)

    @property
    def distinct(self) -> int:
        """Number of different results; combinations without a result count as one."""
        return len(self.results.round(_DECIMALS).drop_duplicates())

    @property
    def without_estimate(self) -> int:
        """Number of combinations without an estimate, since nobody is left to count."""
        return int(np.sum(np.isnan(self.column("estimate"))))

    def order(self) -> NDArray[np.int64]:
        """Return the positions of the combinations by estimate, those without one last.

        Combinations of equal estimates are sorted by lower and upper limit.
        """
        keys = [np.round(self.column(name), _DECIMALS) for name in ("high", "low", "estimate")]
        return np.lexsort(keys).astype(np.int64)

    def table(self) -> pd.DataFrame:
        """Tabulate every combination: a column of words for each choice, then the results."""
        levels = self.levels()
        words = {
            choice.label: np.array([level.label for level in choice.levels], dtype=object)[column]
            for choice, column in zip(self.choices, levels.T, strict=True)
        }
        return pd.concat([pd.DataFrame(words), self.results.reset_index(drop=True)], axis=1)

    def affecting(self, conclusion: Conclusion) -> SpecificationCurve:
        """Return the curve of the choices that change what a conclusion is judged by.

        A choice whose level never changes those results, as an interval never changes an estimate,
        stays at its first level: it would only multiply the number of combinations.

        Examples
        --------
        >>> week = Choice.of("Week", "week", {12: "week 12", 24: "week 24"})
        >>> interval = Choice.of("Interval", "interval", {"wald": "Wald", "wilson": "Wilson"})
        >>> results = pd.DataFrame(
        ...     {"estimate": [0.4, 0.4, 0.6, 0.6], "low": [0.1, 0.2, 0.3, 0.4]})
        >>> curve = SpecificationCurve((week, interval), results)
        >>> above = Conclusion("Half or more", (Condition("estimate", "at least", 0.5),))
        >>> [choice.label for choice in curve.affecting(above).choices]
        ['Week']
        """
        results = np.stack([self.column(each.column) for each in conclusion.conditions], axis=-1)
        grid = results.reshape(*self.shape, len(conclusion.conditions))
        constant = [
            np.allclose(
                grid, np.take(grid, [0], axis=axis), rtol=0, atol=SAME_RESULT, equal_nan=True
            )
            for axis in range(len(self.choices))
        ]
        first = np.all(self.levels()[:, constant] == 0, axis=1)
        kept = tuple(
            choice for choice, same in zip(self.choices, constant, strict=True) if not same
        )
        return SpecificationCurve(kept, self.results[first].reset_index(drop=True))

    def judge(self, conclusion: Conclusion) -> Judgement:
        """Count in which combinations a conclusion holds, by choice and level."""
        holds = np.ones(len(self), dtype=bool)
        known = np.ones(len(self), dtype=bool)
        for condition in conclusion.conditions:
            results = self.column(condition.column)
            holds &= condition.holds(results)
            known &= ~np.isnan(results)
        holds &= known
        grid, judged = holds.reshape(self.shape), known.reshape(self.shape)
        return Judgement(
            conclusion=conclusion,
            combinations=len(self),
            holds=int(np.sum(holds)),
            without_result=int(np.sum(~known)),
            holds_as_chosen=bool(holds[0]),
            known_as_chosen=bool(known[0]),
            levels=tuple(self._level_shares(grid, judged)),
            turns=tuple(self._turns(grid, judged)),
        )

    def _level_shares(self, holds: Mask, known: Mask) -> Iterator[LevelShare]:
        for axis, choice in enumerate(self.choices):
            others = tuple(other for other in range(len(self.choices)) if other != axis)
            held, judged = np.sum(holds, axis=others), np.sum(known, axis=others)
            for position, level in enumerate(choice.levels):
                yield LevelShare(
                    choice.label, level.label, int(judged[position]), int(held[position])
                )

    def _turns(self, holds: Mask, known: Mask) -> Iterator[Turn]:
        for axis, choice in enumerate(self.choices):
            turned = np.any(holds, axis=axis) & np.any(known & ~holds, axis=axis)
            yield Turn(choice.label, turned.size, int(np.sum(turned)))
