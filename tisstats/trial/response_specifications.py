"""Proportions of responders, or their difference between arms, under every combination of choices.

Some settings decide who is counted as a responder, the others how the counts are summarised. Each
is computed once for what it depends on, so that thousands of combinations take seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.parallel import run_tasks
from tisstats.statistics import proportion_difference, proportion_interval, two_proportion_test
from tisstats.statistics._arguments import one_of
from tisstats.trial.columns import Mask
from tisstats.trial.courses import Courses
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.endpoints import EndpointResult, evaluate
from tisstats.trial.specifications import (
    RESULTS,
    Choice,
    SpecificationCurve,
    check_choices,
    combinations,
    combined_settings,
)

#: Denominators: name to who is in it.
DENOMINATORS: Mapping[str, str] = {
    "analysed": "analysed patients",
    "included": "all patients, those not analysed as failures of treatment",
    "followed": "analysed patients with a visit after baseline",
}

#: Rules for an open status: name to what it is counted as; by "unknown" it is left out.
_COUNTED_AS = {
    "unknown": None,
    "non-responder": False,
    "worst case": False,
    "best case": True,
}

#: Tables whose limits and P value one task computes.
_CHUNK = 8

#: Seconds that Boschloo's test takes for each pair of patients of both arms, measured for two arms
#: of 150; the other tests and intervals take a small part of it.
_SECONDS_PER_PAIR = 5e-6

#: Starting processes takes about 2 seconds, so that they pay from about this many seconds on.
_SECONDS_TO_SHARE = 10.0

#: Called with the number of tables and methods done, and the number wanted.
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Counts:
    """Responders and patients of an arm, and of the reference arm if there is one."""

    responders: tuple[int, ...]  #: one number, or two: the arm's and the reference's
    patients: tuple[int, ...]  #: the denominators

    @property
    def empty(self) -> bool:
        """Whether an arm has nobody in its denominator."""
        return min(self.patients) == 0


@dataclass(frozen=True, slots=True)
class Inference:
    """How counts are summarised, where no choice varies it."""

    interval: str  #: one of `INTERVAL_METHODS`, or with two arms of `DIFFERENCE_METHODS`
    confidence_level: float  #: 0 to 1, both ends excluded
    test: str = "fisher"  #: one of `PROPORTION_TESTS`; not used for one arm


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCohort:
    """The analysed patients of one arm or of two, by every way of scoring them.

    Raises
    ------
    ValueError
        If there is no way of scoring, or not one or two arms of as many patients as the courses.
    """

    courses: Mapping[str, Courses]  #: by name of the scoring; the same patients in each
    arms: tuple[Mask, ...]  #: members of the arm, and of the reference; shape (patients,) each
    not_analysed: tuple[int, ...]  #: patients of each arm who are not among those analysed
    _evaluated: dict[Any, EndpointResult] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.courses:
            raise ValueError("courses must have at least one way of scoring, got none")
        if not 1 <= len(self.arms) == len(self.not_analysed) <= 2:
            raise ValueError(
                "arms and not_analysed must have one entry, or two with a reference arm, "
                f"got {len(self.arms)} and {len(self.not_analysed)}"
            )
        sizes = {len(course.weeks) for course in self.courses.values()}
        if sizes | {len(arm) for arm in self.arms} != sizes or len(sizes) > 1:
            raise ValueError("all courses and arms must have one entry for each patient")

    def count(self, endpoint: Endpoint, settings: Mapping[str, Any]) -> Counts:
        """Count responders and patients under some settings; those not named are the endpoint's.

        Parameters
        ----------
        endpoint
            The endpoint whose fields the settings replace.
        settings
            Fields of `Endpoint`; ``scoring``, a name of `courses`; ``denominator``, one of
            `DENOMINATORS`, by default "analysed".

        Raises
        ------
        ValueError
            If there is no such setting, or its value is not permitted; the rule "bounds" for
            missing scores is not, since its ends are the best and the worst case.
        """
        if unknown := settings.keys() - _COUNTING:
            raise ValueError(
                f"settings must be among {', '.join(sorted(_COUNTING))}, "
                f"got {', '.join(sorted(unknown))}"
            )
        scoring = settings.get("scoring", next(iter(self.courses)))
        courses = self.courses[str(one_of("scoring", scoring, self.courses))]
        missing = settings.get("missing", endpoint.missing)
        counted_as = _COUNTED_AS[one_of("missing", missing, _COUNTED_AS)]
        unfavourable = endpoint.words.unfavourable
        if counted_as is not None:
            counted_as = counted_as != unfavourable
        denominator = one_of("denominator", settings.get("denominator", "analysed"), DENOMINATORS)
        # What is still open does not depend on the rule for it: evaluate each endpoint once.
        chosen = replace(with_settings(endpoint, settings), missing="unknown")
        key = (scoring, chosen)
        if key not in self._evaluated:
            self._evaluated[key] = evaluate(chosen, courses)
        status = self._evaluated[key].status
        yes, unknown = status == "responder", status == "unknown"
        counted = yes | (status == "non-responder")
        if counted_as is not None:
            counted = counted | unknown
            yes = yes | (unknown & counted_as)
        if denominator == "followed":
            counted = counted & np.any(courses.follow_up, axis=1)
        more = self.not_analysed if denominator == "included" else (0,) * len(self.arms)
        # Patients who are not analysed are failures of treatment.
        failed = more if unfavourable else (0,) * len(self.arms)
        return Counts(
            tuple(
                int(np.sum(arm & counted & yes)) + others
                for arm, others in zip(self.arms, failed, strict=True)
            ),
            tuple(
                int(np.sum(arm & counted)) + others
                for arm, others in zip(self.arms, more, strict=True)
            ),
        )


_ENDPOINT = frozenset(each.name for each in fields(Endpoint))
_INFERENCE = frozenset(each.name for each in fields(Inference))
_COUNTING = _ENDPOINT | {"scoring", "denominator"}


def with_settings(endpoint: Endpoint, settings: Mapping[str, Any]) -> Endpoint:
    """Return the endpoint with some fields replaced; weeks of a sustained one only for its kind."""
    changed = {name: value for name, value in settings.items() if name in _ENDPOINT}
    kind = changed.get("kind", endpoint.kind)
    if kind != "sustained":
        changed["also_at"] = ()
    return replace(endpoint, **changed)


def curve_of_counts(
    count: Callable[[Mapping[str, Any]], Counts],
    inference: Inference,
    choices: Sequence[Choice],
    *,
    processes: int | None = None,
    scheduler: str | None = None,
    progress: OnProgress | None = None,
) -> SpecificationCurve:
    """Compute proportions, or differences, of counts under every combination of choices.

    Parameters
    ----------
    count : callable
        Returns the `Counts` of the settings that are not fields of `Inference`, such as
        `ResponseCohort.count` with its endpoint.
    inference : Inference
        Interval and test as chosen.
    choices : sequence of Choice
        Choices; those of `Inference` may not stand in one choice with others.
    processes : int, optional
        Processes for intervals and tests; by default one for every core where that saves time,
        which it does for Boschloo's test of large arms.
    scheduler : str, optional
        Address of the scheduler of a Dask cluster that computes intervals and tests instead.
    progress : callable, optional
        Called with the number of tables and methods done, and the number wanted.

    Returns
    -------
    SpecificationCurve
        For one arm ``responders``, ``patients``, the proportion with its interval, and no P value;
        for two the counts of both, ``responders_reference`` and ``patients_reference``, the
        difference, arm minus reference, with its interval, and the P value of the test. Missing
        where an arm has nobody in its denominator.

    Raises
    ------
    ValueError
        If a choice sets both counts and inference, or a setting is not permitted.
    DataError
        If the scheduler cannot be reached.

    Examples
    --------
    >>> from functools import partial
    >>> from tisstats.trial.specifications import Choice
    >>> courses = Courses.from_scores([[0, 8]] * 4, [[0, 20], [0, 40], [0, 60], [0, 0]])
    >>> cohort = ResponseCohort({"as declared": courses}, (np.ones(4, dtype=bool),), (1,))
    >>> endpoint = Endpoint(kind="at week", threshold=40, week=8,
    ...                     intercurrent="treatment policy", missing="unknown")
    >>> curve = curve_of_counts(
    ...     partial(cohort.count, endpoint), Inference("wilson", 0.95),
    ...     [Choice.of("Threshold", "threshold", {40: "40 points", 20: "20 points"}),
    ...      Choice.of("Denominator", "denominator",
    ...                {"analysed": "analysed", "included": "all"})],
    ... )
    >>> curve.results[["responders", "patients", "estimate"]].to_numpy().tolist()
    [[2.0, 4.0, 0.5], [2.0, 5.0, 0.4], [3.0, 4.0, 0.75], [3.0, 5.0, 0.6]]
    """
    for choice in choices:
        if choice.settings & _INFERENCE and choice.settings - _INFERENCE:
            raise ValueError(f"the choice {choice.label!r} sets both who counts and the inference")
    check_choices(choices)
    inferring = [axis for axis, choice in enumerate(choices) if choice.settings <= _INFERENCE]
    counting = [axis for axis in range(len(choices)) if axis not in inferring]
    counts = [count(settings) for settings in _settings_of(choices, counting)]
    inferences = [replace(inference, **settings) for settings in _settings_of(choices, inferring)]
    tables = list(dict.fromkeys(counts))
    summaries = _summarised(
        inferences, tables, processes=processes, scheduler=scheduler, progress=progress
    )
    place = {table: number for number, table in enumerate(tables)}
    by_count, by_inference = _positions(choices, counting), _positions(choices, inferring)
    rows = np.array([place[each] for each in counts], dtype=np.int64)[by_count]
    results = dict(zip(RESULTS, summaries[by_inference, rows].T, strict=True))
    columns = _count_columns([counts[each] for each in by_count])
    return SpecificationCurve(tuple(choices), pd.DataFrame({**columns, **results}))


def _summarised(
    inferences: Sequence[Inference],
    tables: Sequence[Counts],
    *,
    processes: int | None,
    scheduler: str | None,
    progress: OnProgress | None,
) -> NDArray[np.float64]:
    """Return the results of each table by each inference, shape (inferences, tables, results)."""
    # Limits do not depend on the test, nor P values on the interval: compute each once.
    methods: dict[_Method, list[int]] = {}
    for position, inference in enumerate(inferences):
        for method in _methods(inference, tables):
            methods.setdefault(method, []).append(position)
    tasks = [
        _Task(method, start, tuple(tables[start : start + _CHUNK]))
        for method in methods
        for start in range(0, len(tables), _CHUNK)
    ]
    found = np.full((len(inferences), len(tables), len(RESULTS)), np.nan)
    workers = processes or (None if _is_long(methods, tables) else 1)
    done = 0
    for task, results in run_tasks(
        _compute, tasks, processes=workers, scheduler=scheduler, command="tisstats sensitivity"
    ):
        rows = slice(task.start, task.start + len(results))
        for position in methods[task.method]:
            found[position, rows, task.method.columns] = results
        done += len(results)
        if progress is not None:
            progress(done, len(methods) * len(tables))
    return found


def _settings_of(choices: Sequence[Choice], axes: Sequence[int]) -> Iterator[dict[str, Any]]:
    return combined_settings([choices[axis] for axis in axes])


def _positions(choices: Sequence[Choice], axes: Sequence[int]) -> NDArray[np.int64]:
    """Return, for each combination, that of some of the choices alone; shape (combinations,)."""
    shape = tuple(len(choice.levels) for choice in choices)
    at = np.zeros(combinations(choices), dtype=np.int64)
    levels = np.indices(shape).reshape(len(shape), -1)
    for axis in axes:
        at = at * shape[axis] + levels[axis]
    return at


def _count_columns(counts: Sequence[Counts]) -> dict[str, list[int]]:
    names = ("", "_reference")[: len(counts[0].patients)]
    columns = {}
    for arm, name in enumerate(names):
        columns[f"responders{name}"] = [each.responders[arm] for each in counts]
        columns[f"patients{name}"] = [each.patients[arm] for each in counts]
    return columns


@dataclass(frozen=True, slots=True)
class _Method:
    """An interval at a confidence level, or a test."""

    name: str
    confidence_level: float | None  #: None: a test

    @property
    def columns(self) -> slice:
        """Which of `RESULTS` it gives: estimate and limits, or the P value."""
        return slice(3, 4) if self.confidence_level is None else slice(0, 3)


def _methods(inference: Inference, tables: Sequence[Counts]) -> Iterator[_Method]:
    yield _Method(inference.interval, inference.confidence_level)
    if len(tables[0].patients) > 1:
        yield _Method(inference.test, None)


def _is_long(methods: Iterable[_Method], tables: Sequence[Counts]) -> bool:
    """Return whether the tests take so long that more processes save time."""
    if _Method("boschloo", None) not in methods:
        return False
    pairs = sum(float(np.prod(table.patients)) for table in tables)
    return pairs * _SECONDS_PER_PAIR > _SECONDS_TO_SHARE


@dataclass(frozen=True, slots=True)
class _Task:
    """Some tables of counts, and a method to apply to them."""

    method: _Method
    start: int  #: position of the first table
    tables: tuple[Counts, ...]


def _compute(task: _Task) -> tuple[_Task, NDArray[np.float64]]:
    """Return the task, and the results of its tables, shape (tables, results of the method)."""
    return task, np.array([_computed(task.method, table) for table in task.tables])


def _computed(method: _Method, counts: Counts) -> tuple[float, ...]:
    if counts.empty:
        return (np.nan,) if method.confidence_level is None else (np.nan,) * 3
    responders, patients = counts.responders, counts.patients
    if len(patients) == 1:
        level = cast(float, method.confidence_level)
        found = proportion_interval(responders[0], patients[0], level, method.name)
        return found.estimate, found.low, found.high
    arms = responders[0], patients[0], responders[1], patients[1]
    if method.confidence_level is None:
        return (float(two_proportion_test(*arms, test=method.name).pvalue),)
    found = proportion_difference(*arms, method.confidence_level, method.name)
    return found.estimate, found.low, found.high
