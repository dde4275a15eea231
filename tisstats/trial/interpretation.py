"""How a trial's outcomes are read where its report leaves a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.measures.imacs import WORSENING_RULES, WorseningRule
from tisstats.statistics.quantiles import DEFINITIONS, Definition

End = Literal["last-assessment", "completers"]
ZeroMethod = Literal["drop", "pratt"]
Method = Literal["asymptotic", "exact"]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How outcomes are read where a report leaves a choice.

    Raises
    ------
    ValueError
        If a choice is not one of those permitted.

    Examples
    --------
    >>> Interpretation(horizon_week=24, quantiles=7, end="week 24")
    Traceback (most recent call last):
        ...
    ValueError: end must be one of last-assessment, completers, got 'week 24'
    """

    horizon_week: float  #: last week that counts for response and for the end
    quantiles: Definition  #: definition of quartiles, of `tisstats.statistics.DEFINITIONS`
    end: End = "last-assessment"  #: a patient's end: the last assessment, or only if completed
    zero_method: ZeroMethod = "drop"  #: how the signed-rank test treats patients without change
    method: Method = "exact"  #: how its P value is computed
    worsening: str | WorseningRule = "imacs"  #: what is clinically relevant deterioration
    moderate_score: float = RESPONSE_CUTS["adult"]["moderate"]  #: least score of a responder
    minimal_score: float = RESPONSE_CUTS["adult"]["minimal"]  #: least score of minimal improvement

    def __post_init__(self) -> None:
        permitted: dict[str, Sequence[object]] = {
            "end": get_args(End),
            "zero_method": get_args(ZeroMethod),
            "method": get_args(Method),
            "quantiles": list(DEFINITIONS),
        }
        if isinstance(self.worsening, str):
            permitted["worsening"] = list(WORSENING_RULES)
        if not self.horizon_week > 0:
            raise ValueError(f"horizon_week must be above 0, got {self.horizon_week!r}")
        for name, choices in permitted.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(str, choices))}, "
                    f"got {getattr(self, name)!r}"
                )
