"""What a description says of the core set that was measured: which keys and columns belong to it.

The keys of the other core set are faults and not ignored: they would name a range, a limit or a
definition that nothing is scored by.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from tisstats.errors import Fault
from tisstats.measures.core_set import CMAS_MAXIMA, CORE_SETS, CORE_SETS_OF, ENZYMES, CoreSet
from tisstats.measures.ranges import ARGUMENTS_OF, MEASURE_COLUMNS_OF, Ranges

#: Why the outcomes of `tisstats.trial.imacs_counts` are not computed with PRINTO's core set.
NOT_COMPUTED = (
    "the definitions of improvement, worsening and minimal disability that are implemented here "
    "are in measures of the IMACS core set"
)

#: The definition of improvement in PRINTO's measures, which is not implemented.
PRINTO_DEFINITION = "Ruperto et al. 2010, doi:10.1002/acr.20280"

#: Keys that ask for one of these definitions, or change it.
KEYS_OF_DEFINITIONS = (
    "endpoint.without_confirmed_deterioration",
    "endpoint.deterioration",
    "analysis.worsening",
)


def used_columns(core_set: CoreSet) -> tuple[str, ...]:
    """Return the columns of visits that a study with a core set can have measured.

    Examples
    --------
    >>> used_columns("printo")
    ('physician_global', 'parent_global', 'cmas', 'chaq', 'chq_phs', 'das')
    >>> used_columns("imacs")[-2:]
    ('ast', 'alt')
    """
    enzymes = tuple(ENZYMES) if "enzyme" in CORE_SETS[core_set] else ()
    return (*MEASURE_COLUMNS_OF[core_set], *enzymes)


def core_set_faults(
    given: Mapping[str, Any], path: str, descriptions: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield what does not belong to the core set of a description, or is missing for it.

    Parameters
    ----------
    given
        The description as it was read, whatever its types.
    path
        Its file, for messages.
    descriptions
        What each key of the section ``measures`` means.

    Yields
    ------
    Fault
        One for each column, key or value at fault. What is of a wrong type is left to the schema.

    Examples
    --------
    >>> children = {"population": "juvenile", "core_set": "printo"}
    >>> measures = {"used": ["cmas", "mmt"], "vas_max": 10, "chq_phs_range": [60, 10]}
    >>> found = core_set_faults({"study": children, "measures": measures}, "study.toml", {})
    >>> [(fault.key, fault.value) for fault in found]
    [('measures.used', 'mmt'), ('measures.chq_phs_range', '[60, 10]')]
    """
    general, measures = _section(given, "study"), _section(given, "measures")
    core_set, population = general.get("core_set", "imacs"), general.get("population")
    if not isinstance(core_set, str) or core_set not in CORE_SETS:
        return
    accepted = {str(name): sets for name, sets in CORE_SETS_OF.items()}.get(str(population))
    if accepted is not None and core_set not in accepted:
        message = (
            f"is for juvenile patients; with population {population} it must be "
            f"{' or '.join(accepted)}"
        )
        yield Fault(path, message, value=core_set, key="study.core_set")
    yield from _column_faults(measures.get("used"), core_set, path)
    yield from _key_faults(measures, core_set, path, descriptions)
    if core_set == "printo":
        yield from _range_faults(measures, path)
        yield from _definition_faults(given, path)


def _section(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = given.get(name)
    return found if isinstance(found, Mapping) else {}


def _shown(value: object) -> str:
    """Return a value as a description has it, without quotation marks."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _column_faults(used: object, core_set: CoreSet, path: str) -> Iterator[Fault]:
    own = used_columns(core_set)
    others = {column: other for other in CORE_SETS for column in used_columns(other)}
    for column in used if isinstance(used, list) else ():
        if isinstance(column, str) and column in others and column not in own:
            message = (
                f"is of the core set {others[column]}; study.core_set is {core_set}, of which "
                f"there are {', '.join(own)}; what is tabulated and not scored belongs in "
                "measures.others"
            )
            yield Fault(path, message, value=column, key="measures.used")


def _key_faults(
    measures: Mapping[str, Any], core_set: CoreSet, path: str, descriptions: Mapping[str, str]
) -> Iterator[Fault]:
    for of, keys in ARGUMENTS_OF.items():
        for key, required in keys.items():
            if of != core_set and key in measures:
                message = f"is of the core set {of}, and study.core_set is {core_set}: leave it out"
                yield Fault(path, message, value=_shown(measures[key]), key=f"measures.{key}")
            elif of == core_set and required and key not in measures:
                meaning = descriptions.get(key, "required")
                message = f"is missing: {meaning[:1].lower()}{meaning[1:].rstrip('.')}"
                yield Fault(path, message, key=f"measures.{key}")


def _range_faults(measures: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Yield what is wrong with the ranges that PRINTO's core set needs."""
    if "chq_phs_range" in measures:
        given = measures["chq_phs_range"]
        numbers = isinstance(given, list) and all(
            isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
            for end in given
        )
        if numbers:
            try:
                Ranges.printo(given, vas_max=10)
            except ValueError as error:
                message = str(error).removeprefix("chq_phs_range ").partition("; got")[0]
                yield Fault(path, message, value=_shown(given), key="measures.chq_phs_range")
    most = measures.get("cmas_max")
    if isinstance(most, int) and not isinstance(most, bool) and most not in CMAS_MAXIMA:
        message = f"must be one of {', '.join(map(str, CMAS_MAXIMA))}"
        yield Fault(path, message, value=str(most), key="measures.cmas_max")


def _definition_faults(given: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Yield the keys that ask for a definition in measures of the IMACS core set."""
    criterion = _section(given, "endpoint").get("criterion", "score")
    if criterion != "score":
        message = f"must be score with study.core_set printo: {NOT_COMPUTED}"
        yield Fault(path, message, value=str(criterion), key="endpoint.criterion")
    why = f"must be left out with study.core_set printo: {NOT_COMPUTED}"
    for key in KEYS_OF_DEFINITIONS:
        section, _, name = key.partition(".")
        if (value := _section(given, section).get(name, False)) is not False:
            yield Fault(path, why, value=_shown(value), key=key)
    if "definitions" in given:
        yield Fault(path, why, key="definitions")
