"""Names of measures and bands for sentences and tables."""

from __future__ import annotations

from itertools import pairwise

from tisstats.measures.core_set import CORE_SET
from tisstats.printed import to_fraction


def lower_case_name(name: str) -> str:
    """Format a name for use inside a sentence; proper names keep their capitals.

    >>> lower_case_name("Manual muscle testing"), lower_case_name("Health Assessment Questionnaire")
    ('manual muscle testing', 'Health Assessment Questionnaire')
    """
    return name if name.istitle() else name.lower()


def measure_name_in_sentence(measure: str) -> str:
    """Format the name of a core set measure, or of creatine kinase, for use inside a sentence.

    >>> measure_name_in_sentence("mmt"), measure_name_in_sentence("ck")
    ('manual muscle testing', 'creatine kinase')
    """
    return "creatine kinase" if measure == "ck" else lower_case_name(CORE_SET[measure].name)


def band_labels(cuts: tuple[int, ...]) -> list[str]:
    """Return the labels of the bands between cut-offs; a cut-off belongs to the band below it.

    >>> band_labels((2, 10))
    ['up to 2%', 'above 2% to 10%', 'above 10%']
    """
    between = [f"above {low}% to {high}%" for low, high in pairwise(cuts)]
    return [f"up to {cuts[0]}%", *between, f"above {cuts[-1]}%"]


def band_label(percent: float, measure: str) -> str:
    """Return the label of the band of an improvement, % of the measure's range.

    >>> band_label(15.0, "haq"), band_label(15.1, "haq")
    ('above 5% to 15%', 'above 15% to 25%')
    """
    cuts = CORE_SET[measure].cutoffs
    return band_labels(cuts)[sum(to_fraction(float(percent)) > cut for cut in cuts)]
