"""Words for who meets the criterion of an endpoint, and whether meeting it is good or bad.

A worsening is not a response. Statuses of `tisstats.trial.endpoints` keep one set of names, of
which "responder" is a patient who met the endpoint; what readers see comes from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWords:
    """An outcome in words.

    Examples
    --------
    >>> WORSENING.status("responder"), WORSENING.status("non-responder")
    ('worsened', 'not worsened')
    >>> WORSENING.status("unknown")
    'unknown'
    """

    noun: str  #: the outcome, such as "response"
    indefinite: str  #: the same with its article, if it takes one
    met: str  #: status of a patient who met the endpoint
    unmet: str  #: status of a patient who did not
    met_as: str  #: what such a patient is counted as, after "counted as"
    unmet_as: str  #: likewise for a patient who did not
    did_not: str  #: what patients did who did not meet it, such as "are non-responders"
    patients: str  #: those who met it, such as "responders"
    past: str  #: what they did, such as "responded"
    present: str  #: what they do, in the plural, such as "respond"
    #: whether meeting the endpoint is the unfavourable outcome: then what counts as a failure of
    #: treatment (the composite strategy, the worst case) counts as having met it
    unfavourable: bool = False

    def status(self, status: str) -> str:
        """Return a status in words; those that no outcome renames as they are."""
        return {"responder": self.met, "non-responder": self.unmet}.get(status, status)

    @property
    def failure_as(self) -> str:
        """What a failure of treatment is counted as."""
        return self.met_as if self.unfavourable else self.unmet_as

    @property
    def success_as(self) -> str:
        """What a success of treatment is counted as."""
        return self.unmet_as if self.unfavourable else self.met_as

    @property
    def failure(self) -> str:
        """The unfavourable outcome as a noun."""
        return self.noun if self.unfavourable else self.absence

    @property
    def success(self) -> str:
        """The favourable outcome as a noun."""
        return self.absence if self.unfavourable else self.noun

    @property
    def absence(self) -> str:
        """That the outcome was not there, as a noun."""
        return "non-response" if self.noun == "response" else f"no {self.noun}"


RESPONSE = OutcomeWords(
    noun="response",
    indefinite="a response",
    met="responder",
    unmet="non-responder",
    met_as="a responder",
    unmet_as="a non-responder",
    did_not="are non-responders",
    patients="responders",
    past="responded",
    present="respond",
)

WORSENING = OutcomeWords(
    noun="worsening",
    indefinite="a worsening",
    met="worsened",
    unmet="not worsened",
    met_as="worsened",
    unmet_as="not worsened",
    did_not="count as not worsened",
    patients="patients who worsened",
    past="worsened",
    present="worsen",
    unfavourable=True,
)

MINIMAL_DISABILITY = OutcomeWords(
    noun="minimal disability",
    indefinite="minimal disability",
    met="minimal disability",
    unmet="no minimal disability",
    met_as="having minimal disability",
    unmet_as="not having minimal disability",
    did_not="count as without minimal disability",
    patients="patients with minimal disability",
    past="had minimal disability",
    present="have minimal disability",
    unfavourable=True,
)
