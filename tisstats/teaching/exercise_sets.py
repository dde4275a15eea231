"""Sets of fresh cases as Markdown and as HTML: for students, or with the key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from tisstats.teaching.cases import Answer, Case

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2733;background:#fff}h2{margin:2rem 0 .5rem;break-after:avoid}"
    "section{break-inside:avoid}.blank{display:inline-block;min-width:8rem;"
    "border-bottom:1px solid #667}"
)
_SETS_STYLE = ".set{break-before:page}h3{margin:1.5rem 0 .5rem;break-after:avoid}"
#: Where an answer is to be written, in Markdown.
_BLANK = r"\_\_\_\_\_\_"
LABEL = "All patients and trials in this set are fictitious, with made-up data."


def heading(seed: int, key: bool) -> str:
    """Return the heading of a set."""
    return f"Outcome measures in myositis: exercises, set {seed}" + ", key" * key


def _titled(case: Case) -> str:
    """Return the title of a case with its level and minutes."""
    return f"{case.title} ({case.level}, {case.minutes} minutes)"


def _request(answer: Answer) -> str:
    """Return what is asked: the label, with decimals or choices."""
    if answer.choices:
        return f"{answer.label} ({', '.join(answer.choices)})"
    return answer.label


def as_markdown(cases: Sequence[Case], seed: int, *, key: bool = False) -> str:
    """Format a set as Markdown.

    Parameters
    ----------
    cases
        The cases that `fresh_cases` returns for the seed.
    seed
        The seed, for the heading.
    key
        Whether answers and solutions are included.

    Examples
    --------
    >>> from tisstats.teaching.fresh_cases import fresh_cases
    >>> as_markdown(fresh_cases(1), 1).splitlines()[0]
    '# Outcome measures in myositis: exercises, set 1'
    """
    return "\n".join(_markdown_lines(cases, seed, key)) + "\n"


def _markdown_lines(cases: Sequence[Case], seed: int, key: bool) -> Iterator[str]:
    yield from (f"# {heading(seed, key)}", "", LABEL)
    for number, case in enumerate(cases, start=1):
        yield from ("", f"## {number}. {_titled(case)}", "", case.question)
        if case.given:
            yield from ("", *(f"- {line}" for line in case.given))
        yield ""
        for answer in case.answers:
            yield f"- {_request(answer)}: {f'**{answer.text}**' if key else _BLANK}"
        if key:
            yield from ("", *(f"{at}. {step}" for at, step in enumerate(case.steps, start=1)))


def as_html(cases: Sequence[Case], seed: int, *, key: bool = False) -> str:
    """Format a set as one HTML page that needs no other file; parameters as `as_markdown`."""
    title = escape(heading(seed, key))
    parts = [f"<main><h1>{title}</h1>\n<p>{LABEL}</p>", *_sections(cases, key, "h2"), "</main>"]
    return _page(title, parts)


def as_html_sets(sets: Mapping[int, Sequence[Case]], *, key: bool = False) -> str:
    """Format several sets as one HTML page that needs no other file and prints each on new paper.

    Parameters
    ----------
    sets
        The cases of each set by its seed.
    key
        Whether answers and solutions are included.

    Examples
    --------
    >>> from tisstats.teaching.fresh_cases import fresh_cases
    >>> as_html_sets({1: fresh_cases(1), 2: fresh_cases(2)}).count('class="set"')
    2
    """
    title = "Outcome measures in myositis: sets of exercises" + ", keys" * key
    parts = [f"<main><h1>{title}</h1>\n<p>{LABEL}</p>"]
    for seed, cases in sets.items():
        name = f"Set {seed}" + ", key" * key
        parts += [
            f'<article class="set"><h2>{name}</h2>\n<p>{LABEL}</p>',
            *_sections(cases, key, "h3"),
            "</article>",
        ]
    return _page(title, [*parts, "</main>"], _STYLE + _SETS_STYLE)


def _page(title: str, parts: Iterable[str], style: str = _STYLE) -> str:
    head = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head>\n<body>"
    )
    return head + "\n".join(parts) + "</body></html>\n"


def _sections(cases: Sequence[Case], key: bool, tag: str) -> Iterator[str]:
    """Yield the lines of each case."""
    for number, case in enumerate(cases, start=1):
        lines = [
            f"<section><{tag}>{number}. {escape(_titled(case))}</{tag}>",
            f"<p>{escape(case.question)}</p>",
            _list("ul", case.given),
            "<ul>",
            *(
                f"<li>{escape(_request(answer))}: "
                + (
                    f"<strong>{escape(answer.text)}</strong>"
                    if key
                    else '<span class="blank">&nbsp;</span>'
                )
                + "</li>"
                for answer in case.answers
            ),
            "</ul>",
            _list("ol", case.steps) if key else "",
            "</section>",
        ]
        yield from filter(None, lines)


def _list(tag: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>" if lines else ""
