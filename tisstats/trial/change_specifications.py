"""Changes of the outcome measures, and their P values, under every combination of choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.analysis import Analysis
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.samples import measure_sample, quartiles, signed_rank_pvalue
from tisstats.trial.specifications import Choice, SpecificationCurve, combined_settings

#: What choices may set: options that need no visit to be scored again.
SETTINGS = frozenset(each.name for each in fields(AnalysisOptions)) - {"worsening", "population"}


def change_curves(analysis: Analysis, choices: Sequence[Choice]) -> dict[str, SpecificationCurve]:
    """Compute the change of each measure under every combination of choices.

    Parameters
    ----------
    analysis : Analysis
        The analysis of a trial, or of one arm; its own options hold where no choice sets them.
    choices : sequence of Choice
        They set fields of `AnalysisOptions`, other than the definition of worsening and the
        population, which concern the score.

    Returns
    -------
    dict of str to SpecificationCurve
        By measure: ``n``, patients measured at both times; as ``estimate`` the median change from
        baseline to the end, in the measure's unit, as ``low`` and ``high`` its first and third
        quartile, and the two-sided ``pvalue`` of the signed-rank test. Missing where there is none.

    Raises
    ------
    ValueError
        If a choice sets something else, or a setting is not permitted.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> active = StudyData.read(example_folder()).arm("active")
    >>> zeros = Choice.of("Patients without change", "zero_method",
    ...                   {"wilcox": "left out", "pratt": "ranked"})
    >>> method = Choice.of("P value", "pvalue_method",
    ...                    {"exact": "exact", "asymptotic": "asymptotic"})
    >>> curves = change_curves(active, [zeros, method])
    >>> len(curves["mmt"]), curves["mmt"].results["n"].tolist()
    (4, [6, 6, 6, 6])
    """
    for choice in choices:
        if unknown := choice.settings - SETTINGS:
            raise ValueError(
                f"the choice {choice.label!r} sets {', '.join(sorted(unknown))}; "
                f"permitted are {', '.join(sorted(SETTINGS))}"
            )
    options = [
        replace(analysis.options, **settings)  # type: ignore[arg-type]
        for settings in combined_settings(choices)
    ]
    # Options that decide which visits count give the same samples: derive these once.
    analyses = {_sampling(each): replace(analysis, options=each) for each in options}
    curves = {}
    for measure in analysis.trial.description.measures:
        samples = {
            key: measure_sample(chosen, measure, "change") for key, chosen in analyses.items()
        }
        found: dict[tuple[object, ...], float] = {}
        rows = [_row(samples[_sampling(each)], each, found) for each in options]
        curves[measure] = SpecificationCurve(tuple(choices), pd.DataFrame(rows))
    return curves


def _sampling(options: AnalysisOptions) -> tuple[object, ...]:
    """Return the options on which the samples depend."""
    return options.horizon_week, options.end


def _row(
    sample: NDArray[np.float64], options: AnalysisOptions, found: dict[tuple[object, ...], float]
) -> dict[str, float]:
    """Return the results of a sample; P values found before are looked up."""
    key = (sample.tobytes(), options.zero_method, options.pvalue_method)
    if key not in found:
        pvalue = signed_rank_pvalue(sample, options)
        found[key] = np.nan if pvalue is None else pvalue
    three = {
        name: np.nan if value is None else float(value)
        for name, value in quartiles(sample, options.quantile_definition).items()
    }
    return {
        "n": len(sample),
        "estimate": three["median"],
        "low": three["q1"],
        "high": three["q3"],
        "pvalue": found[key],
    }
