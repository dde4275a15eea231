"""The study and those that the discussion compares it with, grouped by what counts as response."""

from __future__ import annotations

from dataclasses import dataclass

from tisstats.ledger.published import Published


@dataclass(frozen=True, slots=True)
class StudyResponse:
    """The responders of one study, or of one arm of it."""

    study: str  #: study and year
    endpoint: str  #: what counted as a response, in the study's own terms
    responders: int  #: patients who reached it
    patients: int  #: patients counted
    design: str  #: design and population, in a few words
    this_study: bool  #: whether it is the study of the article
    group: str  #: threshold by which the responders were counted


def study_responses(published: Published) -> list[StudyResponse]:
    """Return the responders of each of these studies, by threshold, this study first.

    This study stands in two groups, by its own threshold and by the lower one that it prints too,
    so that no share stands in a group of another threshold than its own.
    """
    moderate, minimal = (
        f"TIS at least {published.text(f'design.{name}')}"
        for name in ("responder_score", "minimal_score")
    )
    groups = (f"{moderate} points", f"{minimal} points", "Other endpoints")

    def response(name: str, endpoint: str, responders: str, patients: str) -> StudyResponse:
        study, year, design, population = (
            published.text(f"comparators.{name}.{column}")
            for column in ("study", "year", "design", "population")
        )
        return StudyResponse(
            study=f"{study}, {year}",
            endpoint=endpoint,
            responders=published.count(responders),
            patients=published.count(patients),
            design=f"{design}; {population}",
            this_study=name == "this_study",
            group=next(
                (g for g in groups if f"{endpoint} ".startswith(g.removesuffix("points"))),
                groups[-1],
            ),
        )

    rows = [
        response(
            name,
            published.text(f"comparators.{name}.endpoint"),
            f"comparators.{name}.responders",
            f"comparators.{name}.patients",
        )
        for name in published.tables["comparators"]["id"]
    ]
    lower = f"{minimal} by week {published.text('design.primary_week')}"
    rows.append(response("this_study", lower, "response.minimal", "flow.analysed"))
    return sorted(rows, key=lambda row: (groups.index(row.group), not row.this_study))
