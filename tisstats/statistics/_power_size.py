"""The smallest trial that has the wanted power, when power does not rise steadily with size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Planned = TypeVar("Planned")

_NOISE = 1e-9  # relative; a power that misses the wanted one by less reaches it


class PowerOutOfReachError(ValueError):
    """No size up to the maximum has the wanted power; a larger maximum may hold one."""


@dataclass(frozen=True, slots=True)
class PowerSize(Generic[Planned]):
    """The sizes from which on a trial has the wanted power, in two senses.

    Exact power does not rise steadily with the size, because responders come in whole numbers:
    after the first size that suffices, larger ones may fall short again.
    """

    first: Planned  #: the smallest trial whose power suffices
    lasting: Planned | None
    """The trial from which on no larger one up to `maximum` falls short; None if that fails."""

    maximum: int  #: the largest number of patients (in each arm) that was tried


def find_size(
    wanted: float, powers: list[float], planned: Callable[[int], Planned], what: str
) -> PowerSize[Planned]:
    """Find the first and the lasting size among the powers of 1, 2, ... patients.

    Every size is looked at: that the largest falls short says nothing of the others.

    Raises
    ------
    PowerOutOfReachError
        If no size has the wanted power.
    """
    enough = [power >= wanted * (1 - _NOISE) for power in powers]
    maximum = len(powers)
    if not any(enough):
        raise PowerOutOfReachError(
            f"power must be one that {maximum} {what} can reach ({max(powers):.4g} is the "
            f"greatest), or maximum larger, got {wanted!r}"
        )
    last_short = max((i for i, suffices in enumerate(enough) if not suffices), default=-1)
    lasting = planned(last_short + 2) if last_short + 1 < maximum else None
    return PowerSize(planned(enough.index(True) + 1), lasting, maximum)


def refuse_without_difference(
    names: tuple[str, str], proportions: tuple[float, float], alternative: str
) -> None:
    """Refuse proportions between which a test has nothing to find at any number of patients.

    Without a difference a test rejects only by error, and a one-sided test does not look for one
    on the other side. A larger trial changes neither.

    Raises
    ------
    ValueError
        If the proportions are equal, or in the wrong order for a one-sided test.
    """
    (first, second), (p, q) = names, proportions
    if p == q:
        raise ValueError(
            f"{first} must differ from {second}, got {p!r} for both: without a difference a test "
            "only rejects by error, at any number of patients"
        )
    if (alternative == "greater" and p < q) or (alternative == "less" and p > q):
        side = "above" if alternative == "greater" else "below"
        raise ValueError(
            f"{first} must be {side} {second} when alternative is {alternative!r}, got {p!r} and "
            f"{q!r}: the test does not look at the other side"
        )
