"""The class on outcome measures: outcomes, plans, mistakes, rubric and slides, with their numbers.

The texts are in ``class.toml`` and ``slides.toml``, where a teacher can change them; the numbers in
them come from `tisstats.teaching.class_numbers`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts
from tisstats.teaching.class_numbers import class_numbers
from tisstats.teaching.class_tables import ClassTable, class_tables
from tisstats.teaching.exercises import Exercise, exercises, fill_sentence
from tisstats.teaching.open_questions import OpenQuestion, open_questions

#: The texts of the teacher's page, and those of the slides.
CLASS_FILE, SLIDES_FILE = (Path(__file__).with_name(name) for name in ("class.toml", "slides.toml"))

#: Exercises and the open question on the hand-out, in the order of their letters.
HANDOUT = ("percent", "total", "enzyme", "missing", "ceiling", "interval", "placebo", "endpoint")

#: The sentence at the close, the last question of the hand-out; it is not an exercise of the page.
LAST_QUESTION = "sentence"

#: Where exercises and open questions stand.
EXERCISE_PAGE = "book/teaching/exercises"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a student can do after the class."""

    verb: str  #: what is done, as a verb that can be tested
    what: str  #: with what
    tasks: tuple[Task, ...]  #: the exercises that test it


@dataclass(frozen=True, slots=True)
class Material:
    """Something to prepare before the class."""

    what: str  #: name
    text: str  #: how to prepare it
    paper: str = ""  #: short name of a sheet or of the slides; empty for none
    pages: tuple[str, ...] = ()  #: pages of the book
    files: tuple[str, ...] = ()  #: files of the book, below its static files
    bundle: bool = False  #: whether it is all of the class in one file


@dataclass(frozen=True, slots=True)
class Task:
    """An exercise or an open question that is done in a step."""

    key: str  #: of the exercise or question
    title: str  #: its title
    minutes: int  #: expected time
    answer: tuple[str, ...]  #: model answer, sentences or points
    is_open: bool  #: whether it has no single answer
    letter: str = ""  #: of the question on the hand-out; empty if it is not there

    @property
    def address(self) -> str:
        """Page and anchor."""
        kind = "question" if self.is_open else "exercise"
        return f"{EXERCISE_PAGE}#{kind}-{self.key}"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan."""

    key: str  #: short name
    title: str  #: what it is about
    start: int  #: minutes from the beginning of the class
    minutes: int  #: duration
    teacher: str  #: what the teacher does; empty for a break
    students: str  #: what the students do
    expected: str  #: what to expect besides the answers of the tasks
    tasks: tuple[Task, ...]  #: exercises and questions
    read: tuple[str, ...]  #: keys of the tasks whose answer is read from a slide, in no time
    parallel: bool  #: whether groups do different tasks at the same time
    pages: tuple[str, ...]  #: pages of the book behind it
    slides: range  #: numbers of its slides, counted from 1; may be empty
    pause: bool  #: whether it is a break
    see: tuple[Task, ...] = ()  #: open questions whose model answer helps the teacher

    @property
    def end(self) -> int:
        """Minutes from the beginning of the class at which it ends."""
        return self.start + self.minutes

    @property
    def task_minutes(self) -> int:
        """Time that its tasks take, without those that are read from a slide."""
        each = [task.minutes for task in self.tasks if task.key not in self.read]
        return max(each, default=0) if self.parallel else sum(each)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of the class."""

    key: str  #: short name
    title: str  #: its heading
    audience: str  #: for whom it is
    late: str  #: what to leave out if time is short; empty for nothing
    steps: tuple[Step, ...]  #: one after the other

    @property
    def minutes(self) -> int:
        """Duration with breaks."""
        return sum(step.minutes for step in self.steps)

    @property
    def breaks(self) -> int:
        """Minutes of breaks."""
        return sum(step.minutes for step in self.steps if step.pause)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What students get wrong, and how to answer."""

    key: str  #: short name
    said: str  #: what a student might say
    answer: str  #: what holds instead
    ask: str  #: a question that leads there
    page: str  #: page of the book with the computation


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the rubric for open questions, with its three levels."""

    title: str  #: what is judged
    low: str  #: an answer that earns no point
    middle: str  #: one that earns one point
    high: str  #: one that earns two points
    questions: tuple[Task, ...]  #: open questions for which it counts


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up answer to an open question, marked."""

    task: Task  #: the question
    text: str  #: the answer
    marks: tuple[Mark, ...]  #: what it earns, by criterion


@dataclass(frozen=True, slots=True)
class Mark:
    """What a sample answer earns by a criterion."""

    criterion: str  #: title of the criterion
    points: int  #: 0 to 2
    why: str  #: reason


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide of the class."""

    key: str  #: short name, its anchor
    step: str  #: step of the short plan
    title: str  #: its message, or its question
    notes: str  #: what the teacher says or does
    text: tuple[str, ...] = ()  #: paragraphs
    points: tuple[str, ...] = ()  #: a list
    ask: str = ""  #: the question to the room; empty for none
    quote: str = ""  #: text of an open question; empty for none
    answers: str = ""  #: key of the open question whose model answer it shows; empty for none
    figure: str = ""  #: name of a figure of the slides; empty for none
    table: ClassTable | None = None  #: a table; None for none


