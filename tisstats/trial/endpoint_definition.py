"""An endpoint as trials define it: the response, and the rules for events and missing scores.

An `Endpoint` names the response, the strategy for intercurrent events and the rule for missing
scores; `tisstats.trial.evaluate` applies it to courses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tisstats.statistics._arguments import one_of
from tisstats.trial.outcome_words import RESPONSE, OutcomeWords

Kind = Literal["at week", "best", "sustained", "confirmed"]
Strategy = Literal["treatment policy", "composite", "while on treatment", "hypothetical"]
Missing = Literal["unknown", "non-responder", "bounds", "best case", "worst case"]
Confirmation = Literal["consecutive visits", "any two visits"]
SameWeek = Literal["after the visit", "before the visit"]
EarlyEnd = Literal["as observed", "missing"]

#: Strategies for intercurrent events: name to what it does here. Names as in ICH E9(R1), A.3.2.
STRATEGIES: Mapping[Strategy, str] = {
    "treatment policy": "visits count regardless of rescue medication and early stops",
    "composite": "rescue medication or an early stop, such as a death, before the assessment is "
    "non-response",
    "while on treatment": "visits count up to rescue medication or an early stop",
    "hypothetical": "patients with rescue medication or an early stop, such as a death, before the "
    "assessment are left out, which assumes that they would have responded as often as the others",
}

#: Rules for a status that missing scores leave open: name to what it does.
MISSING_RULES: Mapping[Missing, str] = {
    "unknown": "the status is unknown, and the patient is not in the denominator",
    "non-responder": "counted as a non-responder",
    "bounds": "the status is unknown; responders are counted from none to all of them",
    "best case": "counted as a responder",
    "worst case": "counted as a non-responder",
}


def missing_words(missing: Missing, words: OutcomeWords = RESPONSE) -> str:
    """Describe what a rule for missing scores does to a status that is open.

    Examples
    --------
    >>> from tisstats.trial.outcome_words import WORSENING
    >>> missing_words("non-responder"), missing_words("non-responder", WORSENING)
    ('counted as a non-responder', 'counted as worsened')
    >>> missing_words("best case", WORSENING)
    'counted as not worsened'
    """
    if missing in ("non-responder", "worst case"):
        return f"counted as {words.failure_as}"
    if missing == "best case":
        return f"counted as {words.success_as}"
    if missing == "bounds":
        return f"the status is unknown; {words.patients} are counted from none to all of them"
    return MISSING_RULES[missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A binary endpoint: the response, and how intercurrent events and gaps are handled.

    Intercurrent events are rescue medication and an early stop of treatment. The strategy, the
    rule for missing scores, the threshold and the week have no default.

    Raises
    ------
    ValueError
        If a choice is not one of those permitted, or `also_at` does not fit the kind.

    Notes
    -----
    Kinds of response, at follow-up visits (after week 0):

    - "at week": the score at the visit of `week`;
    - "best": the score at any visit up to `week`;
    - "sustained": the score at the visit of `week` and at that of at least one week of `also_at`;
    - "confirmed": the score at two visits up to `week`, see `confirmed_at`.

    Instead of a score, a criterion that is met or not can be evaluated, such as the IMACS
    definition of improvement: see `Courses.with_criterion`. Where meeting it is bad, as of a
    worsening (`words.unfavourable`), a "responder" is a patient who met it, and what counts as a
    failure of treatment counts as having met it: an event by the composite strategy (ICH E9(R1),
    A.3.2), and an open status by the rules "non-responder" and "worst case"; by "best case" it
    counts as not having met it. `without_rescue` and `without_confirmed_deterioration` are
    conditions of a success, and not permitted with it.

    The visit of a week is the one nearest to it within `window`, of two equally near ones
    the later. "Up to" a week includes its window.

    Examples
    --------
    The primary endpoint of ProDERM (doi:10.1056/NEJMoa2117912); the two rules at the end are
    assumed:

    >>> endpoint = Endpoint(kind="at week", threshold=20, week=16,
    ...                     without_confirmed_deterioration=True,
    ...                     intercurrent="treatment policy", missing="non-responder")
    >>> first, events, missing = endpoint.describe().split(". ")
    >>> first
    'Total Improvement Score of at least 20 at week 16, without confirmed deterioration'
    >>> missing
    'Where missing data leave the status open: counted as a non-responder.'
    """

    kind: Kind  #: the response, see Notes
    threshold: float  #: minimum Total Improvement Score of a response, above 0, up to 100
    week: float  #: week of the assessment ("at week", "sustained"), or the last that counts
    intercurrent: Strategy  #: strategy for intercurrent events, one of `STRATEGIES`
    missing: Missing  #: what becomes of a status that is open, one of `MISSING_RULES`
    #: what is reached at a visit, in words, if it is not the score: see `Courses.with_criterion`
    criterion: str = ""
    words: OutcomeWords = RESPONSE  #: what meeting the endpoint is called, and whether it is bad
    #: weeks before `week`, at one of which a "sustained" response must be seen too
    also_at: tuple[float, ...] = ()
    window: float = 0.0  #: weeks by which a visit may differ from its planned week, both ways
    #: whether no other visit may lie between the two of a "confirmed" response
    confirmed_at: Confirmation = "consecutive visits"
    #: whether rescue medication before the assessment is non-response, whatever the strategy
    without_rescue: bool = False
    #: whether confirmed deterioration up to the assessment is non-response
    without_confirmed_deterioration: bool = False
    #: how rescue medication is placed that was given in the week of a visit
    rescue_in_week_of_visit: SameWeek = "after the visit"
    #: for "best" and "confirmed", whether no response up to a last visit before `week` (less its
    #: window) is non-response, or leaves the status open
    early_end: EarlyEnd = "as observed"

    def __post_init__(self) -> None:
        for name, permitted in _CHOICES.items():
            one_of(name, getattr(self, name), permitted)
        object.__setattr__(self, "also_at", tuple(self.also_at))
        if not 0 < self.threshold <= 100:
            raise ValueError(f"threshold must be above 0 and at most 100, got {self.threshold!r}")
        if not 0 < self.week < np.inf:
            raise ValueError(f"week must be a number above 0, got {self.week!r}")
        if not 0 <= self.window < np.inf:
            raise ValueError(f"window must be a number of at least 0, got {self.window!r}")
        if (self.kind == "sustained") != bool(self.also_at):
            raise ValueError(
                "also_at must be given for a sustained response, and for no other, "
                f"got {self.also_at!r} for {self.kind!r}"
            )
        if self.words.unfavourable:
            for name in ("without_rescue", "without_confirmed_deterioration"):
                if getattr(self, name):
                    raise ValueError(
                        f"{name} must be False for {self.words.noun}: it is a condition of a "
                        "success"
                    )
        if outside := [week for week in self.also_at if not 0 < week < self.week]:
            raise ValueError(
                f"also_at must lie after week 0 and before week {self.week:g}, got {outside[0]!r}"
            )

    def describe_strategy(self) -> str:
        """Describe what the strategy for intercurrent events does to the outcome.

        By the composite strategy an event is the unfavourable outcome, whichever that is (ICH
        E9(R1), A.3.2). By the hypothetical strategy some patients with an event are kept, see
        `evaluate`: the outcome of the others is then not estimated.

        Examples
        --------
        >>> endpoint = Endpoint(kind="best", threshold=20, week=16, intercurrent="hypothetical",
        ...                     missing="unknown")
        >>> endpoint.describe_strategy()  # doctest: +ELLIPSIS
        'patients with rescue medication or an early stop, such as a death, before ... are left...'
        """
        failure = f"before the assessment is {self.words.failure}"
        if self.intercurrent == "composite":
            return f"rescue medication or an early stop, such as a death, {failure}"
        described = STRATEGIES[self.intercurrent]
        if self.intercurrent == "treatment policy":
            described += f"; a death {failure}, unless the endpoint was or may have been met before"
        if self.intercurrent == "while on treatment":
            described += f"; a death that leaves too few visits to assess is {self.words.failure}"
        kept, too_high = "", "is too high"
        if self.without_confirmed_deterioration:
            kept, too_high = "a confirmed deterioration", "is too low"
        elif not self.at_one_week:
            kept = self.words.indefinite
        if self.intercurrent == "hypothetical" and kept:
            described = (
                "patients with rescue medication or an early stop, such as a death, before the "
                f"assessment are left out, except those with {kept} before it; what the outcome of "
                f"the others would have been is not estimated, and the proportion {too_high} if "
                "such events are unrelated to the outcome"
            )
        if not self.without_rescue:
            return described
        # Rescue medication decides before the strategy does, which then is about early stops.
        for events, stops in (
            ("rescue medication or an early stop", "an early stop"),
            ("rescue medication and early stops", "early stops"),
        ):
            described = described.replace(events, stops)
        return f"{described}; rescue medication {failure}"

    @property
    def at_one_week(self) -> bool:
        """Whether the response is assessed at a planned week, not at any visit up to it."""
        return self.kind in ("at week", "sustained")

    def describe_response(self) -> str:
        """Describe the response, without the rules for events and missing scores.

        Examples
        --------
        >>> Endpoint(kind="best", threshold=20, week=16, without_rescue=True,
        ...          intercurrent="treatment policy", missing="unknown").describe_response()
        'Total Improvement Score of at least 20 at any visit up to week 16, without rescue \
medication'
        """
        window = f" (± {self.window:g} weeks)" if self.window else ""
        when = {
            "at week": f"at week {self.week:g}{window}",
            "best": f"at any visit up to week {self.week:g}{window}",
            "sustained": f"at week {self.week:g} and at week "
            f"{' or '.join(f'{week:g}' for week in self.also_at)}{window}",
            "confirmed": f"at {'two consecutive' if self._consecutive else 'any two'} visits "
            f"up to week {self.week:g}{window}",
        }[self.kind]
        without = [
            "rescue medication" * self.without_rescue,
            "confirmed deterioration" * self.without_confirmed_deterioration,
        ]
        excluded = " or ".join(filter(None, without))
        return (
            f"{self.criterion or f'Total Improvement Score of at least {self.threshold:g}'} {when}"
            + (f", without {excluded}" if excluded else "")
        )

    def describe(self) -> str:
        """Describe the endpoint in sentences, with every choice that matters to it."""
        sentences = [
            self.describe_response(),
            f"Intercurrent events: {self.intercurrent} ({self.describe_strategy()})",
            f"Where missing data leave the status open: {missing_words(self.missing, self.words)}",
        ]
        if self.intercurrent != "treatment policy" or self.without_rescue:
            sentences.append(
                "Rescue medication in the week of a visit is taken as given "
                f"{self.rescue_in_week_of_visit}"
            )
        composite = self.intercurrent == "composite"
        decides = (composite or self.without_rescue) and not self.words.unfavourable
        if not self.at_one_week and decides:
            sentences.append(
                f"{'An event' if composite else 'Rescue medication'} at any time before week "
                f"{self.week:g} counts, even after a visit with {self.words.indefinite}"
            )
        if not self.at_one_week:
            seen = "a visit" if self.kind == "best" else "at least two visits"
            ending = (
                f"patients with {seen} after baseline {self.words.did_not}"
                if self.early_end == "as observed"
                else "the status is open"
            )
            heeded = self.intercurrent != "treatment policy"
            death = self.early_end == "missing" or self.words.unfavourable
            decided = [
                "event" * heeded,
                "rescue medication" * (self.without_rescue and not heeded),
                "death" * (death and not heeded),
                "deterioration" * self.without_confirmed_deterioration,
            ]
            by = " or ".join(filter(None, decided))
            unless = f", and no {by} decides" if by else ""
            sentences.append(
                f"Where visits end before week {self.week:g} without "
                f"{self.words.indefinite}{unless}, {ending}"
            )
        return ". ".join(sentences) + "."

    @property
    def _consecutive(self) -> bool:
        return self.confirmed_at == "consecutive visits"


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "intercurrent": get_args(Strategy),
    "missing": get_args(Missing),
    "confirmed_at": get_args(Confirmation),
    "rescue_in_week_of_visit": get_args(SameWeek),
    "early_end": get_args(EarlyEnd),
}
