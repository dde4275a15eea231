"""Captions of tables: a title in about two lines, and the rest as a note below the table."""

from __future__ import annotations

import re

from tisstats.sentences import capitalised

#: Characters of a caption that is left as it is: two lines in the column of the text, about.
_LONGEST = 150

#: Characters of a title.
_TITLE = range(20, 141)

#: Where a caption may end, the best place first; "Table 1." is not a sentence.
_ENDS = (re.compile(r"(?<!^Table \d)(?<!^Table \d\d)\. "), re.compile(": "), re.compile("; "))


def split_caption(caption: str, origin: str = "") -> tuple[str, str]:
    """Return title and note of a caption; the note is empty if the caption is short.

    Parameters
    ----------
    caption
        Of a table.
    origin
        Label of the patient-level data that the table was made from. It ends the caption, and
        stays in the title, where nobody can miss it.

    Examples
    --------
    >>> split_caption("Harms by patient and arm")
    ('Harms by patient and arm', '')
    >>> title, note = split_caption(
    ...     "Harms by patient and arm: " + 5 * "patients with the harm, n (%); " + ". Synthetic",
    ...     "Synthetic",
    ... )
    >>> title, note[:23]
    ('Harms by patient and arm. Synthetic', 'Patients with the harm,')
    """
    own = caption.removesuffix(origin).rstrip() if origin else caption
    label = caption[len(own) :].strip()
    if len(own) <= _LONGEST:
        return caption, ""
    for end in _ENDS:
        found = next((place for place in end.finditer(own) if place.start() in _TITLE), None)
        if found:
            title, note = own[: found.start()], own[found.end() :]
            sentence = f"{capitalised(note).rstrip().rstrip('.')}."
            return f"{title}. {label}" if label else title, sentence
    return caption, ""
