"""Synonyms of the search: what readers type, and what pages may say instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tisstats.errors import DataError, Fault

#: Those of statistics, trials and the field, for any book.
GENERAL = Path(__file__).parent / "synonyms.toml"

_KEYS = ("alike", "leads_to")


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Terms of one or more words, as readers would type them."""

    alike: tuple[tuple[str, ...], ...]  #: groups, in which each term finds all others
    leads_to: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  #: first find second, not back


def read_synonyms(files: Iterable[Path]) -> Synonyms:
    """Return the synonyms of files, in their order.

    Raises
    ------
    DataError
        If a file is not as described at the top of `GENERAL`.

    Examples
    --------
    >>> ("signed rank", "Wilcoxon") in read_synonyms([GENERAL]).alike
    True
    """
    read = [_read(file) for file in files]
    return Synonyms(
        tuple(chain.from_iterable(each.alike for each in read)),
        tuple(chain.from_iterable(each.leads_to for each in read)),
    )


def _read(file: Path) -> Synonyms:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError([Fault(file.name, f"cannot be read: {error}")]) from error
    faults = [
        Fault(file.name, f"unknown, allowed: {', '.join(_KEYS)}", key=key)
        for key in found
        if key not in _KEYS
    ]
    for group in found.get("alike", []):
        if not _are_terms(group, at_least=2):
            message = f"{group!r} is not a list of two terms or more"
            faults.append(Fault(file.name, message, key="alike"))
    for rule in found.get("leads_to", []):
        if not (
            isinstance(rule, dict)
            and set(rule) == {"from", "to"}
            and all(_are_terms(terms, at_least=1) for terms in rule.values())
        ):
            message = f"{rule!r} is not {{ from = [terms], to = [terms] }}"
            faults.append(Fault(file.name, message, key="leads_to"))
    if faults:
        raise DataError(faults)
    return Synonyms(
        tuple(tuple(group) for group in found.get("alike", [])),
        tuple((tuple(rule["from"]), tuple(rule["to"])) for rule in found.get("leads_to", [])),
    )


def _are_terms(value: object, *, at_least: int) -> bool:
    if not isinstance(value, list) or len(value) < at_least:
        return False
    return all(isinstance(term, str) and any(map(str.isalnum, term)) for term in value)