@dataclass(frozen=True, slots=True)
class ClassTexts:
    """All of the class."""

    outcomes: tuple[Outcome, ...]
    materials: tuple[Material, ...]
    plans: tuple[Plan, ...]
    mistakes: tuple[Mistake, ...]
    criteria: tuple[Criterion, ...]
    sample: Sample
    slides: tuple[Slide, ...]
    tasks: Mapping[str, Task]  #: exercises and open questions, by key
    solved: Mapping[str, Exercise]  #: exercises by key
    tables: Mapping[str, ClassTable]  #: tables by name

    def slide_with_answer(self, task: Task) -> int | None:
        """Return the number of the slide with the model answer to an open question, if any."""
        slides = enumerate(self.slides, start=1)
        return next((at for at, slide in slides if slide.answers == task.key), None)

    def plan(self, key: str) -> Plan:
        """Return a plan by its short name."""
        return next(plan for plan in self.plans if plan.key == key)


def class_texts(
    published: PublishedFacts, file: Path = CLASS_FILE, slides_file: Path = SLIDES_FILE
) -> ClassTexts:
    """Return the class with the numbers of the published facts.

    Parameters
    ----------
    published
        The published facts.
    file, slides_file
        Files of the texts.

    Raises
    ------
    DataError
        If a placeholder has no value, a name of an exercise, table or step is unknown, a slide
        belongs to no step, or the exercises of a step take longer than the step.
    """
    solved = exercises(published)
    tasks = {task.key: task for task in [*map(_task, solved), *map(_open_task, open_questions())]}
    letters = dict(zip((*HANDOUT, LAST_QUESTION), ascii_uppercase, strict=False))
    tasks = {key: replace(task, letter=letters.get(key, "")) for key, task in tasks.items()}
    numbers = class_numbers(published, solved) | {
        "minutes": {key: task.minutes for key, task in tasks.items()},
        "question": letters,
        "slide": _slide_numbers(slides_file),
    }
    entries, slides = _Entries(file, numbers), _Entries(slides_file, numbers)
    tables = class_tables(published, {each.key: each for each in solved})
    shown = tuple(_slide(slides, entry, tables) for entry in slides.of("slide"))
    plans = tuple(_plan(entries, entry, tasks, shown) for entry in entries.of("plan"))
    criteria = tuple(_criterion(entries, entry, tasks) for entry in entries.of("criterion"))
    steps = {step.key for step in plans[0].steps}
    if lost := [slide.key for slide in shown if slide.step not in steps]:
        raise slides.fault(lost[0], f"its step is none of: {', '.join(sorted(steps))}")
    return ClassTexts(
        outcomes=tuple(
            Outcome(
                each["verb"],
                each["what"],
                tuple(
                    entries.look_up(tasks, check.partition(":")[2], each["verb"])
                    for check in _listed(each["check"])
                ),
            )
            for each in entries.of("outcome")
        ),
        materials=tuple(
            Material(**each | {name: _listed(each.get(name, ())) for name in ("files", "pages")})
            for each in entries.of("prepare")
        ),
        plans=plans,
        mistakes=tuple(Mistake(**each) for each in entries.of("mistake")),
        criteria=criteria,
        sample=_sample(entries, tasks, criteria),
        slides=shown,
        tasks=tasks,
        solved={each.key: each for each in solved},
        tables=tables,
    )


def _slide_numbers(file: Path) -> dict[str, int]:
    """Return the number of each slide, from 1, by its key."""
    slides = tomllib.loads(file.read_text(encoding="utf-8"))["slide"]
    return {str(slide["key"]): at for at, slide in enumerate(slides, start=1)}


