"""The sentences of the book that promise something without exception, and where they stand.

A sentence with such a word is true under conditions, by definition or not at all. So each is
registered in ``absolute_sentences.csv`` with the phrase of that same sentence which states its
condition, its scope or its source; or, where it needs none, with ``none needed: `` and the reason.
A new or a changed sentence fails until somebody has stated and registered one of them:

    python -m tests.wording --missing    # rows to add, with an empty condition to fill in
    python -m tests.wording --stale      # rows whose sentence is gone
    python -m tests.wording --prune      # rewrite the register without those
"""

from __future__ import annotations

import ast
import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTER = Path(__file__).with_name("absolute_sentences.csv")
COLUMNS = ["page", "sentence", "condition"]

#: Least number of words of a condition, or of the reason why none is needed.
SHORTEST = 3

#: Opens, in place of a condition, the reason why the sentence needs none.
NONE_NEEDED = "none needed: "

#: Where prose stands. Left out are the history in CHANGELOG.md, cells of CSV files, the scripts of
#: pages, and packages whose texts are mostly messages of commands or about faults in data.
PROSE = (
    "CONTRIBUTING.md",
    "LICENSE-*.md",
    "README.md",
    "book/**/*.md",
    "data/**/README.md",
    "data/**/datapackage.json",
    "notebooks/*.ipynb",
    "tisstats/**/*.toml",
    "tisstats/book/trial_report/**/*.ipynb",
    "tisstats/book/trial_report/**/*.md",
    "tisstats/chapters/**/*.py",
    "tisstats/figures/**/*.py",
    "tisstats/ledger/**/*.py",
    "tisstats/lim2021/**/*.py",
    "tisstats/synthetic/**/*.py",
    "tisstats/teaching/**/*.py",
    "tisstats/trial/*.py",
)

#: Between two sentences: white space after a stop, which may be quoted or in brackets.
_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"”)]))"
    r"(?<!e\.g\.)(?<!i\.e\.)(?<!\bal\.)(?<!\bcf\.)(?<!\bFig\.)\s+"
)

