"""Numbers of the prose on the discussion's less strict definition, which two chapters treat."""

from __future__ import annotations

from tisstats.ledger.published import Published
from tisstats.lim2021.response import less_strict_matches


def less_strict_numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the paragraphs on the less strict definition."""
    minimal = published.count("response.minimal")
    patients = {name: published.count(f"flow.{name}") for name in ("analysed", "included")}
    return {
        "minimal": minimal,
        "with_excluded": minimal + published.count("flow.excluded_from_analysis"),
        "minimal_score": published.text("design.minimal_score"),
        "minimal_lost": published.count("response.minimal_lost"),
        "last_week": published.count("design.primary_week"),
        "excluded_patient": published.text("claims.discussion.excluded_patient"),
        "added_patient": published.text("claims.discussion.added_patient"),
        "discussion_percent": published.text("claims.discussion.minimal_percent").removesuffix("%"),
        **patients,
        **{
            f"of_{name}": " and ".join(map(str, less_strict_matches(published, of))) or "none"
            for name, of in patients.items()
        },
    }
