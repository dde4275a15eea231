"""The data dictionary, from the description that the files are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tisstats.book.notebook import show_markdown, show_table
from tisstats.datapackage import allowed


def unprinted_counts(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Count the numbers, and the texts, that the facts hold and the article does not print."""
    if "unprinted" not in tables:
        return {"unprinted": 0, "unprinted_texts": 0}
    addresses = tables["unprinted"]["address"]
    texts = int(addresses.str.endswith(".patient").sum())
    return {"unprinted": len(addresses) - texts, "unprinted_texts": texts}


def show_dictionary(descriptor: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
    """Display one section a file: what it holds, its columns, their units and what is allowed."""
    for resource in descriptor["resources"]:
        key = ", ".join(f"`{name}`" for name in resource["schema"].get("primaryKey", []))
        show_markdown(
            f"## {resource['title']}\n\n`{resource['path']}`, "
            f"{len(tables[resource['name']])} rows. {resource['description']} "
            f"Rows are named by {key}."
        )
        columns = pd.DataFrame(
            [
                {
                    "Column": field["name"],
                    "Meaning": field["description"],
                    "Unit": field.get("unit", ""),
                    "Allowed": allowed(field),
                }
                for field in resource["schema"]["fields"]
            ]
        )
        show_table(columns, f"Columns of {resource['path']}")
