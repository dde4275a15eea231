"""The methods of an interval under the names that a text calls them by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tisstats.statistics._arguments import one_of

#: Method of a proportion, or of two: its name in prose, tables and figures.
METHOD_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clopper-pearson": "Clopper-Pearson",
        "sterne": "Sterne",
        "blaker": "Blaker",
        "mid-p": "mid-P",
        "likelihood-ratio": "likelihood ratio",
        "wilson": "Wilson",
        "wilson-cc": "Wilson with continuity correction",
        "agresti-coull": "Agresti-Coull",
        "jeffreys": "Jeffreys",
        "logit": "logit",
        "arcsine": "arcsine",
        "wald": "Wald",
        "wald-max-variance": "Wald with p = 1/2",
        "newcombe": "Newcombe",
        "miettinen-nurminen": "Miettinen-Nurminen",
        "agresti-caffo": "Agresti-Caffo",
    }
)


def method_name(method: str) -> str:
    """Return the name of a method as a text writes it.

    Raises
    ------
    ValueError
        If there is no such method.

    Examples
    --------
    >>> method_name("clopper-pearson")
    'Clopper-Pearson'
    """
    return METHOD_NAMES[one_of("method", method, METHOD_NAMES)]
