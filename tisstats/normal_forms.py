"""Unicode's normal forms, in time that grows as the text does."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

#: Most marks on one letter. Python sorts those of a letter in quadratic time: a cell of 100,000
#: would take a minute. Unicode's Stream-Safe Text Format, https://unicode.org/reports/tr15/, has
#: as many.
_MOST_MARKS = 30

#: Where there may be more: as many characters as that, of which none is a Latin letter without one.
_MAY_BE_MANY = re.compile(rf"[^\x00-\u02ff]{{{_MOST_MARKS + 1}}}")

#: What is put between marks where there are more, so that those after it are sorted by themselves.
_JOINER = "\N{COMBINING GRAPHEME JOINER}"


def normal_form(form: Literal["NFKC", "NFKD"], text: str) -> str:
    r"""Return the normal form of a text; of more than 30 marks on a letter, each 30 by themselves.

    Examples
    --------
    >>> normal_form("NFKC", "ｃｋ"), normal_form("NFKC", "e\u0301") == "é"
    ('ck', True)
    >>> len(normal_form("NFKC", "a" + "\u0323\u0301" * 100_000))
    206666
    """
    if _MAY_BE_MANY.search(text) is None:
        return unicodedata.normalize(form, text)
    parts, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            parts.append(_JOINER)
            marks = 1
        parts.append(character)
    return unicodedata.normalize(form, "".join(parts))
