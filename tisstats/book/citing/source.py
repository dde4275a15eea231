"""The works that ``CITATION.cff`` describes, and the addresses it names.

References
----------
Druskat S, Spaaks JH, Chue Hong N, et al. Citation File Format 1.2.0 (2021).
https://doi.org/10.5281/zenodo.5171937
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tisstats.errors import DataError, Fault

FILE = "CITATION.cff"

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A person by family and given names, or a group by the one name that it has."""

    family: str  #: of a person, with particles; the whole name of a group
    given: str = ""  #: of a person
    orcid: str = ""  #: as an address; empty if none is stated

    @property
    def is_group(self) -> bool:
        """Whether this is the name of a group."""
        return not self.given


@dataclass(frozen=True, slots=True)
class Work:
    """A work to cite; what the file does not state is empty."""

    kind: str  #: as the file says: ``software``, ``article``, ...
    title: str
    authors: tuple[Name, ...]
    year: str
    released: str = ""  #: date, such as 2026-11-22
    version: str = ""
    doi: str = ""
    url: str = ""
    journal: str = ""
    volume: str = ""
    first_page: str = ""
    last_page: str = ""
    abstract: str = ""
    license: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name of the entry and of its files, such as ``lim2021``."""
        words = _WORD.findall(self.authors[0].family.casefold())
        return "".join(word for word in words if word != "the") + self.year

    @property
    def address(self) -> str:
        """Address that leads to the work; by its DOI, if it has one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True, slots=True)
class Citation:
    """What ``CITATION.cff`` says."""

    message: str
    book: Work
    references: tuple[Work, ...]
    repository: str  #: address of the repository, without a final slash; empty if there is none

    @property
    def base(self) -> str:
        """Address of the published book with a final slash; empty if it is not published."""
        return f"{self.book.url.rstrip('/')}/" if self.book.url else ""

    def works(self) -> dict[str, Work]:
        """Return the book and what it refers to, by key."""
        return {work.key: work for work in (self.book, *self.references)}


def read_citation(file: Path) -> Citation | None:
    """Read a citation file; None if there is none.

    Raises
    ------
    DataError
        If the file is not in YAML, lacks a title, an author or a year, or if an address is not one
        of the web.
    """
    import yaml  # type: ignore[import-untyped]

    if not file.is_file():
        return None
    try:
        contents = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DataError([Fault(file.name, " ".join(str(error).split()))]) from error
    if not isinstance(contents, dict):
        raise DataError([Fault(file.name, "must state title, authors and date-released")])
    faults = [*_faults(file.name, contents)]
    for number, reference in enumerate(contents.get("references", ()), start=1):
        faults += _faults(file.name, reference, f"references.{number}.")
    if faults:
        raise DataError(faults)
    return Citation(
        message=contents.get("message", ""),
        book=_work(contents),
        references=tuple(map(_work, contents.get("references", ()))),
        repository=str(contents.get("repository-code", "")).rstrip("/"),
    )


def _faults(file: str, entry: Mapping[str, Any], before: str = "") -> list[Fault]:
    faults = [
        Fault(file, "is missing", key=f"{before}{name}")
        for name in ("title", "authors")
        if not entry.get(name)
    ]
    if not (entry.get("year") or entry.get("date-released")):
        faults.append(Fault(file, "year or date-released is missing", key=f"{before}year"))
    for name in ("url", "repository-code"):
        address = entry.get(name)
        if address is not None and not _is_address(str(address)):
            faults.append(
                Fault(
                    file,
                    "must be an address such as https://example.org/book/, without query and "
                    "fragment",
                    key=f"{before}{name}",
                    value=str(address),
                )
            )
    return faults


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not (parts.query or parts.fragment or re.search(r"[\s\"'<>]", text))
    )


def _work(entry: Mapping[str, Any]) -> Work:
    released = str(entry.get("date-released", ""))
    plain = {
        field: str(entry.get(name, ""))
        for field, name in (
            *(("version", "version"), ("doi", "doi"), ("url", "url"), ("journal", "journal")),
            *(("volume", "volume"), ("first_page", "start"), ("last_page", "end")),
            *(("license", "license"),),
        )
    }
    return Work(
        kind=str(entry.get("type", "software")),
        title=" ".join(str(entry["title"]).split()),
        authors=tuple(map(_name, entry["authors"])),
        year=str(entry.get("year") or released[:4]),
        released=released,
        abstract=" ".join(str(entry.get("abstract", "")).split()),
        keywords=tuple(entry.get("keywords", ())),
        **plain,
    )


def _name(author: Mapping[str, Any]) -> Name:
    orcid = str(author.get("orcid", ""))
    if "name" in author:
        return Name(author["name"], orcid=orcid)
    particle = str(author.get("name-particle", ""))
    family = f"{particle} {author['family-names']}".strip()
    return Name(family, str(author.get("given-names", "")), orcid)
