"""Numbers of the prose on the discussion's less strict definition, which two chapters treat."""

from __future__ import annotations

from tisstats.chapters.chapter import facts
from tisstats.ledger.published import Published
from tisstats.lim2021.response import less_strict_matches


def less_strict_numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the paragraphs on the less strict definition."""
    minimal = published.count("response.minimal")
    return {
        **facts("less_strict", published),
        "with_excluded": minimal + published.count("flow.excluded_from_analysis"),
        "discussion_percent": published.text("claims.discussion.minimal_percent").removesuffix("%"),
        **{
            f"of_{name}": " and ".join(map(str, less_strict_matches(published, of))) or "none"
            for name in ("analysed", "included")
            if (of := published.count(f"flow.{name}"))
        },
    }
