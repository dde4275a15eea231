"""The participants of a study by arm, as a table."""

from __future__ import annotations

from collections.abc import Callable

from tisstats.chapters.page import Rows
from tisstats.chapters.result_facts import COUNT, COUNT_PERCENTAGE, WORDS, Facts
from tisstats.figures.numbers import format_n_percent
from tisstats.sentences import count_of
from tisstats.trial.deaths import died_later
from tisstats.trial.flow import ArmFlow, ParticipantFlow, format_reason
from tisstats.trial.study_data import StudyData

#: What stands for a count that the tables do not record.
NOT_RECORDED = "not recorded"

#: Who completed the study, where its end is recorded.
COMPLETION_RULE = (
    "A patient with neither a week nor a reason for an early stop counts as having completed the "
    "study."
)

#: What is called an early stop where patients and their harms are counted.
STOPPED_EARLY = (
    "Stopped early: the treatment stopped before its planned end, even if the patient completed "
    "the study, or the patient left the study."
)


def later_deaths(data: StudyData) -> str:
    """Return how many died whose study did not end by it, with a space before it, or nothing.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> later_deaths(StudyData.read(example_folder()))
    ''
    """
    died = int(died_later(data.analysis.patients).sum())
    had = (
        f" {count_of(died, 'analysed patient')} whose study had ended for another reason or was "
        "completed also died: see the page on safety for all deaths."
    )
    return had if died else ""


#: What the columns of `disposition_rows` are.
DISPOSITION_FACTS = {
    "Stage": WORDS,
    "*": Facts(f"{COUNT_PERCENTAGE} | {COUNT}", unit="patients", group="@column"),
}


def were(count: int) -> str:
    """Format a count with its verb.

    Examples
    --------
    >>> were(1), were(2)
    ('1 was', '2 were')
    """
    return f"{count} {'was' if count == 1 else 'were'}"


def disposition_rows(flow: ParticipantFlow) -> Rows:
    """Return the participants at each stage, by arm and of all arms together.

    Percentages are of the analysed patients, whose number heads each column.
    """
    arms = flow.arms if len(flow.arms) == 1 else (*flow.arms, flow.total)

    def row(
        stage: str, count: Callable[[ArmFlow], int | None], percent: bool = True
    ) -> dict[str, str]:
        cells = {f"{arm.label} (N={arm.analysed})": _cell(arm, count(arm), percent) for arm in arms}
        return {"Stage": stage, **cells}

    yield row("In the table of patients", lambda arm: arm.recorded, percent=False)
    yield row("With a baseline visit", lambda arm: arm.with_baseline, percent=False)
    yield row("Treated", lambda arm: arm.treated, percent=False)
    yield row("Not analysed", lambda arm: arm.not_analysed, percent=False)
    yield row("Analysed", lambda arm: arm.analysed)
    yield row("Completed the study", lambda arm: arm.completed)
    if flow.total.ongoing:
        yield row("Still in the study", lambda arm: arm.ongoing)
    yield row("Did not complete the study", lambda arm: arm.stopped_early)
    for reason in flow.reasons:
        yield row(f"Did not complete: {format_reason(reason)}", _stopped_for(reason))
    yield row("Received rescue medication", lambda arm: arm.rescued)
    visit = f"With a {flow.endpoint_visit}"
    yield row(visit, lambda arm: arm.visited)
    yield row(f"{visit}, and a known score", lambda arm: arm.scored)


def _stopped_for(reason: str) -> Callable[[ArmFlow], int | None]:
    return lambda arm: None if arm.stopped is None else arm.stopped.get(reason, 0)


def _cell(arm: ArmFlow, count: int | None, percent: bool) -> str:
    if count is None:
        return NOT_RECORDED
    return format_n_percent(count, arm.analysed) if percent and arm.analysed else str(count)
