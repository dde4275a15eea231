"""Placebo-controlled trials at several thresholds, with counts that are printed or inferred."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.teaching.inferred_counts import (
    PerArm,
    PrintedDifference,
    arm_sizes_as_printed,
    pairs_as_printed,
)
from tisstats.teaching.placebo import Arm


@dataclass(frozen=True, slots=True)
class ThresholdComparison:
    """Both arms of a trial at one threshold."""

    trial: str  #: short name of the trial
    threshold: int  #: minimum Total Improvement Score of a responder, points
    condition: str  #: what a responder had to meet besides the score; empty: nothing is named
    percents: PerArm[str]  #: responders as printed, %
    printed: PrintedDifference | None  #: difference as printed; None if it was not found in print
    treated: Arm
    placebo: Arm
    inferred: bool  #: whether a count or the size of an arm is inferred
    source: str  #: what was read for the percentages: an abstract, or an account of one


def read_trials() -> PublishedFacts:
    """Read the placebo-controlled trials, by address.

    Examples
    --------
    >>> read_trials().text("trials.proderm.week")
    '16'
    """
    return PublishedFacts.read(data_directory("placebo_arms"))


def comparisons(trials: PublishedFacts) -> list[ThresholdComparison]:
    """Return both arms of every trial at every threshold, in the order of the file.

    Parameters
    ----------
    trials
        As `read_trials` returns them.

    Raises
    ------
    DataError
        If counts or sizes that are not printed are not determined by what is.

    Examples
    --------
    >>> [(each.placebo.responders, each.inferred) for each in comparisons(read_trials())[:2]]
    [(21, False), (11, True)]
    """
    return [
        comparison
        for trial in trials.tables["trials"]["id"]
        for comparison in _of_trial(trials, trial)
    ]


def name_conditions(trials: PublishedFacts, compared: Iterable[ThresholdComparison]) -> str:
    """Return what responders had to meet besides a score, as words without a full stop.

    Examples
    --------
    >>> name_conditions(read_trials(), comparisons(read_trials()))
    'ProDERM at 20 points: without confirmed deterioration'
    """
    return "; ".join(
        f"{trials.text(f'trials.{each.trial}.trial')} at {each.threshold} points: {each.condition}"
        for each in compared
        if each.condition
    )


def _of_trial(trials: PublishedFacts, trial: str) -> list[ThresholdComparison]:
    rows = trials.tables["shares"]
    thresholds = [int(each) for each in rows.loc[rows["trial"] == trial, "threshold"]]
    percents = {at: _percents(trials, trial, at) for at in thresholds}
    sizes = _printed_counts(trials, f"trials.{trial}", "patients")
    if sizes is None:
        randomised = trials.count(f"trials.{trial}.randomised")
        possible = arm_sizes_as_printed(list(percents.values()), randomised)
        patients = _single(possible, "trials.csv", f"sizes of the arms of {trial}")
    else:
        patients = sizes
    found = []
    for threshold in thresholds:
        difference = _difference(trials, f"shares.{trial}.{threshold}")
        counts = _printed_counts(trials, f"shares.{trial}.{threshold}", "responders")
        inferred = sizes is None or counts is None
        if counts is None:
            pairs = pairs_as_printed(percents[threshold], patients, difference)
            counts = _single(pairs, "shares.csv", f"responders of {trial} at {threshold}")
        found.append(
            ThresholdComparison(
                trial,
                threshold,
                trials.text(f"shares.{trial}.{threshold}.condition"),
                percents[threshold],
                difference,
                Arm(counts.treated, patients.treated),
                Arm(counts.placebo, patients.placebo),
                inferred,
                trials.text(f"shares.{trial}.{threshold}.source"),
            )
        )
    return found


def _percents(trials: PublishedFacts, trial: str, threshold: int) -> PerArm[str]:
    stem = f"shares.{trial}.{threshold}"
    return PerArm(trials.text(f"{stem}.treated_percent"), trials.text(f"{stem}.placebo_percent"))


def _printed_counts(trials: PublishedFacts, stem: str, of: str) -> PerArm[int] | None:
    """Return the counts of both arms, None if one is not printed."""
    addresses = [f"{stem}.{arm}_{of}" for arm in ("treated", "placebo")]
    if not all(trials.text(address) for address in addresses):
        return None
    return PerArm(*map(trials.count, addresses))


def _difference(trials: PublishedFacts, stem: str) -> PrintedDifference | None:
    texts = [trials.text(f"{stem}.{column}") for column in ("difference", "low", "high")]
    if not all(texts):
        return None
    estimate, low, high = texts
    level = float(trials.value(f"{stem}.level") / 100)
    return PrintedDifference(estimate, low, high, level)


def _single(found: list[PerArm[int]], file: str, what: str) -> PerArm[int]:
    if len(found) != 1:
        reason = f"{what}: the printed numbers allow {len(found)} possibilities, they must allow 1"
        raise DataError([Fault(f"placebo_arms/{file}", reason)])
    return found[0]