def _listed(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return one text or several as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


class _Entries:
    """The entries of a file of texts, filled with numbers."""

    def __init__(self, file: Path, numbers: Mapping[str, Any]) -> None:
        self._name, self._numbers = file.name, numbers
        self._entries = tomllib.loads(file.read_text(encoding="utf-8"))

    def of(self, kind: str) -> Iterable[dict[str, Any]]:
        """Return the entries of a kind with their placeholders filled."""
        return [self._filled(entry) for entry in self._entries[kind]]

    def _filled(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._fill(name, value) for name, value in entry.items()}

    def _fill(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            try:
                return fill_sentence(value, self._numbers)
            except (AttributeError, LookupError, ValueError) as error:
                raise self.fault(name, f"{error} cannot be filled in: {value[:60]!r}") from error
        if isinstance(value, list):
            return [
                self._filled(each) if isinstance(each, dict) else self._fill(name, each)
                for each in value
            ]
        return value

    def look_up(self, known: Mapping[str, Any], name: str, place: str) -> Any:
        """Return what has a name.

        Raises
        ------
        DataError
            If nothing has it.
        """
        if name not in known:
            raise self.fault(place, f"{name!r} is none of: {', '.join(known)}")
        return known[name]

    def fault(self, place: str, message: str) -> DataError:
        """Return the error for a fault in the file."""
        return DataError([Fault(self._name, message, column=place)])


def _task(exercise: Exercise) -> Task:
    return Task(exercise.key, exercise.title, exercise.minutes, (exercise.answer,), is_open=False)


def _open_task(question: OpenQuestion) -> Task:
    return Task(question.key, question.title, question.minutes, question.answer, is_open=True)


def _plan(
    entries: _Entries, entry: dict[str, Any], tasks: Mapping[str, Task], slides: Sequence[Slide]
) -> Plan:
    start, steps = 0, []
    for each in entry["step"]:
        step = _step(entries, each, start, tasks, slides)
        if step.task_minutes > step.minutes:
            message = f"its exercises take {step.task_minutes} minutes, the step has {step.minutes}"
            raise entries.fault(step.key, message)
        steps.append(step)
        start = step.end
    late = entry.get("late", "")
    return Plan(entry["key"], entry["title"], entry["audience"], late, tuple(steps))


def _criterion(entries: _Entries, entry: dict[str, Any], tasks: Mapping[str, Task]) -> Criterion:
    keys = entry["questions"]
    questions = tuple(entries.look_up(tasks, key, entry["title"]) for key in keys)
    return Criterion(**entry | {"questions": questions})


def _sample(entries: _Entries, tasks: Mapping[str, Task], criteria: Sequence[Criterion]) -> Sample:
    """Return the marked answer; it has a mark for each criterion of its question.

    Raises
    ------
    DataError
        If a criterion has no mark or does not count for the question.
    """
    (entry,) = entries.of("sample")
    task = entries.look_up(tasks, entry["question"], "sample")
    marks = tuple(Mark(**each) for each in entry["mark"])
    expected = [each.title for each in criteria if task in each.questions]
    if [mark.criterion for mark in marks] != expected:
        raise entries.fault("sample", f"its marks must be for: {', '.join(expected)}")
    return Sample(task, entry["text"], marks)


def _step(
    entries: _Entries,
    entry: dict[str, Any],
    start: int,
    tasks: Mapping[str, Task],
    slides: Sequence[Slide],
) -> Step:
    key = entry["key"]
    of_steps = entry.get("shows", [key])
    numbers = [at for at, slide in enumerate(slides, start=1) if slide.step in of_steps]
    return Step(
        key=key,
        title=entry["title"],
        start=start,
        minutes=entry["minutes"],
        teacher=entry.get("teacher", ""),
        students=entry.get("students", ""),
        expected=entry.get("expected", ""),
        tasks=tuple(
            entries.look_up(tasks, name, key)
            for name in (*entry.get("exercises", ()), *entry.get("read", ()))
        ),
        read=tuple(entry.get("read", ())),
        parallel=entry.get("parallel", False),
        pages=tuple(entry.get("pages", ())),
        slides=range(numbers[0], numbers[-1] + 1) if numbers else range(0),
        pause=entry.get("pause", False),
        see=tuple(entries.look_up(tasks, name, key) for name in entry.get("see", ())),
    )


def _slide(entries: _Entries, entry: dict[str, Any], tables: Mapping[str, ClassTable]) -> Slide:
    questions = {question.key: question for question in open_questions()}
    key, rest = entry["key"], dict(entry)
    table, quote, answer = (rest.pop(name, "") for name in ("table", "question", "model_answer"))
    points = tuple(rest.pop("points", ()))
    if answer:
        points = entries.look_up(questions, answer, key).answer
    return Slide(
        **rest | {"text": tuple(rest.get("text", ()))},
        points=points,
        answers=answer,
        quote=entries.look_up(questions, quote, key).question if quote else "",
        table=entries.look_up(tables, table, key) if table else None,
    )
