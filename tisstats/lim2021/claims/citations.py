"""Citations that lead to the wrong reference. No numbers of the study, so no part of the ledger."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published


def miscitations(published: Published) -> pd.DataFrame:
    """Return the citations whose reference is about something else than the text.

    Returns
    -------
    DataFrame
        Columns ``place``, ``text_is_about``, ``cited_number``, ``reference_is_about`` and
        ``fitting_number``, the references about the subject of the text.
    """
    references, citations = published.tables["references"], published.tables["citations"]
    subject = dict(zip(references["number"], references["subject"], strict=True))
    found = citations.assign(reference_is_about=citations["cited_number"].map(subject))
    found = found[found["reference_is_about"] != found["text_is_about"]]
    fitting = references.groupby("subject")["number"].agg(", ".join)
    columns = ["place", "text_is_about", "cited_number", "reference_is_about", "fitting_number"]
    return found.assign(fitting_number=found["text_is_about"].map(fitting))[columns].reset_index(
        drop=True
    )
