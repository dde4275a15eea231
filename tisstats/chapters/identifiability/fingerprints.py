"""What printed digits reveal about how they were computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import (
    COUNT_OF,
    COUNT_OF_ALL,
    LABEL,
    P_RANGE,
    VALUE,
    WORDS,
    Facts,
    counted,
)
from tisstats.figures.numbers import of_all, yes_no
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import fingerprints
from tisstats.lim2021.claims.row_checks import p_range_text
from tisstats.lim2021.fingerprints import definition_name
from tisstats.lim2021.scales import SCALES, describe_assumed_steps, with_unit
from tisstats.lim2021.table2_row import Table2Row
from tisstats.printed import format_outward, format_rounded
from tisstats.proof import ProvenStatement
from tisstats.sentences import join_names
from tisstats.statistics import QUANTILE_DEFINITIONS

_ROUNDING = "printed numbers rounded with halves away from zero"
_TEST = "P by the normal approximation, zeros dropped, without continuity correction"

#: Patients with interstitial lung disease, of how many with anti-Jo1: doi:10.1002/acr.21895.
_LUNG_DISEASE_WITH_ANTI_JO1 = (66, 91)


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints of the published numbers, without patient-level data."""

    published: PublishedFacts

    @cached_property
    def rules(self) -> pd.DataFrame:
        """The definitions of quartiles, with the assumed steps."""
        return fingerprints.quantile_definitions(self.published)

    @cached_property
    def rules_on_finer_steps(self) -> pd.DataFrame:
        """The same, with finer steps."""
        return fingerprints.quantile_definitions(self.published, finer=True)

    @cached_property
    def analysis_sets(self) -> pd.DataFrame:
        """The rows of Table 2 with all patients and with completers only."""
        return fingerprints.analysis_sets(self.published)

    @cached_property
    def completers_sensitivity(self) -> dict[str, pd.DataFrame]:
        """Completers under changed conditions, by measure whose printed P they cannot yield."""
        conflicts = self.analysis_sets.loc[~self.analysis_sets["completers_attainable"], "measure"]
        return {
            name: fingerprints.completers_under_changed_conditions(self.published, name)
            for name in conflicts
        }

    @cached_property
    def dynamometer(self) -> pd.DataFrame:
        """The resolutions of the dynamometer."""
        return fingerprints.dynamometer(self.published)

    @property
    def smallest(self) -> int:
        """Number of patients in the smallest group with quartiles."""
        return fingerprints.smallest_group(self.published).n

    @property
    def analysed(self) -> int:
        """Number of patients analysed."""
        return self.published.count("flow.analysed")

    @property
    def completed(self) -> int:
        """Number of patients who completed the study."""
        return fingerprints.completers(self.published)

    @described(
        {
            "patients": counted(
                "Patients of the smallest group with quartiles", origin="published"
            ),
            "by_haverage": WORDS,
            "q1": Facts(
                "{lower quartile}",
                "Age at onset, smallest group",
                "years",
                "as printed, definition not stated",
                "{self.smallest}",
                origin="published",
            ),
            "median": Facts(
                "{median}",
                "Age at onset, smallest group",
                "years",
                "as printed, definition not stated",
                "{self.smallest}",
                origin="published",
            ),
            "q3": Facts(
                "{upper quartile}",
                "Age at onset, smallest group",
                "years",
                "as printed, definition not stated",
                "{self.smallest}",
                origin="published",
            ),
            **{
                each: Facts(
                    VALUE,
                    f"Age {each} of an example that gives the printed quartiles by HAVERAGE",
                    "years",
                    origin="example",
                )
                for each in "abcd"
            },
            "numpy_c": Facts(
                "{maximum}", "Third age, if the quartiles are those of numpy", "years"
            ),
            "numpy_sum": Facts(
                "{minimum}",
                "Sum of the second and third age, if the quartiles are those of numpy",
                "years",
            ),
            "numpy_b": Facts(
                "{minimum}", "Second age, if the quartiles are those of numpy", "years"
            ),
            "numpy_a": Facts(
                "{maximum}", "Youngest age, if the quartiles are those of numpy", "years"
            ),
            "allowed": Facts("{minimum}", "Age at onset by the eligibility criteria", "years"),
            "youngest_included": Facts(
                "{minimum}", "Age at inclusion", "years", origin="published"
            ),
            "longest_ill": Facts(
                "{maximum}",
                "Disease duration at inclusion, exclusive",
                "months",
                origin="published",
            ),
            "numpy_rule": WORDS,
            "numpy_given": WORDS,
        }
    )
    def example_numbers(self) -> dict[str, object]:
        """Return the numbers of the example of four ages, solved by hand for both definitions.

        With HAVERAGE the first quartile is a + (b - a) / 4, the median is (b + c) / 2 and the third
        quartile is c + 3 (d - c) / 4.
        """
        ages = fingerprints.smallest_group(self.published)
        a, b, c, d = ages.consistency("spss").example
        by_numpy = fingerprints.ages_under_type_7(self.published, Fraction(1))
        rule = fingerprints.numpy_rule(self.published)
        return {
            "patients": ages.n,
            "by_haverage": _format_rounded((a + (b - a) / 4, (b + c) / 2, c + (d - c) * 3 / 4)),
            **dict(zip(("q1", "median", "q3"), ages.texts, strict=True)),
            **{name: int(age) for name, age in zip("abcd", (a, b, c, d), strict=True)},
            **{f"numpy_{name}": int(getattr(by_numpy, name)) for name in ("c", "sum", "b", "a")},
            "allowed": fingerprints.youngest_at_onset(self.published),
            "youngest_included": self.published.count("design.minimum_age"),
            "longest_ill": self.published.count("design.maximum_disease_duration"),
            "numpy_rule": rule.statement,
            "numpy_given": rule.assuming,
        }

    @table(
        "Maximum age of the youngest patient under numpy's definition, and minimum age allowed by "
        "the eligibility criteria, years",
        columns={
            "Maximum*": Facts("{maximum}", unit="years", n="{self.smallest}"),
            "Minimum*": Facts("{minimum}", unit="years"),
            "*": WORDS,
        },
        notes={"": "Maxima are rounded up, minima down."},
    )
    def ages(self) -> Rows:
        """Return the possible resolutions of ages, and what numpy's definition requires."""
        for row in fingerprints.age_resolutions(self.published).to_dict("records"):
            yield {
                "Ages recorded in": row["resolution"],
                "Maximum age of the youngest under numpy's definition": format_outward(
                    row["needed"], 2, "maximum"
                ),
                "Minimum age at onset by the eligibility criteria": format_outward(
                    row["allowed"], 2, "minimum"
                ),
                "Is numpy's definition possible?": yes_no(row["possible"]),
            }

    @described(
        {
            "quartile_sets": counted("Sets of printed quartiles", "sets"),
            "sets_spss": Facts(COUNT_OF_ALL, "Sets of quartiles compatible with HAVERAGE", "sets"),
            "sets_numpy": Facts(
                COUNT_OF_ALL, "Sets of quartiles compatible with the default of numpy", "sets"
            ),
            "steps_assumed": WORDS,
            "rules": counted("Definitions of quartiles", "definitions", origin="book"),
            "sets_finer": Facts(
                "all {count} | at least {minimum} of the *",
                "Sets of quartiles compatible with every definition, with finer steps",
                "sets",
            ),
            "type_beside": WORDS,
        }
    )
    def rule_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on the definition of quartiles."""
        possible = self.rules.set_index("definition")["possible"]
        finer = self.rules_on_finer_steps
        sets, least = int(finer["sets"].iloc[0]), int(finer["possible"].min())
        return {
            "quartile_sets": sets,
            "sets_spss": of_all(possible["spss"], sets),
            "sets_numpy": of_all(possible["7"], sets),
            "steps_assumed": f"ages in completed years, durations in whole months, "
            f"{describe_assumed_steps()}",
            "rules": len(finer),
            "sets_finer": f"all {sets}" if least == sets else f"at least {least} of the {sets}",
            "type_beside": definition_name(6),
        }

    @table(
        "Sets of printed quartiles compatible with each definition, each set on its own",
        columns={
            "Compatible*": Facts(COUNT_OF, unit="sets of quartiles", method="@row"),
            "*": WORDS,
        },
    )
    def rule_table(self) -> Rows:
        """Return the number of sets of quartiles compatible with each definition."""
        both = (self.rules.to_dict("records"), self.rules_on_finer_steps.to_dict("records"))
        for row, finer in zip(*both, strict=True):
            yield {
                "Definition": definition_name(row["definition"]),
                "Compatible sets (assumed steps)": f"{row['possible']} of {row['sets']}",
                "Incompatible sets": row["conflicts"] or "–",
                "Compatible sets (finer steps)": f"{finer['possible']} of {finer['sets']}",
            }

    @described(
        {
            "ended_early": counted("Patients who ended the study early", origin="published"),
            "completers": counted("Patients who completed the study"),
            "conflicts": WORDS,
            "conflicts_given": WORDS,
            "still_excluded": WORDS,
            "no_longer_excluded": WORDS,
        }
    )
    def analysis_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on the patients in the analysis."""
        n = fingerprints.completers(self.published)
        conflicts = self.analysis_sets[~self.analysis_sets["completers_attainable"]]
        scales = [SCALES[measure] for measure in conflicts["measure"]]
        names = " and ".join(
            f"{scale.name} ({p})" for scale, p in zip(scales, conflicts["printed_p"], strict=True)
        )
        statement = f"completers alone cannot yield the printed P for {names}"
        if not names:
            statement = "completers alone could yield every printed P"
        conditions = (
            f"all {n} with both values",
            *(
                f"{each.abbreviation} in steps of {with_unit(each.step, each.unit)}"
                for each in scales
            ),
            "quartiles by HAVERAGE",
            _TEST,
            _ROUNDING,
        )
        proof = ProvenStatement(statement, conditions)
        return {
            "ended_early": self.published.count("flow.ended_early"),
            "completers": n,
            "conflicts": proof.statement,
            "conflicts_given": proof.assuming,
            "still_excluded": self._changed_conditions(attainable=False),
            "no_longer_excluded": self._changed_conditions(attainable=True),
        }

    def _changed_conditions(self, *, attainable: bool) -> str:
        """List the changed conditions under which the printed P is attainable, or is not."""
        names: dict[str, None] = {}
        for found in self.completers_sensitivity.values():
            changed = found[1:]
            names |= dict.fromkeys(changed.loc[changed["attainable"] == attainable, "condition"])
        return "; ".join(names) or "none"

    @table(
        "Signed-rank P values attainable with all patients, and with completers only",
        columns={
            "P as printed": Facts(
                "{P value}",
                method="two-sided signed-rank test as printed, exact or asymptotic not stated",
                n="{self.analysed}",
                origin="published",
            ),
            "P of all*": Facts(
                P_RANGE,
                method="two-sided signed-rank test, asymptotic, zeros dropped, ties corrected",
                group="all",
            ),
            "P of completers*": Facts(
                P_RANGE,
                method="two-sided signed-rank test, asymptotic, zeros dropped, ties corrected",
                group="completers",
            ),
            "*": WORDS,
        },
    )
    def analysis_table(self) -> Rows:
        """Return the P values attainable with all patients and with completers only."""
        for row in self.analysis_sets.to_dict("records"):
            scale = SCALES[row["measure"]]
            cells = {
                "Outcome measure": scale.name,
                "Assumed steps": with_unit(scale.step, scale.unit),
                "P as printed": row["printed_p"],
            }
            for name, words in (("analysed", "all"), ("completers", "completers")):
                limits = p_range_text(row[f"{name}_low"], row[f"{name}_high"])
                cells[f"P of {words} (n={row[f'{name}_n']})"] = limits
                cells[f"Attainable, {words}"] = yes_no(row[f"{name}_attainable"])
            yield cells

    @table(
        "Completers only, with one or two conditions changed",
        collapsed=True,
        columns={
            "Changed condition": LABEL,
            "Attainable P, completers": Facts(
                P_RANGE,
                method="two-sided signed-rank test, zeros dropped, ties corrected; asymptotic "
                "unless the condition says exact",
                group="completers",
            ),
            "*": WORDS,
        },
    )
    def completers_table(self) -> Rows:
        """Return the P values attainable with completers alone under changed conditions."""
        for measure, found in self.completers_sensitivity.items():
            for row in found.to_dict("records"):
                yield {
                    "Outcome measure": SCALES[measure].name,
                    "Changed condition": row["condition"],
                    "Attainable P, completers": p_range_text(row["low"], row["high"]),
                    "Printed P attainable": yes_no(row["attainable"]),
                }

    @described(
        {
            "biceps_median": Facts(
                "{median}",
                "Biceps: change",
                "N",
                "as printed",
                "{self.analysed}",
                origin="published",
            ),
            "biceps_patients": counted("Patients with both values of the biceps"),
            "dynamometer_excluded": WORDS,
            "dynamometer_given": WORDS,
            "dynamometer_possible": WORDS,
        }
    )
    def dynamometer_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on the dynamometer."""
        possible = self.dynamometer["possible"]
        names = self.dynamometer["resolution"]
        patients = Table2Row.read(self.published, "biceps", "spss").pairs
        statement = (
            "none of the resolutions in the table is excluded"
            if possible.all()
            else f"it cannot come from {' or '.join(names[~possible])}"
        )
        conditions = (f"all {patients} patients measured", "quartiles by HAVERAGE", _ROUNDING)
        proof = ProvenStatement(statement, conditions)
        return {
            "biceps_median": self.published.text("table2.biceps.change.median"),
            "biceps_patients": patients,
            "dynamometer_excluded": proof.statement,
            "dynamometer_given": proof.assuming,
            "dynamometer_possible": ", or ".join(names[possible]),
        }

    @table(
        "Resolutions compatible with the printed quartiles of the biceps change",
        columns="resolutions and definitions in words",
    )
    def dynamometer_table(self) -> Rows:
        """Return the resolutions and definitions compatible with the printed biceps change."""
        for row in self.dynamometer.to_dict("records"):
            allowed = row["definitions"]
            every = f"all {len(allowed)}" if len(allowed) == len(QUANTILE_DEFINITIONS) else ""
            yield {
                "Recorded in": row["resolution"],
                "Step, N": str(row["step"]),
                "Possible with HAVERAGE": yes_no(row["possible"]),
                "Reason if not": row["reason"] or "–",
                "Definitions that allow it": every
                or ", ".join(map(definition_name, allowed))
                or "none",
            }

    @described(
        {
            "imnm_raynaud": Facts(
                "{count} *",
                "Patients with IMNM and Raynaud's phenomenon",
                "patients",
                origin="published",
            ),
            "ass_pulmonary": Facts(
                "{count} *",
                "Patients with anti-synthetase syndrome and interstitial lung disease",
                "patients",
                origin="published",
            ),
            "lung_elsewhere": Facts(
                COUNT_OF,
                "Patients with anti-Jo1 and interstitial lung disease in another cohort",
                "patients",
                origin="published",
            ),
        }
    )
    def closing_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on the added patient and on unusual findings."""
        with_it, of = _LUNG_DISEASE_WITH_ANTI_JO1
        return {
            "imnm_raynaud": _format_having(self.published.count("table1.raynaud.imnm.count")),
            "ass_pulmonary": _format_having(self.published.count("table1.pulmonary.ass.count")),
            "lung_elsewhere": f"{with_it} of {of}",
        }


def _format_rounded(values: Iterable[Fraction]) -> str:
    """List quartiles, with what those that are not whole numbers round to.

    >>> _format_rounded((Fraction(35), Fraction(60), Fraction(307, 4)))
    '35, 60 and 76.75, which rounds to 77'
    """
    return join_names(
        [
            f"{float(value):g}"
            + ("" if value.denominator == 1 else f", which rounds to {format_rounded(value, 0)}")
            for value in values
        ]
    )


def _format_having(count: int) -> str:
    """Describe how many of a group have something: ``none has``, ``1 has``, ``2 have``."""
    return f"{count or 'none'} {'has' if count < 2 else 'have'}"