#: What claims more than any one observation can show.
ABSOLUTE = re.compile(
    r"""\b(?:
        proven | proved | proofs? | proves? | proving
      | cannot | can \s not | can't | impossible
      | whatever | whichever
      | never | always | nowhere
      | nobody | no-one | no \s one
      | nothing \s (?:can|could|is|was|else|more)
      | none \s (?:can|of|is|are|does|do|has|have|would|will|may)
      | no \s other | no \s way
      | the \s only | only \s one | can \s only | only \s when | only \s if
      | the \s first \s open | first \s open
      | (?:every|all|all \s the|any) \s (?:\w+ \s)?
        (?:data|cohorts?|numbers?|cells?|studies|trials?|proportions?|programs?|patients?|rows?
          |tables?|pages?|sentences?|claims?|facts?)
      | all \s of \s (?:this|them|it)
      | without \s exception | in \s (?:all|any) \s cases?
      | certainly | is \s certain | guarantees? | guaranteed
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

#: Words that a reader stumbles over, and what to say instead.
AVOIDED = {
    r"nought": "zero",
    r"anew": "again",
    r"holds? the truth": "covers the true proportion",
    r"(?:come|comes|came) out as printed|come out\b": "match",
    r"taste of": "artefact of the sampling scheme",
    r"patient rows?": "patient-level data",
    r"allotted by chance": "randomised",
    r"greatest error": "maximum type I error",
    r"none of so few": "what zero events in so many rule out",
    r"with a chance of": "power",
    r"disease of the nerves": "its name",
    r"on a cut\b": "on a band boundary",
    r"is no (?:whole )?number": "is not a (whole) number",
    r"keeps? the level": "attains the nominal coverage",
    r"(?<![\",])clopper-pearson": "Clopper-Pearson",
    r"wald-max-variance": "Wald with p = 1/2",
    r"first open": "open",
    r"what no other does": "what it does",
    r"copied by hand": "transcribed by hand, with how it is checked",
    # Sections of the article have capital letters; without, they would be those of the book.
    r"(?-i:the discussion)\b": "the Discussion",
    r"(?-i:(?:according to|named in|by|printed in) the (?:methods|results))\b": (
        "the Methods section, the Results"
    ),
    r"(?-i:as|that) the methods (?:say|describe|provide|define|count)": "the Methods section says",
    r"proven, assuming": "proven under these conditions, with a box that lists them",
}


def pages() -> list[str]:
    """Return the files whose sentences are looked at, as paths from the root of the project."""
    found = {path for pattern in PROSE for path in ROOT.glob(pattern)}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@cache
def sentences(page: str) -> list[str]:
    """Return the sentences of a page, without markup; a pasted value is its name in braces."""
    return [
        sentence for block in _blocks(ROOT / page) for sentence in _END.split(block) if sentence
    ]


def absolute(page: str) -> list[str]:
    """Return the sentences of a page that have an absolute word."""
    return [sentence for sentence in sentences(page) if ABSOLUTE.search(sentence)]


def avoided(page: str) -> list[str]:
    """Return the words of a page that should be others, each with its sentence."""
    return [f"{page}: {fault}" for sentence in sentences(page) for fault in stumbles(sentence)]


def stumbles(text: str) -> list[str]:
    """Return the words of a text that should be others, each with what to say instead."""
    return [
        f"{found.group(0)!r}, say {instead!r}: {text}"
        for pattern, instead in AVOIDED.items()
        # Lower case is the method's name in the code: a value to type, and no word of a sentence.
        if (found := re.search(rf"\b(?:{pattern})", text, _flags(pattern)))
    ]


@cache
def register() -> list[dict[str, str]]:
    """Read the registered sentences."""
    with REGISTER.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def missing(page: str) -> list[dict[str, str]]:
    """Return the sentences of a page that are not registered, as rows with an empty condition."""
    known = {row["sentence"] for row in register() if row["page"] == page}
    return [
        {"page": page, "sentence": sentence, "condition": ""}
        for sentence in dict.fromkeys(absolute(page))
        if sentence not in known
    ]


def stale() -> list[dict[str, str]]:
    """Return the registered rows whose sentence is no longer on its page."""
    there = {page: set(absolute(page)) for page in pages()}
    return [row for row in register() if row["sentence"] not in there.get(row["page"], set())]


def fault(row: dict[str, str]) -> str:
    """Return what is wrong with the condition of a row, or nothing."""
    condition = row["condition"]
    stated = condition.removeprefix(NONE_NEEDED)
    if len(stated.split()) < SHORTEST:
        return f"the condition {condition!r} has fewer than {SHORTEST} words"
    if condition == row["sentence"]:
        return "the condition is the whole sentence"
    if stated == condition and condition not in row["sentence"]:
        return f"the condition {condition!r} does not stand in the sentence"
    if stated != condition and stated in row["sentence"]:
        return f"the reason {stated!r} only repeats the sentence"
    return ""


def _flags(pattern: str) -> re.RegexFlag:
    return re.NOFLAG if "-" in pattern else re.IGNORECASE


def _blocks(path: Path) -> Iterator[str]:
    """Yield paragraphs, items, rows of tables and captions, each on one line."""
    for text in _READERS[path.suffix](path.read_text(encoding="utf-8")):
        yield from _of_markdown(text)


def _texts_of_notebook(source: str) -> Iterator[str]:
    for cell in json.loads(source)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield text
            continue
        yield cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")
        yield from _shown(text)


def _texts_of_values(value: object) -> Iterator[str]:
    """Yield the texts of several words that nested lists and tables hold, without their keys."""
    if isinstance(value, str) and len(value.split()) > 1:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_of_values(part)


def texts_of_code(source: str) -> Iterator[str]:
    """Yield the texts of a module that are words for a page: those with a space.

    Docstrings and the messages of errors are left out.
    """
    nodes = list(ast.walk(ast.parse(source)))
    apart = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr | ast.Raise):
            apart |= {id(part) for part in ast.walk(node) if part is not node}
    for node in nodes:
        if id(node) not in apart and (text := _text(node)) and " " in text.strip():
            yield text


def _text(node: ast.AST) -> str:
    """Return what a literal says, each computed value as a name in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{value}" for part in node.values
        )
    return ""


def _shown(source: str) -> Iterator[str]:
    """Yield the texts that a code cell passes to what shows a table, a figure or a notice."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("show"):
            yield from filter(None, map(_text, node.args))


def _of_markdown(text: str) -> Iterator[str]:
    text = re.sub(r"(?ms)^(`{3,})(?!\{(?:note|tip|warning|important)\}).*?^\1`*$", "\n", text)
    if ":::{glossary}" in text:  # a term, and its definition on the next line
        text = re.sub(r"(?m)^([^\s-][^\n]*)\n  (?=\S)", r"\1\n\n", text)
    text = re.sub(r"(?m)^(?::{3,}|`{3,}).*$", "\n", text)  # fences of directives
    text = re.sub(r"(?m)^:[a-z-]+:.*$", "\n", text)  # their options
    text = re.sub(r"\{glue:text\}`(?:[^`]*::)?(\w+)(?::[^`]*)?`", r"{\1}", text)
    text = re.sub(r"\{claim\}`# <([\w.]+)>`", r"{\1}", text)
    text = re.sub(r"\s*\{(?:cite|numref)[a-z:]*\}`[^`]*`", "", text)
    text = re.sub(r"\{[a-z:]+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\*\*|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|`", "", text)
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-#|]|\d+\. ))", text):
        line = re.sub(r"^\s*(?:[-#]+|\d+\.)\s+", "", block)
        line = re.sub(r"\s+", " ", line).strip()
        if re.search(r"\w", line):
            yield line


#: How to find the texts of a file, by the ending of its name.
_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    ".ipynb": _texts_of_notebook,
    ".json": lambda source: _texts_of_values(json.loads(source)),
    ".md": lambda source: iter([source]),
    ".py": texts_of_code,
    ".toml": lambda source: _texts_of_values(tomllib.loads(source)),
}
