"""The courses of a trial's patients as plain arrays, from which endpoints are derived.

Nothing here depends on how the visits were recorded or scored: `Courses` is built from arrays, or
from the analysis of a trial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.imacs.rules import WORSENING_RULES, WorseningRule, chosen_rule
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.description import SAME_WEEK as SAME_WEEK
from tisstats.trial.intercurrent_events import intercurrent_events
from tisstats.trial.scoring import worsening_by_visit


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Scores, deterioration and intercurrent events of patients, visit by visit.

    Visits in or before week 0 are baseline visits; a response is sought at later ones. Weeks may
    be fractions, such as days / 7. A missed visit has no column.

    After a death there is no score to be observed: it is also an early stop, unless the treatment
    was stopped before, and `evaluate` and `time_to_first_response` say what it is by each strategy.

    Raises
    ------
    ValueError
        If shapes differ, weeks do not ascend, a score is outside of 0 to 100 or its bounds are
        reversed, or there is a score without a visit or a visit without one.

    Examples
    --------
    Two patients; the second has a missing measure in week 8 and stops in that week.

    >>> nan = np.nan
    >>> courses = Courses.from_scores(
    ...     weeks=[[0, 4, 8], [0, 8, nan]],
    ...     score_low=[[0, 20, 42.5], [0, 15, nan]],
    ...     score_high=[[0, 20, 42.5], [0, 35, nan]],
    ...     stop_week=[nan, 8],
    ... )
    >>> courses.follow_up.sum(axis=1).tolist(), courses.reached(20).format_count()
    ([2, 1], '1 to 2 (1 unknown)')
    """

    #: weeks of the visits, ascending, shape (patients, visits), nan after the last
    weeks: NDArray[np.float64]
    #: the least that the Total Improvement Score can be at the visit, 0 to 100, same shape; the
    #: score where it is known, 0 where nothing is known, nan where there is no visit
    score_low: NDArray[np.float64]
    #: the most that it can be, same shape; the score where it is known, 100 where nothing is known
    score_high: NDArray[np.float64]
    #: whether the definition of deterioration is met at the visit taken alone, same shape; no where
    #: there is no visit
    worse: ThreeValued
    #: week of the first rescue medication, shape (patients,), nan: none
    rescue_week: NDArray[np.float64]
    #: last week on treatment of a patient who stopped early, shape (patients,), nan: completed; at
    #: the latest that of the death
    stop_week: NDArray[np.float64]
    #: week of the death, shape (patients,), nan: not known to have died
    death_week: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("weeks", "score_low", "score_high", "rescue_week", "stop_week", "death_week"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.weeks.ndim != 2 or not self.weeks.shape[1]:
            raise ValueError(
                "weeks must have the shape (patients, visits) with at least one visit, "
                f"got {self.weeks.shape}"
            )
        shapes = {
            "score_low": (self.score_low, self.weeks.shape),
            "score_high": (self.score_high, self.weeks.shape),
            "worse": (self.worse.yes, self.weeks.shape),
            "rescue_week": (self.rescue_week, self.weeks.shape[:1]),
            "stop_week": (self.stop_week, self.weeks.shape[:1]),
            "death_week": (self.death_week, self.weeks.shape[:1]),
        }
        for name, (values, shape) in shapes.items():
            if values.shape != shape:
                raise ValueError(f"{name} must have the shape {shape}, got {values.shape}")
        self._check_visits()
        self._check_scores()
        object.__setattr__(self, "stop_week", np.fmin(self.stop_week, self.death_week))

    def _check_visits(self) -> None:
        visit = np.isfinite(self.weeks)
        # False before True in a row: a gap before a visit.
        if np.any(np.isinf(self.weeks)) or np.any(visit[:, 1:] & ~visit[:, :-1]):
            raise ValueError("weeks must be finite up to a patient's last visit, then nan")
        step = np.diff(self.weeks, axis=1)
        if np.any(step <= SAME_WEEK):
            patient = int(np.argwhere(step <= SAME_WEEK)[0, 0])
            raise ValueError(
                f"weeks must ascend, got {self.weeks[patient].tolist()} in row {patient}"
            )
        for name in ("rescue_week", "stop_week", "death_week"):
            week = getattr(self, name)
            if np.any((week < 0) | np.isinf(week)):
                raise ValueError(f"{name} must be a week of at least 0, or nan if there was none")

    def _check_scores(self) -> None:
        visit = np.isfinite(self.weeks)
        low, high = self.score_low, self.score_high
        if np.any(visit != np.isfinite(low)) or np.any(visit != np.isfinite(high)):
            raise ValueError(
                "score_low and score_high must be numbers where there is a visit and nan elsewhere"
            )
        wrong = visit & ~((low >= 0) & (low <= high) & (high <= 100))
        if np.any(wrong):
            at = tuple(np.argwhere(wrong)[0])
            raise ValueError(
                "scores must be from 0 to 100, score_low at most score_high, "
                f"got {low[at]:g} and {high[at]:g}"
            )
        if np.any(~visit & ~self.worse.no) or np.any(self.worse.yes & self.worse.no):
            raise ValueError("worse must be no where there is no visit, and never both yes and no")

    @classmethod
    def from_scores(
        cls,
        weeks: object,
        score_low: object,
        score_high: object | None = None,
        *,
        worse: ThreeValued | None = None,
        rescue_week: object | None = None,
        stop_week: object | None = None,
        death_week: object | None = None,
    ) -> Courses:
        """Return courses from array-likes, of patients without the events that are left out.

        Parameters
        ----------
        weeks, score_low : array_like, shape (patients, visits)
            As the fields.
        score_high : array_like, optional
            As the field; by default all scores are known.
        worse : ThreeValued, optional
            As the field; by default nobody deteriorated.
        rescue_week, stop_week, death_week : array_like, shape (patients,), optional
            As the fields; by default there was no rescue medication, all completed, nobody died.
        """
        at = np.asarray(weeks, dtype=np.float64)
        none = np.full(at.shape[:1], np.nan)
        events = (none if each is None else each for each in (rescue_week, stop_week, death_week))
        rescue, stop, death = (np.asarray(each, dtype=np.float64) for each in events)
        return cls(
            weeks=at,
            score_low=np.asarray(score_low, dtype=np.float64),
            score_high=np.asarray(
                score_low if score_high is None else score_high, dtype=np.float64
            ),
            worse=ThreeValued.from_mask(np.zeros(at.shape, dtype=bool)) if worse is None else worse,
            rescue_week=rescue,
            stop_week=stop,
            death_week=death,
        )

    @classmethod
    def of(cls, analysis: Analysis, deterioration: str | WorseningRule = "confirmed") -> Courses:
        """Return the courses of a trial's analysed patients.

        An early stop is in the week of the column ``stop_week`` of the patients, even of a patient
        who completed the study after it. Where that is empty or missing, it is in the week of the
        end of a patient who did not complete; where that is missing too, at the last visit. A death
        that ended the study is that stop, in the column ``death_week`` if that is given. Of another
        patient, a ``death_week`` is the death, and no earlier than the stop.

        Rescue medication is that of the table of treatments. In a study without such a table it is
        known of patients who stopped for it, and is taken as given when they stopped.

        In a study a visit may lie some days off its scheduled week. Rescue medication and early
        stops stay on the side of it on which they were. What happened on the very day of a visit
        happened in its week, as did a stop or a death whose week is given as the scheduled one.

        Parameters
        ----------
        analysis : Analysis
            The analysis of a trial, with all its visits.
        deterioration : str or WorseningRule
            Definition of deterioration, one of `tisstats.measures.imacs.WORSENING_RULES` or a
            custom rule; applied to each visit alone, whether or not it asks for consecutive ones.
            By default that of the trial ProDERM (see `confirmed_deterioration`). With PRINTO's core
            set, in which none is defined, it is not known of any visit.

        See Also
        --------
        tisstats.trial.evaluate_study : with the definitions and the criterion of a study.
        """
        events = intercurrent_events(analysis)
        return cls(
            weeks=analysis.weeks,
            score_low=analysis.tis_low,
            score_high=analysis.tis_high,
            worse=_worse(analysis, deterioration),
            rescue_week=events.rescue_week,
            stop_week=events.stop_week,
            death_week=events.death_week,
        )

    def with_criterion(self, met: ThreeValued) -> Courses:
        """Return the same courses with a criterion in place of the score.

        The score is 100 where the criterion is met, 0 where it is not, and from 0 to 100 where that
        is not known: every threshold asks whether it is met.

        Parameters
        ----------
        met : ThreeValued
            Whether the criterion is met at each visit, shape (patients, visits).

        Examples
        --------
        >>> courses = Courses.from_scores([[0, 8], [0, 8]], [[0, 20], [0, 20]])
        >>> improved = ThreeValued.from_mask(np.array([[False, True], [False, False]]))
        >>> courses.with_criterion(improved).reached(100).yes.tolist()
        [True, False]
        """
        visit = np.isfinite(self.weeks)
        return replace(
            self,
            score_low=np.where(visit, np.where(met.yes, 100.0, 0.0), np.nan),
            score_high=np.where(visit, np.where(met.no, 0.0, 100.0), np.nan),
        )

    @property
    def follow_up(self) -> Mask:
        """Which visits lie after week 0, shape (patients, visits)."""
        after: Mask = self.weeks > SAME_WEEK
        return after

    def reached_at_visits(self, threshold: float) -> ThreeValued:
        """Return whether a score was reached, visit by visit, shape (patients, visits).

        Neither yes nor no where there is no visit.
        """
        return ThreeValued(self.score_low >= threshold, self.score_high < threshold)

    def reached(self, threshold: float) -> ThreeValued:
        """Return whether a score was reached at any visit after week 0, shape (patients,).

        Without such a visit it is not known.
        """
        return at_any_visit(self.reached_at_visits(threshold), self.follow_up)

    def rescued_before(self, week: NDArray[np.float64], *, same_week: bool = False) -> Mask:
        """Return whether rescue medication was given before a week, or also in that week.

        `week` has the shape (patients,), or (patients, visits).
        """
        rescue = _like(self.rescue_week, week)
        before: Mask = (rescue <= week + SAME_WEEK) if same_week else (rescue < week - SAME_WEEK)
        return before

    def stopped_before(self, week: NDArray[np.float64]) -> Mask:
        """Return whether the last week on treatment lies before a week, of either shape."""
        before: Mask = _like(self.stop_week, week) < week - SAME_WEEK
        return before

    def died_before(self, week: NDArray[np.float64]) -> Mask:
        """Return whether a patient died before a week, shape (patients,)."""
        before: Mask = self.death_week < week - SAME_WEEK
        return before

    def died_unseen(self, week: float, counted: Mask) -> Mask:
        """Return whether a patient died up to a week, without a counted visit from then on."""
        after = self.weeks >= self.death_week[:, None] - SAME_WEEK
        unseen: Mask = ~np.any(counted & after, axis=1)
        return unseen & (self.death_week <= week + SAME_WEEK)


def _like(of_patients: NDArray[np.float64], week: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weeks of patients, shape (patients,), so that they compare with those of visits."""
    return of_patients if week.ndim == 1 else of_patients[:, None]


def _worse(analysis: Analysis, deterioration: str | WorseningRule) -> ThreeValued:
    """Return whether a definition of deterioration is met at each visit taken alone."""
    rule = chosen_rule(deterioration, WORSENING_RULES, WorseningRule, "deterioration")
    visit, description = np.isfinite(analysis.weeks), analysis.trial.description
    yes, no = np.zeros(visit.shape, dtype=bool), ~visit
    if description.core_set != "imacs":
        return ThreeValued(yes, no)
    judged = worsening_by_visit(
        analysis.visits, replace(rule, consecutive_visits=1), description.vas_max
    )
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    worse, known = (judged[name].to_numpy(dtype=bool) for name in ("worse", "worse_known"))
    yes[visit], no[visit] = worse & known, ~worse & known
    return ThreeValued(yes, no)


def at_any_visit(found: ThreeValued, counted: Mask) -> ThreeValued:
    """Return whether something holds at one of the counted visits, shape (patients,).

    Without a counted visit it is not known.

    Examples
    --------
    >>> found = ThreeValued(np.array([[True, False]] * 3), np.array([[False, True]] * 3))
    >>> counted = np.array([[True, True], [False, True], [False, False]])
    >>> any_visit = at_any_visit(found, counted)
    >>> any_visit.yes.tolist(), any_visit.no.tolist()
    ([True, False, False], [False, True, False])
    """
    some = np.any(counted, axis=1)
    return ThreeValued(
        np.any(counted & found.yes, axis=1), some & ~np.any(counted & ~found.no, axis=1)
    )


def at_consecutive_visits(found: ThreeValued, counted: Mask, visits: int = 2) -> ThreeValued:
    """Return whether something holds at a number of consecutive counted visits, shape (patients,).

    Visits are consecutive if there is none between them, whatever the weeks between. With fewer
    counted visits it does not hold. What is not known of single visits is known of the series if
    every possibility gives the same answer.

    Examples
    --------
    >>> yes = np.array([[True, True, False], [True, False, True], [True, False, False]])
    >>> no = np.array([[False, False, True], [False, True, False], [False, False, True]])
    >>> every = np.ones(yes.shape, dtype=bool)
    >>> twice = at_consecutive_visits(ThreeValued(yes, no), every)
    >>> twice.yes.tolist(), twice.no.tolist()
    ([True, False, False], [False, True, False])
    """
    return ThreeValued(
        _any_run(counted & found.yes, visits), ~_any_run(counted & ~found.no, visits)
    )


def _any_run(held: Mask, visits: int) -> Mask:
    """Return of which patients something held at this many neighbouring visits."""
    starts = max(held.shape[1] - visits + 1, 0)
    run = np.ones((held.shape[0], starts), dtype=bool)
    for offset in range(visits):
        run &= held[:, offset : offset + starts]
    found: Mask = np.any(run, axis=1)
    return found


def confirmed_deterioration(courses: Courses, by_week: float = np.inf) -> ThreeValued:
    """Return which patients had a confirmed deterioration up to a week, as in ProDERM.

    A deterioration is confirmed if its definition is met at two consecutive visits. At a visit it
    is met, compared with baseline, if

    - the physician global worsened by at least 2 cm and muscle testing by at least 20%, or
    - extramuscular activity worsened by at least 2 cm, or
    - any three of the five core set measures other than the enzyme worsened by at least 30%.

    `Courses.of` derives the visits at which it is met by this definition, or by another.

    Parameters
    ----------
    courses : Courses
        The patients' courses, with ``worse`` at each visit.
    by_week : float
        Last week of the confirming visit, included.

    Returns
    -------
    ThreeValued
        Shape (patients,). Where missing measures leave it open whether the definition was met at a
        visit, it is known only if every possibility gives the same answer.

    Notes
    -----
    The definition and its limits are published. Assumed, since the legend leaves it open: that the
    two visits are asked for by all three clauses; that each visit may meet another clause;
    that visits are consecutive if there is none between them, so that a missed visit does not
    interrupt; that percentages are relative to baseline; and that a deterioration
    at the last visit, which none follows, does not count.

    References
    ----------
    Figure 1 of the ProDERM report on safety, doi:10.1186/s13075-023-03232-2.
    The trial's primary endpoint, doi:10.1056/NEJMoa2117912, asks for a score of at least 20 at
    week 16 and no confirmed deterioration up to week 16.

    Examples
    --------
    >>> scores = np.zeros((3, 4))
    >>> worse = np.array([[0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 1]]) > 0
    >>> courses = Courses.from_scores(
    ...     [[0, 4, 8, 16]] * 3, scores, worse=ThreeValued.from_mask(worse)
    ... )
    >>> confirmed_deterioration(courses).yes.tolist()
    [True, False, False]
    >>> confirmed_deterioration(courses, by_week=4).yes.tolist()
    [False, False, False]
    """
    counted = courses.follow_up & (courses.weeks <= by_week + SAME_WEEK)
    return at_consecutive_visits(courses.worse, counted)
