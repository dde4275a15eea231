"""The data dictionary, from the schemas that the files are validated against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from tisstats.chapters.page import Markdown, Table, described
from tisstats.chapters.parameters import Parameters
from tisstats.chapters.result_facts import WORDS, Facts, counted
from tisstats.datapackage import allowed, read_descriptor, read_tables
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021.trial_description import REFERENCE_FOLDER
from tisstats.sentences import count_of

#: Folder of the bounds.
_BOUNDS = "bounds"


@dataclass(frozen=True)
class DataDictionary(Parameters):
    """The page that describes one data package, the reference cohort and the bounds."""

    package: str  #: folder of ``data/`` to describe first

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The files of the package."""
        return read_tables(data_directory(self.package))

    @described(
        {
            "package_description": WORDS,
            "and_bounds": WORDS,
            "files": Facts("{count} *", "Files of the package", "files"),
            "rows": counted("Rows of the package", "rows"),
            "unprinted": counted(
                "Numbers of the package that the article does not print", "numbers"
            ),
            "unprinted_texts": counted(
                "Texts of the package that the article does not print", "texts"
            ),
        },
        source="book",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, among them what the article does not print."""
        unprinted = PublishedFacts.read().tables["unprinted"]["address"]
        texts = int(unprinted.str.endswith(".patient").sum())
        files = len(self.tables)
        bounds = ", and those of the bounds, each with its assumptions."
        return {
            "package": self.package,
            "package_description": read_descriptor(data_directory(self.package))["description"],
            "files": count_of(files, "file"),
            "rows": sum(map(len, self.tables.values())),
            "unprinted": len(unprinted) - texts,
            "unprinted_texts": texts,
            "and_bounds": "." if self.package == _BOUNDS else bounds,
        }

    def package_sections(self) -> Iterator[Markdown | Table]:
        """Return the sections on the files of the package."""
        return _sections(data_directory(self.package))

    def reference_cohort_sections(self) -> Iterator[Markdown | Table]:
        """Return the sections on the files of a synthetic cohort."""
        return _sections(data_directory("reconstructed") / REFERENCE_FOLDER)

    def bounds_sections(self) -> Iterator[Markdown | Table]:
        """Return the sections on the files of the bounds, unless they are shown first."""
        return iter(()) if self.package == _BOUNDS else _sections(data_directory(_BOUNDS))


def _sections(folder: Path) -> Iterator[Markdown | Table]:
    """Yield a section and a table of columns for each file."""
    tables = read_tables(folder)
    for resource in read_descriptor(folder)["resources"]:
        key = ", ".join(f"`{name}`" for name in resource["schema"].get("primaryKey", []))
        yield Markdown(
            f"## {resource['title']}\n\n`{resource['path']}`, "
            f"{len(tables[resource['name']])} rows. {resource['description']} "
            f"Primary key: {key}."
        )
        fields = [
            {
                "Column": field["name"],
                "Description": field["description"],
                "Unit": field.get("unit", ""),
                "Allowed values": allowed(field),
            }
            for field in resource["schema"]["fields"]
        ]
        yield Table(
            pd.DataFrame(fields),
            f"Columns of {resource['path']}",
            facts="descriptions of columns in words",
        )
