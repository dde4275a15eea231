"""The teacher's page: outcomes, what to prepare, plans with minutes, mistakes and a rubric.

The texts and numbers come from `tisstats.teaching.class_texts`. Slides and sheets are files of
their own, see `tisstats.book.pages.class_papers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx

from tisstats.book.pages.class_bundle import BUNDLE, FOLDER
from tisstats.book.pages.class_papers import PAPERS, PDF_PLACE
from tisstats.book.pages.directive_base import BookDirective, published_facts
from tisstats.book.pages.html import table_html
from tisstats.teaching.class_texts import ClassTexts, Plan, Step, Task, class_texts

STYLE = "class.css"

#: Why the numbers of the tables are not results, as JSON.
_FACTS = '"plan or rubric of a class"'


@cache
def texts_of(folder: Path) -> ClassTexts:
    """Return the class with the published facts of a folder, read once for all directives."""
    return class_texts(published_facts(folder))


class ClassPart(BookDirective):
    """A part of the teacher's page, by the name of the directive."""

    optional_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the part."""
        texts = texts_of(self.facts_folder())
        box = nodes.container(classes=["class-part"])
        for part in _PARTS[self.name](self, texts):
            if isinstance(part, nodes.Node):
                box += part
            else:
                self.parse(part, box)
        return [box] if self.name != "class-plan" else list(box.children)

    def address(self, page: str) -> str:
        """Return the relative address of a page, which may end on an anchor, or of a static file.

        Parameters
        ----------
        page
            Name of a page, as in the table of contents, or a path below the static files that
            begins with ``_static/``.
        """
        up = "../" * self.env.docname.count("/")
        if page.startswith("_static/"):
            return up + page
        name, _, anchor = page.partition("#")
        return f"{up}{name}.html#{anchor}" if anchor else f"{up}{name}.html"

    def link(self, page: str, words: str) -> str:
        """Return a link in HTML, which Markdown keeps."""
        return f'<a class="reference internal" href="{self.address(page)}">{escape(words)}</a>'

    def task_link(self, task: Task) -> str:
        """Return a link to an exercise."""
        return self.link(task.address, task.title)


def _outcomes(directive: ClassPart, texts: ClassTexts) -> Iterator[str]:
    yield "\n".join(
        f"- **{outcome.verb}** {outcome.what}. *Checked by:* "
        + ", ".join(map(directive.task_link, outcome.tasks))
        + "."
        for outcome in texts.outcomes
    )


def _materials(directive: ClassPart, texts: ClassTexts) -> Iterator[str]:
    for material in texts.materials:
        links = [
            directive.link(f"_static/{file}", Path(file).stem.replace("_", " "))
            for file in material.files
        ]
        links += [f"{{doc}}`/{page}`" for page in material.pages]
        if material.bundle:
            address = directive.address(f"_static/{BUNDLE}")
            links.append(
                f'<a class="reference internal" href="{address}" download>{Path(BUNDLE).name}</a>'
            )
        if material.paper:
            links += _paper_links(directive, material.paper)
        yield f"{material.what}\n: {material.text} {' · '.join(links)}\n"


def _paper_links(directive: ClassPart, paper: str) -> Iterator[str]:
    """Yield a link to a printable file, with a place for that to its PDF.

    The PDF is made by a browser after the book; the place is filled in then.
    """
    address = directive.address(f"_static/{FOLDER}/{paper}.html")
    yield (
        f'<span class="noprint"><a class="reference internal" href="{address}">'
        f"{PAPERS[paper].action}</a>{PDF_PLACE.format(name=paper)}</span>"
    )


def _plan(directive: ClassPart, texts: ClassTexts) -> Iterator[str | nodes.Node]:
    plan = texts.plan(directive.arguments[0])
    yield (
        f"**{plan.minutes} minutes**"
        + (f", {plan.breaks} of them breaks" if plan.breaks else "")
        + f". {plan.audience}"
    )
    if plan.late:
        yield f"**If you are late:** {plan.late}"
    yield nodes.raw("", _overview(plan), format="html")
    for step in plan.steps:
        if not step.pause:
            yield _step(directive, step, texts)


def _overview(plan: Plan) -> str:
    table = pd.DataFrame(
        {
            "From minute": f"{step.start}",
            "Minutes": f"{step.minutes}",
            "Step": step.title,
            "Slides": _slides(step) or "–",
            "Questions": ", ".join(map(_named, step.tasks)) or "–",
        }
        for step in plan.steps
    )
    caption = f"{plan.title}: {plan.minutes} minutes"
    return table_html(table, caption, name=f"plan_{plan.key}", facts=_FACTS)


def _named(task: Task) -> str:
    """Return the title of a task, with its letter on the hand-out before it."""
    return f"{task.letter}. {task.title}" if task.letter else task.title


def _slides(step: Step) -> str:
    if not step.slides:
        return ""
    first, last = step.slides[0], step.slides[-1]
    return f"{first}" if first == last else f"{first} to {last}"


def _step(directive: ClassPart, step: Step, texts: ClassTexts) -> nodes.section:
    section = directive.section(f"step-{step.key}", step.title)
    section["classes"].append("class-step")
    parts = {
        "Teacher": step.teacher,
        "Students": step.students,
        "Expected": step.expected,
        "Tasks": "",
        "Material": " · ".join(_material(directive, step)),
    }
    lines = [f"Minutes {step.start} to {step.end}", ""]
    for head, text in parts.items():
        if head == "Tasks" and step.tasks:
            # One paragraph for each answer: a definition list has no room for nested ones.
            answers = (_answer(directive, step, task, texts) for task in step.tasks)
            lines += ["Answers", *(f": {answer}\n" for answer in answers)]
        elif text:
            lines += [head, f": {text}", ""]
    directive.parse("\n".join(lines), section)
    return section


def _answer(directive: ClassPart, step: Step, task: Task, texts: ClassTexts) -> str:
    link = directive.link(task.address, _named(task))
    time = "read from a slide" if task.key in step.read else f"{task.minutes} minutes"
    if task.is_open:
        number, where = texts.slide_with_answer(task), "its page"
        if number is not None and number in step.slides:
            where = directive.link(_slide(number), f"slide {number}")
        return f"{link} ({time}): model answer on {where}."
    return f"{link} ({time}): {' '.join(task.answer)}"


def _slide(number: int) -> str:
    return f"_static/{FOLDER}/slides.html#slide-{number}"


def _material(directive: ClassPart, step: Step) -> Iterator[str]:
    if step.slides:
        words = "Slides" if len(step.slides) > 1 else "Slide"
        yield directive.link(_slide(step.slides[0]), f"{words} {_slides(step)}")
    yield from (f"{{doc}}`/{page}`" for page in step.pages)
    yield from (directive.link(task.address, task.title) for task in step.see)


def _mistakes(_: ClassPart, texts: ClassTexts) -> Iterator[str]:
    for mistake in texts.mistakes:
        yield (
            f"{mistake.said}\n: {mistake.answer}\n\n  *Ask:* {mistake.ask} "
            f"*More:* {{doc}}`/{mistake.page}`\n"
        )


def _rubric(directive: ClassPart, texts: ClassTexts) -> Iterator[str | nodes.Node]:
    table = pd.DataFrame(
        {
            "Criterion": each.title,
            "No point": each.low,
            "One point": each.middle,
            "Two points": each.high,
            "Counts for": ", ".join(task.title for task in each.questions) or "the last sentence",
        }
        for each in texts.criteria
    )
    caption = "Rubric for open questions: only the criteria that count for a question are marked"
    yield nodes.raw(
        "", table_html(table, caption, name="class_rubric", facts=_FACTS), format="html"
    )
    most = {
        task.key: sum(2 for each in texts.criteria if task in each.questions)
        for task in texts.tasks.values()
        if task.is_open
    }
    yield (
        "Maximum points: "
        + "; ".join(
            f"{directive.task_link(texts.tasks[key])} {points}" for key, points in most.items()
        )
        + "."
    )
    sample = texts.sample
    earned = sum(mark.points for mark in sample.marks)
    yield (
        f"**A marked answer**, made up for this page, to {directive.task_link(sample.task)}: "
        f"“{sample.text}” {earned} of {most[sample.task.key]} points. "
        + " ".join(f"*{mark.criterion}:* {mark.points}, {mark.why}." for mark in sample.marks)
    )


_PARTS: dict[str, Callable[[ClassPart, ClassTexts], Iterable[str | nodes.Node]]] = {
    "class-outcomes": _outcomes,
    "class-materials": _materials,
    "class-plan": _plan,
    "class-mistakes": _mistakes,
    "class-rubric": _rubric,
}


def load_style(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load the style on pages with a part of the class."""
    if doctree and any(
        "class-part" in node["classes"] for node in doctree.findall(nodes.container)
    ):
        app.add_css_file(STYLE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    for name in _PARTS:
        app.add_directive(name, ClassPart)
    app.connect("html-page-context", load_style)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
