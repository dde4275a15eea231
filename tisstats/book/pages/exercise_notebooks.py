"""The exercises as notebooks to download, made and run while the book is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tisstats.book.run.jupyter import kernel_managers, run_notebook
from tisstats.book.site.typography import typeset
from tisstats.ledger.published import PublishedFacts
from tisstats.teaching.exercise_notebooks import as_notebook, as_text
from tisstats.teaching.exercise_sets import as_html_sets
from tisstats.teaching.exercises import exercises
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.open_questions import open_questions

#: Where they are, in the finished book.
FOLDER = "_static/exercises"

#: Name of each file and text of its link; the second has the solutions.
FILES = {
    "exercises.ipynb": "Notebook of the exercises",
    "exercises_with_solutions.ipynb": "Notebook with solutions, for teachers",
}


#: Printable sets for a class, one for each student, with a number each; and their keys.
SETS, KEYS = "sets.html", "sets_key.html"

#: Numbers of the sets.
SET_SEEDS = range(1, 13)


class ExerciseNotebooks(SphinxDirective):
    """Links to the notebooks of a seed; the page that has them makes the files."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return a list of the links."""
        up = "../" * self.env.docname.count("/")
        links = [
            nodes.list_item(
                "",
                nodes.raw("", f'<a href="{up}{FOLDER}/{name}" download>{title}</a>', format="html"),
            )
            for name, title in FILES.items()
        ]
        return [nodes.bullet_list("", *links, exercise_seed=int(self.arguments[0]))]


def write_notebooks(folder: Path, seed: int, log: Path) -> None:
    """Write both notebooks, of all exercises of the page; the one with solutions has been run.

    Parameters
    ----------
    folder
        Where to write; made if it does not exist.
    seed
        Seed of the fresh cases.
    log
        A file for what the kernel prints outside the notebook.

    Raises
    ------
    DataError
        If the published facts or the texts of the exercises have a fault.
    NotebookError
        If a cell of the notebook with solutions fails.
    """
    cases, questions = fresh_cases(seed), open_questions()
    # The facts that the cells of the notebook read when they check an answer.
    numbered = exercises(PublishedFacts.read())
    blank, solved = (
        as_text(as_notebook(cases, seed, key=key, questions=questions, numbered=numbered))
        for key in (False, True)
    )
    folder.mkdir(parents=True, exist_ok=True)
    with kernel_managers(log, None) as manager:
        run = run_notebook(solved.encode("utf-8"), folder, {}, manager)
    for name, text in zip(FILES, (blank, run), strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def write_sets(folder: Path) -> None:
    """Write the sets of a class, and their keys, to a folder that exists."""
    sets = {seed: fresh_cases(seed) for seed in SET_SEEDS}
    for name, key in ((SETS, False), (KEYS, True)):
        (folder / name).write_text(typeset(as_html_sets(sets, key=key)), encoding="utf-8")


def add_files(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the notebooks that a page links to, and the sets of the class."""
    for links in doctree.findall(nodes.bullet_list) if doctree else ():
        if (seed := links.get("exercise_seed")) is not None:
            log = Path(app.doctreedir).parent / "exercise_notebooks.log"
            folder = Path(app.outdir) / FOLDER
            write_notebooks(folder, seed, log)
            write_sets(folder)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("exercise-notebooks", ExerciseNotebooks)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
