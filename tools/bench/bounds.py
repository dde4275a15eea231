"""How long the proofs of the bounds take: those that took longest, proved again."""

from __future__ import annotations

from tisstats.bounds import prove_bound, read_bounds
from tisstats.bounds.files import SCORE
from tisstats.bounds.joint_search import JointSearch
from tisstats.ledger.published import PublishedFacts
from tools.bench._table import Row, show

#: Seconds within which every bound must be proved.
ALLOWED = 120
SLOWEST = 4


def bench() -> None:
    """Measure and print."""
    committed = read_bounds()
    published = PublishedFacts.read()
    rows = []
    for row in committed.nlargest(SLOWEST, "seconds").to_dict("records"):
        measure = None if row["measure"] == SCORE else row["measure"]
        search = JointSearch.start(published)  # knows nothing yet
        found = prove_bound(
            row["quantity"], measure, row["side"], published=published, search=search
        )
        if found.text != row["value"]:
            raise ValueError(f"{row['quantity']} of {row['measure']}: {found.text} proved now")
        rows.append(
            Row(
                f"{row['side']} {row['quantity']} of {row['measure']}",
                found.seconds,
                found.seconds / ALLOWED,
                1,
            )
        )
    show(
        f"The {SLOWEST} of {len(committed)} bounds that took longest when last written, computed "
        f"again, as parts of two minutes (all {len(committed)} took "
        f"{committed['seconds'].sum():.0f} s)",
        rows,
    )
