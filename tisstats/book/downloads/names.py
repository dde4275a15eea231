"""Names of the files: the page, then what the table or figure shows; and where they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tisstats.normal_forms import normal_form

#: Longest name made from a caption, in characters; the page's name comes before it.
LONGEST = 60

#: Folder of all files in the book, and the results in it.
FOLDER = "_static/downloads"
RESULTS_JSON, RESULTS_CSV = f"{FOLDER}/results.json", f"{FOLDER}/results.csv"

#: Key, in an output's metadata, of what it tells the book beyond what it shows.
METADATA = "tisstats"

#: Key, among the files there, of the drawing for phones; the end of its name.
PHONE = "phone.svg"

_ORDER = re.compile(r"^\d+_")


def file_name(text: str) -> str:
    """Return words as a file name: lower-case letters, digits and underscores.

    Examples
    --------
    >>> file_name("Columns of claims.csv")
    'columns_of_claims_csv'
    >>> file_name("≥ 20%")
    '20'
    """
    plain = normal_form("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = "_".join(re.findall(r"[a-z0-9]+", plain))
    if len(name) > LONGEST:
        name = name[: LONGEST + 1].rpartition("_")[0] or name[:LONGEST]
    return name or "table"


def page_names(pages: Iterable[str]) -> dict[str, str]:
    """Return a name for each page: without its folder and its number in the order of reading.

    Parameters
    ----------
    pages
        Paths of the pages, without suffix.

    Examples
    --------
    >>> list(page_names(["notebooks/05_safety", "book/a/scale", "book/b/scale"]).values())
    ['safety', 'book-a-scale', 'book-b-scale']
    """
    short = {page: _ORDER.sub("", page.rpartition("/")[2]) for page in pages}
    count = Counter(short.values())
    return {
        page: name if count[name] == 1 else page.replace("/", "-") for page, name in short.items()
    }


def unique_name(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken, numbered from the second on.

    Examples
    --------
    >>> unique_name("scale", ["scale", "scale-2"])
    'scale-3'
    """
    names, number, found = set(taken), 1, name
    while found in names:
        number += 1
        found = f"{name}-{number}"
    return found
