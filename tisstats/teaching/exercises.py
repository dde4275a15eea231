"""The exercises of the book: one source for question, model answer and the page they stand on."""

from __future__ import annotations

from tisstats.ledger.published import Published
from tisstats.teaching import counting_exercises, definition_exercises, scoring_exercises
from tisstats.teaching.exercise import Exercise

_BUILDERS = (
    *scoring_exercises.BUILDERS,
    *definition_exercises.BUILDERS,
    *counting_exercises.BUILDERS,
)


def exercises(published: Published) -> list[Exercise]:
    """Give all exercises in the order of their page, with the numbers of the published facts."""
    return [build(published) for build in _BUILDERS]


def as_markdown(exercise: Exercise) -> str:
    """Write question and closed solution of one exercise as MyST Markdown, without its title."""
    solution = exercise.solve()
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(solution.steps, start=1))
    return (
        f"{exercise.question}\n\n"
        f":::{{dropdown}} Solution\n"
        f":name: solution-{exercise.key}\n\n"
        f"**{solution.answer}**\n\n{steps}\n:::\n"
    )
