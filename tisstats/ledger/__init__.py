"""The claims ledger of any folder of published facts: claims, what follows of them, verdicts."""

from tisstats.ledger.claim import Claim, Evaluation, Verdict
from tisstats.ledger.published import Published

__all__ = ["Claim", "Evaluation", "Published", "Verdict"]
