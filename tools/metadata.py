"""Write what archives and codecheckers read: ``python -m tools.metadata [--check]``.

``codemeta.json``, ``.zenodo.json`` and ``codecheck.yml`` are made from ``CITATION.cff``,
``pyproject.toml`` and the notebooks of the book. With ``--check``, files that are not current are
named, and nothing is written.

References
----------
CodeMeta 3.0, https://w3id.org/codemeta/3.0: properties of software on top of schema.org.
Zenodo, deposit metadata, https://developers.zenodo.org: fields of ``.zenodo.json``.
CODECHECK configuration file 2.0, https://codecheck.org.uk/spec/config/2.0/.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tisstats.book.citing.source import FILE, Citation, Name, read_citation
from tisstats.book.downloads.names import RESULTS_CSV, RESULTS_JSON
from tisstats.book.run.project import Project

ROOT = Path(__file__).resolve().parents[1]
BOOK = "_build/html"

#: What CODECHECK 2.0 demands and cannot be stated before somebody has checked.
BY_THE_CODECHECKER = ("codechecker", "report", "summary", "certificate")


def codemeta(citation: Citation, package: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of the software in CodeMeta's terms."""
    book = citation.book
    described = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": book.title,
        "alternateName": package["name"],
        "description": book.abstract,
        "identifier": book.doi,
        "version": book.version,
        "datePublished": book.released,
        "license": f"https://spdx.org/licenses/{book.license}",
        "author": [_agent(name) for name in book.authors],
        "keywords": list(book.keywords),
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {package['requires-python']}",
        "softwareRequirements": package["dependencies"],
        "developmentStatus": _status(package["classifiers"]),
        "referencePublication": [
            {"@type": "ScholarlyArticle", "@id": work.address, "name": work.title}
            for work in citation.references
        ],
        "codeRepository": citation.repository,
        "issueTracker": f"{citation.repository}/issues" if citation.repository else "",
        "url": citation.base,
    }
    return {name: value for name, value in described.items() if value}


def _agent(name: Name) -> dict[str, str]:
    if name.is_group:
        return {"@type": "Organization", "name": name.family}
    person = {"@type": "Person", "givenName": name.given, "familyName": name.family}
    return {**person, "@id": name.orcid} if name.orcid else person


def _status(classifiers: list[str]) -> str:
    """Return the status as repostatus.org names it, by the package's classifier."""
    (stage,) = (each for each in classifiers if each.startswith("Development Status"))
    number = int(stage.split("::")[1].split("-")[0])
    return f"https://www.repostatus.org/#{'active' if number >= 5 else 'wip'}"


def zenodo(citation: Citation) -> dict[str, Any]:
    """Return the description of a deposit at Zenodo."""
    book = citation.book
    related = [
        {"identifier": work.doi, "relation": "cites", "scheme": "doi"}
        for work in citation.references
        if work.doi
    ]
    if citation.base:
        related.append({"identifier": citation.base, "relation": "isDocumentedBy", "scheme": "url"})
    return {
        "title": book.title,
        "description": book.abstract,
        "upload_type": "software",
        "version": book.version,
        "publication_date": book.released,
        "creators": [_creator(name) for name in book.authors],
        "access_right": "open",
        "license": book.license,
        "keywords": list(book.keywords),
        "language": "eng",
        "related_identifiers": related,
    }


def _creator(name: Name) -> dict[str, str]:
    creator = {"name": name.family if name.is_group else f"{name.family}, {name.given}"}
    return {**creator, "orcid": name.orcid.rpartition("/")[2]} if name.orcid else creator


def codecheck(citation: Citation, project: Project) -> dict[str, Any]:
    """Return what the authors state in the configuration of a CODECHECK."""
    manifest = [
        {"file": f"{BOOK}/{RESULTS_CSV}", "comment": "results of the book, a number per line"},
        {
            "file": f"{BOOK}/{RESULTS_JSON}",
            "comment": "what its columns mean, and which tables and figures there are",
        },
    ]
    for notebook in project.notebooks():
        page = notebook.relative_to(project.root).with_suffix(".html").as_posix()
        source = notebook.relative_to(project.root).as_posix()
        manifest.append({"file": f"{BOOK}/{page}", "comment": f"page of {source}"})
    authors = [
        {"name": f"{name.given} {name.family}".strip()}
        | ({"ORCID": name.orcid.rpartition("/")[2]} if name.orcid else {})
        for name in citation.book.authors
    ]
    sources = "; ".join(work.address for work in citation.references)
    stated = {
        "version": "https://codecheck.org.uk/spec/config/2.0/",
        "manifest": manifest,
        "paper": {
            "title": citation.book.title,
            "authors": authors,
            "reference": citation.book.address or "Not published yet",
        },
        "source": f"The published numbers that are recomputed are those of {sources}",
    }
    return stated | ({"repository": citation.repository} if citation.repository else {})


def files(root: Path = ROOT) -> dict[str, str]:
    """Return the contents of all files by name.

    Raises
    ------
    FileNotFoundError
        If there is no citation file.
    """
    citation = read_citation(root / FILE)
    if citation is None:
        raise FileNotFoundError(root / FILE)
    package = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    checked = codecheck(citation, Project.from_folder(root))
    return {
        "codemeta.json": _json(codemeta(citation, package)),
        ".zenodo.json": _json(zenodo(citation)),
        "codecheck.yml": _codecheck_text(checked),
    }


def _json(contents: Mapping[str, Any]) -> str:
    return json.dumps(contents, indent=2, ensure_ascii=False) + "\n"


def _codecheck_text(contents: Mapping[str, Any]) -> str:
    missing = [*BY_THE_CODECHECKER]
    if not all("ORCID" in author for author in contents["paper"]["authors"]):
        missing.insert(0, "an ORCID for each author")
    head = (
        "# Made from CITATION.cff by `python -m tools.metadata`; `make book` recreates the files.\n"
        f"# Version 2.0 also requires what is not known yet: {', '.join(missing)}.\n"
    )
    text = yaml.safe_dump(dict(contents), sort_keys=False, allow_unicode=True, width=96)
    return f"{head}---\n{text}"


def main(options: list[str]) -> int:
    """Write the files, or name those that are not current; return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.metadata", description=__doc__)
    parser.add_argument("--check", action="store_true", help="name files that are not current")
    check = parser.parse_args(options).check
    stale = [
        name
        for name, text in files().items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    for name in stale:
        if not check:
            (ROOT / name).write_text(files()[name], encoding="utf-8")
        print(f"{name}: {'not current, run `make metadata`' if check else 'written'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
