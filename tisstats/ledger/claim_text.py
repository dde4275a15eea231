"""The text in which prose shows a claim: as printed, in digits, or in words of the author.

The article may print the same number as "Eight" and as "8"; a sentence that needs digits names the
claim all the same, and no page types the number.
"""

from __future__ import annotations

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts

#: Stands in the place of words for the number of the claim in digits.
IN_DIGITS = "#"


def claim_text(published: PublishedFacts, claim: str, words: str = "") -> str:
    """Return the text of a claim.

    Parameters
    ----------
    published
        The published facts.
    claim
        Id of the claim.
    words
        Shown instead of the number; empty for the number as printed, ``#`` for its digits.

    Raises
    ------
    DataError
        If there is no such claim, or if digits are asked for and it is not a number.

    Examples
    --------
    >>> published = PublishedFacts.read()
    >>> [claim_text(published, "results.msa", words) for words in ("", "#", "these")]
    ['Ten', '10', 'these']
    """
    printed = published.text(f"claims.{claim}")
    if words != IN_DIGITS:
        return words or printed
    inputs = (pair.partition("=") for pair in published.text(f"claims.{claim}.inputs").split())
    texts = [published.text(address) for role, _, address in inputs if role == "fact"]
    for text in (*texts, printed):
        if text.removesuffix("%").replace(".", "", 1).isdecimal():
            return text
    message = f"claim {claim} is printed as {printed!r}: it has no digits to show"
    raise DataError([Fault(str(published.directory / "claims.csv"), message)])
