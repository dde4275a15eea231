"""Counts of scored visits, which add up over parts of a file, and the lines that state them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SETS, ENZYMES, RESPONSES, CoreSet
from tisstats.measures.doubts import (
    ENOUGH_OF_ONE_SCALE,
    ENOUGH_VALUES,
    HIGH_ENZYME,
    HIGHEST_GRADE,
    LOW_ENZYME,
    TENTH_OF_MM,
    are_like_grades,
    have_decimals,
    is_in_longer_unit,
    shorter_muscle_test,
    unknown_maximum,
)
from tisstats.measures.enzymes import IMPLAUSIBLY_HIGH, IMPLAUSIBLY_LOW, EnzymeUnit
from tisstats.measures.ranges import GLOBALS_OF, VAS_MEASURES_OF, VAS_UNITS, Ends
from tisstats.measures.visit_table import Visits
from tisstats.measures.visits import ScoringRules
from tisstats.sentences import count_of, first_few


def _finite(given: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = np.isfinite(given)
    return given if finite.all() else given[finite]


def _count(found: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(found))


#: How the enzyme was selected, where none was.
_NONE_SELECTED = ""

#: Values that are counted at once: they stay in the cache of a core.
_BLOCK = 1 << 15

#: So many patients are named; of more, the number is given.
MOST_NAMED = 3


@dataclass(slots=True)
class ScoreCounts:
    """What a summary of scored visits counts.

    Unknown responses, and patients with a baseline visit only, are counted separately; neither
    counts as "none". The counts of responses add up to the patients.
    """

    patients: int = 0  #: patients
    visits: int = 0  #: visits
    responses: Counter[str] = field(default_factory=Counter)  #: by category, at the last visit
    unknown: int = 0  #: patients whose last visit has no response
    unseen: int = 0  #: patients without follow-up
    selections: Counter[str] = field(default_factory=Counter)  #: patients by selection of enzyme
    late: int = 0  #: patients whose baseline is not week 0
    #: the first of them in the file: row, identifier and week, a list as JSON has it
    late_first: list[list[Any]] = field(default_factory=list)
    highest: dict[str, float] = field(default_factory=dict)  #: by measure other than enzymes
    measured: Counter[str] = field(default_factory=Counter)  #: values, by measure
    graded: Counter[str] = field(default_factory=Counter)  #: those as of five grades, by measure
    #: values above 10, those of them with decimals, and the others with decimals, by measure
    above: Counter[str] = field(default_factory=Counter)
    above_uneven: Counter[str] = field(default_factory=Counter)
    below_uneven: Counter[str] = field(default_factory=Counter)
    abnormal: Counter[str] = field(default_factory=Counter)  #: not below a tenth of ULN, by enzyme
    extreme: Counter[str] = field(default_factory=Counter)  #: above 60 times ULN, by enzyme
    low: Counter[str] = field(default_factory=Counter)  #: implausibly low values, by enzyme
    high: Counter[str] = field(default_factory=Counter)  #: implausibly high values, by enzyme

    @classmethod
    def of(
        cls,
        values: Mapping[str, NDArray[np.float64]],
        multiples: Mapping[str, NDArray[np.float64]],
        placed: Visits,
        columns: Mapping[str, Any],
    ) -> ScoreCounts:
        """Count visits with the columns of their score."""
        count = len(placed.baselines)
        weeks = np.where(np.isnan(placed.weeks), np.inf, placed.weeks)  # a fault, wherever it is
        latest = np.full(count, -np.inf)
        np.maximum.at(latest, placed.patients, weeks)
        rows = np.flatnonzero(weeks >= latest[placed.patients])
        last = np.zeros(count, dtype=np.int64)
        last[placed.patients[rows]] = rows
        has_follow_up = last != placed.baselines
        response = columns["response"].codes[last[has_follow_up]]
        selections = Counter[str]()
        if multiples:
            selection = columns["enzyme_selection"]
            names = [*selection.categories, _NONE_SELECTED]
            numbers = np.bincount(selection.codes[placed.baselines] + 1, minlength=len(names))
            for code, number in enumerate(numbers.tolist(), start=-1):
                if number:
                    selections[names[code]] = number
        found = cls(
            patients=count,
            visits=len(placed.weeks),
            responses=Counter(
                {name: int((response == code).sum()) for code, name in enumerate(RESPONSES)}
            ),
            unknown=int((response < 0).sum()),
            unseen=int((~has_follow_up).sum()),
            selections=selections,
            late=int((np.abs(placed.weeks[placed.baselines]) > 0).sum()),
        )
        for begin in range(0, len(placed.weeks), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            for name, given in values.items():
                found._count_measure(name, _finite(given[block]))
            for name, given in multiples.items():
                found._count_enzyme(name, given[block])
        return found

    def _count_measure(self, name: str, finite: NDArray[np.float64]) -> None:
        """Count some values of a measure other than an enzyme."""
        if finite.size:
            most = float(finite.max())
            self.highest[name] = max(self.highest.get(name, most), most)
        above, uneven = finite > TENTH_OF_MM, have_decimals(finite)
        both = _count(above & uneven)
        self.measured[name] += finite.size
        self.graded[name] += _count(are_like_grades(finite))
        self.above[name] += _count(above)
        self.above_uneven[name] += both
        self.below_uneven[name] += _count(uneven) - both

    def _count_enzyme(self, name: str, given: NDArray[np.float64]) -> None:
        """Count some values of an enzyme, multiples of its ULN."""
        finite = _finite(given)
        self.measured[name] += finite.size
        self.abnormal[name] += _count(finite >= LOW_ENZYME)
        self.extreme[name] += _count(finite > HIGH_ENZYME)
        self.low[name] += _count(given < IMPLAUSIBLY_LOW)
        self.high[name] += _count(given > IMPLAUSIBLY_HIGH)

    def __add__(self, other: ScoreCounts) -> ScoreCounts:
        """Return the counts of two parts, which share no patient."""
        return ScoreCounts(
            self.patients + other.patients,
            self.visits + other.visits,
            self.responses + other.responses,
            self.unknown + other.unknown,
            self.unseen + other.unseen,
            self.selections + other.selections,
            self.late + other.late,
            sorted(self.late_first + other.late_first)[:MOST_NAMED],
            {
                name: max(of[name] for of in (self.highest, other.highest) if name in of)
                for name in {**self.highest, **other.highest}
            },
            self.measured + other.measured,
            self.graded + other.graded,
            self.above + other.above,
            self.above_uneven + other.above_uneven,
            self.below_uneven + other.below_uneven,
            self.abnormal + other.abnormal,
            self.extreme + other.extreme,
            self.low + other.low,
            self.high + other.high,
        )

    def lines(
        self, rules: ScoringRules, *, vas_max: float, unit: EnzymeUnit, mapped: Mapping[str, str]
    ) -> list[str]:
        """Return lines with the numbers of responses, and warnings.

        `mapped` has the units of the file that a mapping names, by measure.
        """
        shown = [f"{self.responses[name]} {name}" for name in RESPONSES]
        if self.unknown:
            shown.append(f"{self.unknown} unknown")
        if self.unseen:
            shown.append(f"{self.unseen} without follow-up")
        lines = [
            f"{count_of(self.patients, 'patient')}, {count_of(self.visits, 'visit')}",
            f"response at each patient's last visit: {', '.join(shown)}",
        ]
        has_enzyme = "enzyme" in CORE_SETS[rules.ranges.core_set]
        lines += self._enzymes() if has_enzyme else []
        if self.late:
            lines.append(
                f"{count_of(self.late, 'patient')}: the baseline, the visit of the lowest week, is "
                f"not week 0: {self._late_ones()}"
            )
        lines += self._muscle_test(rules.ranges.ends)
        lines += self._scales(rules.ranges.core_set, vas_max, mapped)
        return lines + ([*self._units(unit), *self._all_of(unit, mapped)] if has_enzyme else [])

    def _late_ones(self) -> str:
        named = [f"{name} (week {week:g})" for _, name, week in self.late_first]
        return first_few(named, len(named), of=self.late)

    def _muscle_test(self, ends: Mapping[str, Ends]) -> list[str]:
        """Return warnings if no test has this maximum, or all values fit a shorter test."""
        if "mmt" not in ends:
            return []
        maximum = ends["mmt"].high
        unknown = unknown_maximum(maximum)
        lines = [] if unknown is None else [f"--mmt-max {maximum:g} is {unknown}"]
        if self.measured["mmt"] < ENOUGH_VALUES:
            return lines
        shorter = shorter_muscle_test(maximum, self.highest["mmt"])
        question = f"is {maximum:g} the maximum of the test that was done (--mmt-max)?"
        if shorter is not None:
            lines.append(f"no muscle test is above {shorter}; {question}")
        return lines

    def _scales(self, core_set: CoreSet, vas_max: float, mapped: Mapping[str, str]) -> list[str]:
        """Return warnings of visual analogue scales that seem to be in another unit."""
        scales = VAS_MEASURES_OF[core_set]
        beyond_ten = any(self.highest.get(name, 0) > 10 for name in scales)
        if vas_max > 10 and not beyond_ten and not set(scales) & set(mapped):
            return ["no visual analogue scale exceeds 10; if they are in cm, use --vas-max 10"]
        lines = []
        for name in scales:
            is_global = name in GLOBALS_OF[core_set]
            alone = any(self.highest.get(n, 0) > vas_max / 10 for n in scales if n != name)
            if self._like_grades(name) and is_global:
                lines.append(
                    f"every {name} is a whole number from 0 to {HIGHEST_GRADE}; is it on five "
                    "grades, which would earn wrong points as a visual analogue scale?"
                )
            elif (
                self.measured[name] >= (ENOUGH_VALUES if is_global else ENOUGH_OF_ONE_SCALE)
                and (is_global or alone)
                and is_in_longer_unit(vas_max, self.highest[name])
            ):
                said = f"as --vas-max {vas_max:g} says"
                unit = VAS_UNITS[int(vas_max)]
                if name in mapped:
                    unit, said = mapped[name], "as the mapping says"
                lines.append(f"no {name} exceeds {vas_max / 10:g}; is it in {unit}, {said}?")
            few = min(self.above[name], self.below_uneven[name]) < ENOUGH_VALUES
            if vas_max > TENTH_OF_MM and not few and not self.above_uneven[name]:
                lines.append(
                    f"{self.below_uneven[name]} values of {name} are below 10 and have decimals, "
                    "while all above 10 are whole numbers; are they in cm, in spite of --vas-max "
                    f"{vas_max:g}?"
                )
        return lines

    def _like_grades(self, name: str) -> bool:
        """Return whether a measure has the values of five grades, and enough of them."""
        count = self.measured[name]
        return count >= ENOUGH_VALUES and self.graded[name] == count and self.highest[name] > 0

    def _enzymes(self) -> list[str]:
        """Return a line for each way of selecting the enzyme that a reader should know of."""
        convention = f"the first of {', '.join(ENZYMES)} is used"
        reasons = {
            "tie": f"enzymes are equally abnormal at baseline; {convention}",
            "none abnormal": "no enzyme is abnormal at baseline; the one closest to its ULN is "
            "used",
            "not all measured": "an enzyme of the table was not measured at baseline and may have "
            "been the most abnormal one; none is used (--enzyme-panel measured uses the most "
            "abnormal of those measured)",
            _NONE_SELECTED: "no enzyme was measured at baseline",
        }
        return [
            f"{count_of(self.selections[selection], 'patient')}: {reason}"
            for selection, reason in reasons.items()
            if self.selections[selection]
        ]

    def _units(self, unit: EnzymeUnit) -> list[str]:
        """Return a warning for each enzyme whose values seem to be in another unit than its ULN."""
        lines = []
        other: EnzymeUnit = "microkat/L" if unit == "U/L" else "U/L"
        counts, side = (
            (self.low, "below a twentieth of") if unit == "U/L" else (self.high, "above 100 times")
        )
        for enzyme in ENZYMES:
            if number := counts[enzyme]:
                values_are = "value of {} is" if number == 1 else "values of {} are"
                finding = f"{number} {values_are.format(enzyme)} {side} the upper limit of normal"
                lines.append(f"{finding}; if they are in {other}, use --enzyme-unit {other}")
        return lines

    def _all_of(self, unit: EnzymeUnit, mapped: Mapping[str, str]) -> list[str]:
        """Return a warning for each enzyme of which most values fit the other unit.

        In the direction in which a few values may well be so.
        """
        lines = []
        for enzyme in ENZYMES:
            count = self.measured[enzyme]
            if count < ENOUGH_VALUES:
                continue
            if unit == "U/L" and 2 * self.extreme[enzyme] > count:
                finding = f"half of the values of {enzyme} are above {HIGH_ENZYME} times"
            elif unit != "U/L" and not self.abnormal[enzyme]:
                finding = f"every value of {enzyme} is below a tenth of"
            else:
                continue
            said = (mapped[enzyme], ", as the mapping says") if enzyme in mapped else (unit, "")
            lines.append(f"{finding} the upper limit of normal; are they in {''.join(said)}?")
        return lines
