"""What a reader may set: the permitted values of the notebooks' parameters.

The values are checked when they are set, and again when a chapter starts, so that a message names
the parameter that the reader set, and not an argument of some function further down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from numbers import Integral, Real
from os import PathLike
from typing import Any

from tisstats.agreement.comparison import MAXIMUM_DIGITS
from tisstats.datapackage import DESCRIPTOR
from tisstats.errors import shown
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021.regimens import MAXIMUM_WEIGHT_KG, MINIMUM_WEIGHT_KG
from tisstats.lim2021.response import moderate_by_week
from tisstats.measures.enzymes import ULN_RANGE
from tisstats.printed import ROUNDING_RULES
from tisstats.statistics import INTERVAL_METHODS, PROPORTION_TESTS
from tisstats.statistics.quantiles import QUANTILE_DEFINITIONS

#: Maxima of muscle tests outside these limits (points) are rejected as likely typing errors; those
#: in use are between 80 and 260 (`tisstats.measures.core_set.MMT_MAXIMA`).
_PLAUSIBLE_MMT_MAX = (10, 1000)

#: Limits of levels, power and response rates. Beyond them one minus the level has few digits left,
#: or none, and a page would print 0 or 100%.
_LEAST_INSIDE, _MOST_INSIDE = 0.000_000_001, 0.999_999_999

#: Of more patients the interval has no width at the decimals that are printed.
_MOST_PLANNED = 1_000_000


#: The parameter that names a folder of data.
_PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Permitted:
    """The permitted values of a parameter."""

    words: str  #: in a message, after "must be"
    includes: Callable[[Any], bool]  #: whether a value is one of them


class Parameters:
    """A chapter whose fields are parameters of its notebook.

    Raises
    ------
    ValueError
        If a field named in `permitted_values` has another value; the message names it, its value
        and what is permitted.
    """

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            kind = _KINDS.get(str(field.type))
            if field.type == "str" and _stands_for_text(value):
                value = str(value)
                object.__setattr__(self, field.name, value)
            elif field.type == "str" and _is_number(Real)(value):
                # Of 1.50, which may name a folder, papermill passes on 1.5.
                raise ValueError(
                    f"{field.name} must be text, got the number {shown(value)}; papermill passes "
                    f"on a text as it is with -r {field.name} TEXT"
                )
            if why := _refusal(kind, value) or refusal(field.name, value):
                raise ValueError(f"{field.name} {why}")


def refusal(name: str, value: object) -> str | None:
    """Return why a parameter may not have a value, or None if `permitted_values` allows it.

    Examples
    --------
    >>> refusal("confidence_level", 95.0)
    'must be from 0.000000001 to 0.999999999, got 95.0'
    >>> refusal("confidence_level", 0.9)
    """
    # The folder of data is looked into for its own parameter alone: pages that have none must not
    # depend on it.
    values = permitted_values() if name == _PACKAGE else _values_of_results()
    return _refusal(values.get(name), value)


def _refusal(permitted: Permitted | None, value: object) -> str | None:
    if permitted is None or permitted.includes(value):
        return None
    return f"must be {permitted.words}, got {shown(value)}"


def _stands_for_text(value: object) -> bool:
    """Return whether text is meant: ``papermill -p cohort 17`` passes on a number."""
    return isinstance(value, PathLike) or _is_number(Integral)(value)


def _is_number(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind) and not isinstance(value, bool)


#: What a parameter has to be, by its type: papermill passes on whatever it is given.
_KINDS = {
    "bool": Permitted("True or False", lambda value: isinstance(value, bool)),
    "int": Permitted("a whole number", _is_number(Integral)),
    "float": Permitted("a number", _is_number(Real)),
    "str": Permitted("text", lambda value: isinstance(value, str)),
}


@cache
def permitted_values() -> dict[str, Permitted]:
    """Return the permitted values of each parameter that does not depend on another one.

    Examples
    --------
    >>> permitted_values()["confidence_level"].words
    'from 0.000000001 to 0.999999999'
    >>> [permitted_values()["threshold"].includes(score) for score in (20, 30, 40)]
    [True, False, True]
    """
    return {**_values_of_results(), _PACKAGE: _one_of(described_packages())}


@cache
def _values_of_results() -> dict[str, Permitted]:
    """Return the permitted values of the parameters that results depend on."""
    published = PublishedFacts.read()
    minimal, moderate = (
        published.count(f"design.{name}") for name in ("minimal_score", "responder_score")
    )
    first, last = min(moderate_by_week(published)), published.count("design.primary_week")
    inside = Permitted(
        f"from {_LEAST_INSIDE:.9f} to {_MOST_INSIDE}",
        lambda value: _LEAST_INSIDE <= value <= _MOST_INSIDE,
    )
    return {
        "body_weight_kg": _between(MINIMUM_WEIGHT_KG, MAXIMUM_WEIGHT_KG, " kg"),
        "patients_shown": Permitted(f"at least {1}", lambda value: value >= 1),
        "planned_patients": Permitted(
            f"from {1} to {_MOST_PLANNED:,}", lambda value: 1 <= value <= _MOST_PLANNED
        ),
        "assumed_proportion": _between(0, 1),
        "confidence_level": inside,
        "interval_method": _one_of(INTERVAL_METHODS),
        "rounding_rule": _one_of(ROUNDING_RULES),
        "threshold": Permitted(
            f"{minimal} or {moderate}, the scores for which the article prints a count",
            lambda value: value in (minimal, moderate),
        ),
        "horizon_week": Permitted(
            f"from {first} (first assessment after treatment) to {last} (end of the study)",
            lambda value: first <= value <= last,
        ),
        "control_response": inside,
        "target_power": inside,
        "quantile_definition": _one_of(QUANTILE_DEFINITIONS),
        "proportion_test": _one_of(PROPORTION_TESTS),
        "agreement_digits": _between(1, MAXIMUM_DIGITS),
        "mmt_max": _between(*_PLAUSIBLE_MMT_MAX, " points"),
        "ck_uln": _between(*ULN_RANGE["ck"], " U/L"),
    }


def described_packages() -> list[str]:
    """Return the folders of ``data/`` with a description, by name."""
    data = data_directory("published").parent
    return sorted(file.parent.name for file in data.glob(f"*/{DESCRIPTOR}"))


def _one_of(choices: Iterable[object]) -> Permitted:
    names = [str(choice) for choice in choices]
    return Permitted(f"one of {', '.join(names)}", lambda value: str(value) in names)


def _between(low: float, high: float, unit: str = "") -> Permitted:
    return Permitted(f"from {low:g} to {high:g}{unit}", lambda value: low <= value <= high)
