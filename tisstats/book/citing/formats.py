"""A work as text, BibTeX, RIS and CSL-JSON.

References
----------
Patashnik O. BibTeXing (1988): fields and name parts.
RIS format specifications, Research Information Systems: tags TY to ER, pages as SP and EP.
Citation Style Language, schema of CSL-JSON data, version 1.0.2: types and variables.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tisstats.book.citing.source import Name, Work
from tisstats.book.downloads.latex import escape


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A format in which a work is cited."""

    title: str
    suffix: str
    lexer: str  #: by which its text is coloured on the page
    write: Callable[[Work], str]


def _initials(name: Name) -> str:
    return "".join(part[0] for part in name.given.replace(".", " ").replace("-", " ").split())


def as_text(work: Work) -> str:
    """Return a work as journals of medicine list it.

    Examples
    --------
    >>> authors = (Name("De Haan", "Rob J."), Name("Wu", "Li"))
    >>> as_text(Work("article", "On rounding", authors, "2021", journal="Journal", volume="60",
    ...     first_page="17", last_page="19", doi="10.1/x"))
    'De Haan RJ, Wu L. On rounding. Journal 2021;60:17–19. https://doi.org/10.1/x'
    """
    authors = ", ".join(f"{name.family} {_initials(name)}".strip() for name in work.authors)
    parts = [authors, work.title, _published(work), work.address]
    return " ".join(
        part if part == work.address else f"{part.removesuffix('.')}." for part in parts if part
    )


def _published(work: Work) -> str:
    if work.journal:
        pages = "–".join(filter(None, (work.first_page, work.last_page)))
        volume = f";{work.volume}" if work.volume else ""
        return f"{work.journal} {work.year}{volume}{f':{pages}' if pages else ''}"
    version = f"Version {work.version}, " if work.version else ""
    if work.released:
        day = date.fromisoformat(work.released)
        return f"{version}{day.day} {day:%B %Y}"
    return f"{version}{work.year}"


def as_bibtex(work: Work) -> str:
    """Return a work as an entry of BibTeX.

    Software is ``@misc``, which every style knows; the date of its release follows as a note.
    """
    fields = {
        "author": " and ".join(map(_bibtex_name, work.authors)),
        # In braces, lest styles change capitals.
        "title": f"{{{escape(work.title)}}}",
        "journal": escape(work.journal),
        "year": work.year,
        "volume": work.volume,
        "pages": "--".join(filter(None, (work.first_page, work.last_page))),
        "version": work.version,
        "note": "" if work.journal else escape(_published(work)),
        "doi": work.doi,
        "url": work.address,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    kind = "article" if work.kind == "article" else "misc"
    return f"@{kind}{{{work.key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_name(name: Name) -> str:
    family = escape(name.family)
    return f"{{{family}}}" if name.is_group else f"{family}, {escape(name.given)}"


def as_ris(work: Work) -> str:
    """Return a work as a record of RIS, a tag and a value per line."""
    names = [
        ("AU", name.family if name.is_group else f"{name.family}, {name.given}")
        for name in work.authors
    ]
    tags = [
        ("TY", "JOUR" if work.kind == "article" else "COMP"),
        *names,
        ("TI", work.title),
        ("T2", work.journal),
        ("PY", work.year),
        ("DA", work.released.replace("-", "/")),
        ("VL", work.volume),
        ("SP", work.first_page),
        ("EP", work.last_page),
        ("ET", work.version),
        ("DO", work.doi),
        ("UR", work.address),
        ("AB", work.abstract),
        *(("KW", keyword) for keyword in work.keywords),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in tags if value) + "ER  - \n"


def as_csl_json(work: Work) -> str:
    """Return a work as CSL-JSON, which Zotero, Mendeley and pandoc read."""
    given = work.released.split("-") if work.released else [work.year]
    item: dict[str, Any] = {
        "id": work.key,
        "type": "article-journal" if work.kind == "article" else "software",
        "title": work.title,
        "author": [
            {"literal": name.family}
            if name.is_group
            else {"family": name.family, "given": name.given}
            for name in work.authors
        ],
        "issued": {"date-parts": [list(map(int, given))]},
        "container-title": work.journal,
        "volume": work.volume,
        "page": "-".join(filter(None, (work.first_page, work.last_page))),
        "version": work.version,
        "DOI": work.doi,
        "URL": work.address,
        "abstract": work.abstract,
    }
    stated = {name: value for name, value in item.items() if value}
    return json.dumps([stated], indent=2, ensure_ascii=False) + "\n"


#: In the order of the page; the first is what a reader sees unasked.
CITATION_FORMATS = (
    CitationFormat("Text", "txt", "none", lambda work: f"{as_text(work)}\n"),
    CitationFormat("BibTeX", "bib", "bibtex", as_bibtex),
    CitationFormat("RIS", "ris", "none", as_ris),
    CitationFormat("CSL-JSON", "json", "json", as_csl_json),
)
