"""Names of measures and bands as they stand in sentences and tables."""

from __future__ import annotations

from itertools import pairwise

from tisstats.measures.core_set import CORE_SET
from tisstats.printed import to_fraction


def in_words(name: str) -> str:
    """Format a name as it stands inside a sentence; proper names keep their capitals.

    >>> in_words("Manual muscle testing"), in_words("Health Assessment Questionnaire")
    ('manual muscle testing', 'Health Assessment Questionnaire')
    """
    return name if name.istitle() else name.lower()


def measure_in_words(measure: str) -> str:
    """Format the name of a core set measure, or of creatine kinase, inside a sentence.

    >>> measure_in_words("mmt"), measure_in_words("ck")
    ('manual muscle testing', 'creatine kinase')
    """
    return "creatine kinase" if measure == "ck" else in_words(CORE_SET[measure].name)


def band_labels(cuts: tuple[int, ...]) -> list[str]:
    """Return the names of the bands between cuts; a cut belongs to the band below it.

    >>> band_labels((2, 10))
    ['up to 2%', 'above 2% to 10%', 'above 10%']
    """
    between = [f"above {low}% to {high}%" for low, high in pairwise(cuts)]
    return [f"up to {cuts[0]}%", *between, f"above {cuts[-1]}%"]


def band_of(percent: float, measure: str) -> str:
    """Return the name of the band of an improvement, in per cent of the measure's range.

    >>> band_of(15.0, "haq"), band_of(15.1, "haq")
    ('above 5% to 15%', 'above 15% to 25%')
    """
    cuts = CORE_SET[measure].cutoffs
    return band_labels(cuts)[sum(to_fraction(float(percent)) > cut for cut in cuts)]
