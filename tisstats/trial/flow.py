"""The participants of a study by arm: from the table of patients to the visit of the endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.description import RESCUE
from tisstats.trial.end_reasons import COMPLETED, EARLY_ENDS, ONGOING
from tisstats.trial.samples import total_label
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_sections import EndpointPlan

#: Guideline of the flow of participants, for captions.
FLOW_GUIDELINE = "CONSORT 2025, doi:10.1371/journal.pmed.1004587"


def format_reason(reason: str) -> str:
    """Format one of `EARLY_ENDS` in words.

    Examples
    --------
    >>> format_reason("lost_to_follow_up"), format_reason("other")
    ('lost to follow-up', 'other or unstated reason')
    """
    return _REASONS.get(reason, reason.replace("_", " "))


#: Reasons whose words differ from their names; a stop without a reason counts as ``other``.
_REASONS = {"lost_to_follow_up": "lost to follow-up", "other": "other or unstated reason"}


@dataclass(frozen=True, slots=True)
class ArmFlow:
    """The participants of one arm; None stands for what the tables do not record.

    What follows `analysed` is counted among the analysed participants.
    """

    label: str  #: label of the arm
    recorded: int  #: participants in the table of patients
    with_baseline: int  #: of these, with a visit at baseline
    treated: int | None  #: of these, with a treatment other than rescue medication
    analysed: int  #: of these, in the analysis
    completed: int | None  #: completed the study
    ongoing: int | None  #: are still in the study
    stopped: Mapping[str, int] | None  #: stopped early, by reason, in the order of `EARLY_ENDS`
    rescued: int | None  #: received rescue medication at any time
    visited: int  #: with the visit that the endpoint needs, see `describe_endpoint_visit`
    scored: int
    #: with a known Total Improvement Score at such a visit, also where a measure is missing that
    #: cannot change it

    @property
    def not_analysed(self) -> int:
        """Participants in the table of patients who are not in the analysis."""
        return self.recorded - self.analysed

    @property
    def stopped_early(self) -> int | None:
        """Participants who stopped early, for any reason."""
        return None if self.stopped is None else sum(self.stopped.values())


@dataclass(frozen=True, slots=True)
class ParticipantFlow:
    """The participants of a study by arm."""

    arms: tuple[ArmFlow, ...]  #: in the order of the description
    endpoint_visit: str  #: which visit the endpoint needs, in words

    @property
    def total(self) -> ArmFlow:
        """All arms together."""
        return ArmFlow(
            label=total_label(arm.label for arm in self.arms),
            recorded=sum(arm.recorded for arm in self.arms),
            with_baseline=sum(arm.with_baseline for arm in self.arms),
            treated=_sum([arm.treated for arm in self.arms]),
            analysed=sum(arm.analysed for arm in self.arms),
            completed=_sum([arm.completed for arm in self.arms]),
            ongoing=_sum([arm.ongoing for arm in self.arms]),
            stopped=_add([arm.stopped for arm in self.arms]),
            rescued=_sum([arm.rescued for arm in self.arms]),
            visited=sum(arm.visited for arm in self.arms),
            scored=sum(arm.scored for arm in self.arms),
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons why participants of any arm stopped early, in the order of `EARLY_ENDS`."""
        return tuple(self.total.stopped or ())


def participant_flow(data: StudyData) -> ParticipantFlow:
    """Count the participants of each arm, from the table of patients to the endpoint's visit.

    Tables of a study begin with the participants of its arms: who was screened or found not
    eligible, and how arms were assigned, is in none of them.

    Parameters
    ----------
    data : StudyData
        A study with its rows.

    Returns
    -------
    ParticipantFlow
        One `ArmFlow` an arm. A participant without a reason and a week of an early stop counts
        as having completed; if the patients have neither column, ends are not recorded.

    References
    ----------
    CONSORT 2025, items 22a and 22b: participant flow, losses and exclusions with reasons,
    doi:10.1371/journal.pmed.1004587.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> flow = participant_flow(StudyData.read(example_folder()))
    >>> [(arm.label, arm.analysed, arm.completed, arm.visited) for arm in flow.arms]
    [('Active treatment', 6, 5, 5), ('Placebo', 6, 5, 5)]
    >>> flow.total.stopped, flow.endpoint_visit
    ({'rescue_medication': 1, 'adverse_event': 1}, 'visit at week 24')
    """
    arms = tuple(_arm_flow(data, name, label) for name, label in data.study.arms.items())
    return ParticipantFlow(arms, describe_endpoint_visit(data.study.endpoint))


def describe_endpoint_visit(endpoint: EndpointPlan) -> str:
    """Describe the visit without which a patient's response is not observed.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from tisstats.trial.template import example_folder
    >>> plan = StudyData.read(example_folder()).study.endpoint
    >>> describe_endpoint_visit(replace(plan, kind="best"))
    'visit after baseline, up to week 24'
    """
    if _is_at_week(endpoint):
        return f"visit at week {endpoint.week:g}"
    return f"visit after baseline, up to week {endpoint.week:g}"


def _is_at_week(endpoint: EndpointPlan) -> bool:
    return endpoint.kind in ("at week", "sustained")


def _arm_flow(data: StudyData, name: str, label: str) -> ArmFlow:
    arm = data.arm(name)
    needed = _endpoint_visits(arm, data.study.endpoint)
    has_treatments = "treatments" in data.has
    ids = arm.included["patient_id"]
    baseline = arm.trial.visits.loc[arm.trial.visits["week"] <= 0, "patient_id"]
    given = arm.treatments["patient_id"][arm.treatments["treatment"] != RESCUE]
    # Where only rescue medication is listed, the study treatment is not recorded.
    has_doses = has_treatments and bool((data.trial.treatments["treatment"] != RESCUE).any())
    ends = Counter(arm.analysed["end_reason"]) if data.ends_recorded else None
    return ArmFlow(
        label=label,
        recorded=len(ids),
        with_baseline=int(np.sum(np.isin(ids, baseline.to_numpy()))),
        treated=int(np.sum(np.isin(ids, given))) if has_doses else None,
        analysed=len(arm.patients),
        completed=None if ends is None else ends[COMPLETED],
        ongoing=None if ends is None else ends[ONGOING],
        stopped=None if ends is None else _reasons(ends),
        rescued=int(np.sum(arm.rescued())) if data.rescue_recorded else None,
        visited=int(np.sum(np.any(needed, axis=1))),
        # Scores are multiples of 2.5, so that bounds are exact; a score that is not there is nan.
        scored=int(np.sum(np.any(needed & (arm.tis_high <= arm.tis_low), axis=1))),
    )


def _endpoint_visits(arm: Analysis, endpoint: EndpointPlan) -> Mask:
    """Return which visits the endpoint needs, shape (patients, visits)."""
    if _is_at_week(endpoint):
        return np.asarray(np.abs(arm.weeks - endpoint.week) <= SAME_WEEK)
    return np.asarray((arm.weeks > 0) & (arm.weeks <= endpoint.week + SAME_WEEK))


def _reasons(ends: Mapping[str, int]) -> dict[str, int]:
    return {reason: ends[reason] for reason in EARLY_ENDS if ends.get(reason, 0)}


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _add(counts: Sequence[Mapping[str, int] | None]) -> dict[str, int] | None:
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return None
    return _reasons({reason: sum(c.get(reason, 0) for c in known) for reason in EARLY_ENDS})
