"""What the numbers on a page are: statistic, method, number of patients, unit, origin.

Facts stand where a number is computed or tabulated: with the column of a table, or with the name
under which a number is glued. From them and from the text that is shown, the file of the book's
results is made. As in the CDISC Analysis Results Standard
(https://www.cdisc.org/standards/foundational/analysis-results-standard), a cell such as
``8 (42)`` is several results of one display pattern, each with its statistic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cache
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Statistic:
    """A kind of number."""

    meaning: str  #: in words
    unit: str | None = None  #: if it always has the same; empty if it has none; None if it varies
    method: bool = False  #: whether it depends on a method that must be named
    named: str = ""  #: pattern of what the method must say: level of an interval, sides of a test


#: How a method says the confidence level of an interval, and how many sides a test has: without
#: them two limits, or two P values, look alike.
_LEVEL, _SIDES = r"\d%", "(one|two)-sided"

#: The statistics by name.
STATISTICS: dict[str, Statistic] = {
    "count": Statistic("how many there are"),
    "percentage": Statistic("the count, of n", unit="%"),
    "lowest percentage": Statistic("the lowest count, of n", unit="%"),
    "highest percentage": Statistic("the highest count, of n", unit="%"),
    "proportion": Statistic("the count divided by n", unit=""),
    "lowest count": Statistic("the count if it is as low as it can be"),
    "highest count": Statistic("the count if it is as high as it can be"),
    "unknown": Statistic("of how many it is not known"),
    "unchanged": Statistic("how many had no change"),
    "events": Statistic("number of events, of which a patient may have several", unit="events"),
    "sum": Statistic("what counts add up to"),
    "value": Statistic(
        "a number that is set or stated: a threshold, dose, week, score, identifier"
    ),
    "mean": Statistic("the arithmetic mean"),
    "median": Statistic(
        "half of the values, or more, are at or below it, and half or more at or above it",
        method=True,
    ),
    "lower quartile": Statistic("about a quarter of the values are at or below it", method=True),
    "upper quartile": Statistic("about a quarter of the values are at or above it", method=True),
    "lower percentile": Statistic("the lower percentile that the method names", method=True),
    "upper percentile": Statistic("the upper percentile that the method names", method=True),
    "bound": Statistic(
        "a limit under the stated assumptions, on the side that the name says", method=True
    ),
    "minimum": Statistic("the smallest value, or the smallest that is possible"),
    "maximum": Statistic("the largest value, or the largest that is possible"),
    "change": Statistic("a difference between times or computations"),
    "difference": Statistic("a difference between groups"),
    "bias": Statistic("the mean of the estimates minus the true value", method=True),
    "lowest estimate": Statistic("the estimate if it is as low as it can be", method=True),
    "highest estimate": Statistic("the estimate if it is as high as it can be", method=True),
    "lowest median": Statistic("the median if it is as low as it can be", method=True),
    "highest median": Statistic("the median if it is as high as it can be", method=True),
    "median of all": Statistic(
        "the median of known and unknown values, where it does not depend on the unknown ones",
        method=True,
    ),
    "ratio": Statistic("the ratio of a group to another", unit=""),
    "odds ratio": Statistic("the ratio of the odds of a group to another's", unit="", method=True),
    "correlation": Statistic("a coefficient of correlation", unit="", method=True),
    "incidence": Statistic("share with the event by a time", unit="%", method=True),
    "lower limit": Statistic("lower limit of an interval", method=True, named=_LEVEL),
    "upper limit": Statistic("upper limit of an interval", method=True, named=_LEVEL),
    "level": Statistic("confidence level of an interval", unit="%"),
    "width": Statistic("upper minus lower limit of an interval", method=True, named=_LEVEL),
    "standard error": Statistic("the estimated standard deviation of an estimate", method=True),
    "P value": Statistic(
        "probability of a result at least as extreme, if the null hypothesis is true",
        unit="",
        method=True,
        named=_SIDES,
    ),
    "lowest P value": Statistic(
        "the smallest P value that is possible", unit="", method=True, named=_SIDES
    ),
    "highest P value": Statistic(
        "the largest P value that is possible", unit="", method=True, named=_SIDES
    ),
    "probability": Statistic("a probability", unit="%", method=True),
    "coverage": Statistic(
        "how often an interval covers the true value", unit="%", method=True, named=_LEVEL
    ),
    "power": Statistic(
        "probability of a significant result, if there is the assumed effect",
        unit="%",
        method=True,
        named=_SIDES,
    ),
    "type I error": Statistic(
        "probability of a significant result, if the null hypothesis is true",
        unit="%",
        method=True,
        named=_SIDES,
    ),
    "sample size": Statistic(
        "number of patients that is required",
        unit="patients",
        method=True,
        named=f"{_LEVEL}|{_SIDES}",
    ),
    "number needed to treat": Statistic("the reciprocal of a difference", unit="patients"),
    "estimate": Statistic("an estimate of what the name says", method=True),
}

#: Where a number comes from.
ORIGINS: dict[str, str] = {
    "published": "printed in the article, or in a source that it or the book cites",
    "inferred": "not printed: the one count, or size of an arm, that printed percentages allow",
    "computed": "computed in the book from published or chosen numbers, without data of patients",
    "synthetic": "computed from synthetic patients, who are not real",
    "observed": "computed from the rows of a trial",
    "chosen": "set by the book's authors or reader: a parameter, a rule, an assumption, or an "
    "interpretation of the text",
    "example": "a made-up example",
    "book": "about the book itself: its ledger, checks, bounds and combinations",
}

#: A printed number, with what may stand before it.
_NUMBER = r"(?:[<>≤≥]\s?)?[–−+-]?(?:∞|\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?)"

#: What does not stand around it: it would be a part of the number, which any text before it,
#: as long as possible, could leave over.
_BEFORE, _AFTER = r"(?<![\d.,])", r"(?!\d|[.,]\d)"

#: What differs between two columns that compare origins, at the end of their labels.
_COMPARED = re.compile(r",? (published|synthetic|observed)(?: or inferred)?$")

#: How a column's label states the number of patients, as in ``n (%) (N=19)``.
_LABEL_N = re.compile(r"\s*\([Nn]=(\d+)\)")

#: How one that compares two arms states them, as in ``(5 of 6 against 1 to 2 of 7)``.
_LABEL_PAIR = re.compile(r"\s*\(\d[^()]* of (\d+) against \d[^()]* of (\d+)\)$")

#: What a fact says, and the reference to a table at its end. Two ``@`` stand for the sign itself.
_REFERENCE = re.compile("((?:[^@]|@@)*)@([^@].*)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a number, or about the numbers of a column or row.

    Any of them but `shape` may refer to a table: ``@row`` is the label of the row, ``@row unit``
    what follows its last comma, ``@column`` the column's label, ``@`` with another column's label
    the cell there, and, followed by ``unit``, its last word. Text may precede it: ``95% @row``.
    Two ``@`` stand for the sign itself, as in the label of an arm.
    """

    #: How statistics are printed: ``{count} ({percentage})``, ``*`` for any text, a part that may
    #: be missing in ``< >``, and choices, of which the first that fits holds, between ``|``.
    shape: str = ""
    what: str = ""  #: what they are of, in words
    unit: str = ""  #: of those statistics whose unit varies
    method: str = ""  #: how they were computed, by name, with tie, quantile or interval rule
    n: str = ""  #: number of patients, or of what is counted, that they were computed from
    group: str = ""  #: arm, subtype or set of patients
    origin: str = ""  #: one of `ORIGINS`; by default, the table's
    counts: str = ""  #: what counts count, if it is not the unit

    def known(self) -> dict[str, str]:
        """Return the facts that are given, by name."""
        return {name: text for name, text in asdict(self).items() if text}

    def over(self, other: Facts) -> Facts:
        """Return these facts where they are given, and the other's elsewhere."""
        return replace(other, **self.known())

    def filled(self, source: object) -> Facts:
        """Return the facts with fields such as ``{self.level}`` filled in from an object."""
        return replace(
            self,
            **{
                name: _FILLING.format(text, self=source)
                for name, text in self.known().items()
                if name != "shape" and "{self" in text
            },
        )


class _Filling(Formatter):
    """Fills in fields such that no text of them, as the label of an arm, is a reference."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return _literal_text(super().format_field(value, format_spec))


_FILLING = _Filling()


def _literal_text(text: str) -> str:
    return text.replace("@", "@@")


#: Of a column whose cells qualify the row, such as an arm or a week.
LABEL = Facts("label")
#: Of a column or glued text that has words, in which a number is none of the results.
WORDS = Facts("words")

#: Of the first column, if another one names the rows in fewer words.
OMITTED = Facts("omitted")

#: Of a cell about which no more is known than about its column and row.
_NOTHING = Facts()

_WITHOUT_NUMBERS = ("label", "words", "omitted")

#: Statistics that are counts, of patients unless a unit is given.
_COUNTS = ("count", "lowest count", "highest count", "unknown", "unchanged")

#: Statistics that no method of a cell is about: it is that of the limits beside them.
_WITHOUT_METHOD = (
    *_COUNTS,
    "percentage",
    "lowest percentage",
    "highest percentage",
    "value",
    "sum",
    "events",
)

#: Statistics of known and unknown values, where the denominator of the others is the known ones.
_OF_ALL = ("unknown", "lowest median", "highest median", "median of all")

#: Statistics of the known values alone, where a column's label states the number of all patients.
_OF_KNOWN = ("mean", "median", "lower quartile", "upper quartile")

#: Shapes of common cells.
COUNT = "{count}"
PERCENTAGE = "{percentage}"
COUNT_PERCENTAGE = "{count} ({percentage})"
COUNT_OF = "{count} of {denominator}"
COUNT_OF_ALL = "all {count} | {count} of the {denominator} | none of the {denominator}"
QUARTILES = (
    "{median} ({lower quartile}–{upper quartile}) | {median} ({lower quartile} to {upper quartile})"
)
INTERVAL = "{lower limit} to {upper limit}"
RANGE = "{minimum} to {maximum}"
P_RANGE = "{lowest P value} to {highest P value}"
VALUE = "{value}"


def counted(what: str, unit: str = "patients", **other: str) -> Facts:
    """Return the facts of a count.

    Examples
    --------
    >>> counted("Patients screened", origin="published").shape
    '{count}'
    """
    return Facts(COUNT, what, unit, **other)


def stated(what: str, unit: str, origin: str = "chosen", **other: str) -> Facts:
    """Return the facts of a number that is set or stated, such as a threshold.

    Examples
    --------
    >>> stated("Body weight", "kg").origin
    'chosen'
    """
    return Facts(VALUE, what, unit, origin=origin, **other)


def cell_name(row: str, column: str) -> str:
    """Return the name under which `TableFacts.rows` has what is known about one cell.

    Examples
    --------
    >>> cell_name("Aldolase", "Range")
    'Aldolase: Range'
    """
    return f"{row}: {column}"


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the numbers of a table are."""

    columns: Mapping[str, Facts]  #: by label, or by a pattern of it as in `fnmatch`
    #: By label of the row, or one in a column of labels; they prevail. Those of a single cell are
    #: named by `cell_name`, and prevail over all others.
    rows: Mapping[str, Facts]
    source: str  #: origin of the numbers; empty if the label of patient-level data says it

    @classmethod
    def read(cls, known: Mapping[str, Any]) -> TableFacts:
        """Return the facts that `known` returned."""
        return cls(
            {label: Facts(**facts) for label, facts in known["columns"].items()},
            {label: Facts(**facts) for label, facts in known["rows"].items()},
            known["source"],
        )

    def known(self) -> dict[str, Any]:
        """Return what is known, as JSON has it."""
        return {
            "columns": {label: facts.known() for label, facts in self.columns.items()},
            "rows": {label: facts.known() for label, facts in self.rows.items()},
            "source": self.source,
        }

    def filled(self, source: object) -> TableFacts:
        """Return the facts with fields filled in from an object, as `Facts.filled` does."""
        return TableFacts(
            {
                label.format(self=source): facts.filled(source)
                for label, facts in self.columns.items()
            },
            {label.format(self=source): facts.filled(source) for label, facts in self.rows.items()},
            self.source.format(self=source),
        )


def split(text: str, shape: str) -> list[tuple[str, str]]:
    """Return the numbers in a text as statistic and number as shown; none if it has no such shape.

    Examples
    --------
    >>> split("8 (42)", COUNT_PERCENTAGE)
    [('count', '8'), ('percentage', '42')]
    >>> split("–1.3 (–2.0 to –0.1)", QUARTILES)
    [('median', '–1.3'), ('lower quartile', '–2.0'), ('upper quartile', '–0.1')]
    >>> split("not reported", COUNT)
    []
    >>> split("up to 17.6% is possible", "*{upper limit}%*")
    [('upper limit', '17.6')]
    """
    for pattern, statistics in _patterns(shape):
        if found := pattern.fullmatch(text):
            groups = zip(statistics, found.groups(), strict=True)
            return [(statistic, number) for statistic, number in groups if number is not None]
    return []


@cache
def _patterns(shape: str) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    found = []
    for choice in shape.split(" | "):
        parts = re.split(r"\{([^}]+)\}", choice)
        regex = "".join(
            f"{_BEFORE}({_NUMBER}){_AFTER}%?" if position % 2 else _literal(part)
            for position, part in enumerate(parts)
        )
        found.append((re.compile(regex), tuple(parts[1::2])))
    return found


def _literal(part: str) -> str:
    """Return the pattern of what stands between numbers: ``*`` is any text, ``< >`` optional."""
    return re.escape(part).replace(r"\*", ".*").replace("<", "(?:").replace(">", ")?")


def number_value(text: str) -> float | None:
    """Return the value of a number as shown; none if only a limit of it is given.

    Examples
    --------
    >>> number_value("–1,234.5"), number_value("< 0.01")
    (-1234.5, None)
    """
    plain = text.replace(",", "").replace("–", "-").replace("−", "-")
    return None if plain[0] in "<>≤≥" or "∞" in plain else float(plain)


def records(text: str, facts: Facts) -> Iterator[dict[str, str]]:
    """Yield a record for each number in a text: what is known about it, and the number as shown.

    A number that its facts do not explain is yielded with the whole text, and without statistic.
    """
    text = " ".join(text.split())
    if facts.shape in _WITHOUT_NUMBERS or not any(map(str.isdigit, text)):
        return
    facts = replace(
        facts, **{name: said.replace("@@", "@") for name, said in facts.known().items()}
    )
    common = {
        "name": facts.what,
        "group": facts.group,
        "method": facts.method,
        "origin": facts.origin,
    }
    found = split(text, facts.shape)
    if not found:
        yield {**common, "text": text}
    for place, (name, number) in enumerate(found):
        if name == "denominator":  # it is the n of the others
            continue
        kind = STATISTICS[name]
        unit = facts.unit if kind.unit is None else kind.unit
        if name in _COUNTS:
            unit = facts.counts or unit or "patients"
        record = {
            **common,
            "statistic": name,
            "n": _denominator(found, place, facts.n).replace(",", ""),
            "unit": unit,
            "text": number,
        }
        if name in _WITHOUT_METHOD:
            record["method"] = ""
        yield record


def _denominator(found: Sequence[tuple[str, str]], place: int, otherwise: str) -> str:
    """Return the denominator of a number: the next one in the text, or else the last before it.

    Of a statistic of all values it is their number, with the unknown ones; of one of the known
    values, theirs.
    """
    following = [number for name, number in found[place:] if name == "denominator"]
    before = [number for name, number in found[:place] if name == "denominator"]
    own = (following[:1] or before[-1:] or [otherwise])[0]
    unknown = sum(int(number.replace(",", "")) for name, number in found if name == "unknown")
    stated = bool(following or before)
    if own and unknown and found[place][0] in (_OF_ALL if stated else _OF_KNOWN):
        return str(int(own.replace(",", "")) + (unknown if stated else -unknown))
    return own


def table_records(
    facts: TableFacts, label: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> Iterator[dict[str, str]]:
    """Yield a record for each number in a table.

    Parameters
    ----------
    label
        Label of the patient-level data; empty if the table was made from none.
    columns, rows
        The table as shown; the first column has the labels of the rows.
    """
    known = [_of_label(facts.columns, column) or Facts() for column in columns]
    origin = facts.source or ("synthetic" if "ynthetic" in label else "observed")
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        labels = [
            row[0],
            *(cells[c] for c, own in zip(columns, known, strict=True) if own.shape == "label"),
        ]
        special = next(filter(None, (_of_label(facts.rows, each) for each in labels)), None)
        qualifiers = [
            _labelled(column, cell) if cell[0].isdigit() else cell
            for column, cell, own in zip(columns[1:], row[1:], known[1:], strict=True)
            if own.shape == "label" and cell
        ]
        head = "" if known[0].shape == "omitted" else _head(columns[0], row[0], known[0])
        name = "; ".join(filter(None, [head, *qualifiers]))
        for column, cell, own in zip(columns, row, known, strict=True):
            if own.shape in _WITHOUT_NUMBERS or (column == columns[0] and not own.shape):
                continue
            of_cell = own if special is None else special.over(own)
            of_cell = facts.rows.get(cell_name(row[0], column), _NOTHING).over(of_cell)
            of_cell = _resolved(of_cell, column, cells, row[0])
            compared = _COMPARED.search(column)
            complete = replace(
                of_cell,
                what=": ".join(filter(None, (_literal_text(name), of_cell.what))),
                n=of_cell.n or _n_of_label(column),
                origin=of_cell.origin or (compared[1] if compared else origin),
            )
            for record in records(cell, complete):
                yield {"column": column, **record}


def _head(column: str, cell: str, facts: Facts) -> str:
    """Return the label of a row, with that of its column if it is a mere number."""
    return _labelled(column, cell) if cell[:1].isdigit() or facts.shape == "label" else cell


def _labelled(column: str, cell: str) -> str:
    """Return a cell after its column's label, with a colon unless it reads as one phrase.

    Examples
    --------
    >>> _labelled("Week", "4"), _labelled("Missed, %", "10"), _labelled("Trial", "VALOR")
    ('Week 4', 'Missed, %: 10', 'Trial: VALOR')
    """
    phrase = cell[:1].isdigit() and column.replace(" ", "").isalpha()
    return f"{column} {cell}" if phrase else f"{column}: {cell}"


def _of_label(facts: Mapping[str, Facts], label: str) -> Facts | None:
    if label in facts:
        return facts[label]
    return next((own for pattern, own in facts.items() if fnmatchcase(label, pattern)), None)


def _bare(column: str) -> str:
    """Return a column's label without origin and number of patients."""
    return _LABEL_PAIR.sub("", _LABEL_N.sub("", _COMPARED.sub("", column)))


def _n_of_label(column: str) -> str:
    """Return the number of patients that a column's label states: of both arms, if it has two.

    Examples
    --------
    >>> _n_of_label("Active (N=19)"), _n_of_label("Active (5 of 6 against 1 to 2 of 7)")
    ('19', '13')
    """
    if found := _LABEL_PAIR.search(column):
        return str(int(found[1]) + int(found[2]))
    return found[1] if (found := _LABEL_N.search(column)) else ""


def _resolved(facts: Facts, column: str, cells: Mapping[str, str], row: str) -> Facts:
    """Return facts with what they refer to in the table."""
    filled = {}
    for each in fields(facts):
        parts = _REFERENCE.fullmatch(getattr(facts, each.name))
        if each.name == "shape" or parts is None:
            continue
        match parts[2]:
            case "row":
                found = row
            case "row unit":
                found = row.rpartition(", ")[2] if ", " in row else ""
            case "column":
                found = _bare(column)
            case "column unit":
                found = _bare(column).rpartition(", ")[2]
            case other if other in cells:
                found = cells[other]
            case other:
                found = cells[other.removesuffix(" unit")].rpartition(" ")[2]
        if each.name == "unit":
            filled["counts"] = facts.counts or "patients"
        if each.name == "n":
            found = _n_of_cell(found)
        # A dash stands where there is none.
        filled[each.name] = "" if found == "–" else f"{parts[1]}{_literal_text(found)}"
    return replace(facts, **filled)


def _n_of_cell(cell: str) -> str:
    """Return the number of patients in a cell; nothing if it goes from so many to so many."""
    if of_arm := _LABEL_N.search(cell):
        return of_arm[1]
    numbers = re.findall(r"\d[\d,]*", cell)
    several = " to " in cell and " of " not in cell
    return "" if several or not numbers else numbers[-1].replace(",", "")


def gaps(record: Mapping[str, Any]) -> list[str]:
    """Return what a record of the results lacks: fields without which its number is not explained.

    Examples
    --------
    >>> gaps({"name": "Change", "statistic": "median", "origin": "published", "unit": "cm"})
    ['method']
    >>> limit = {"name": "Responders", "statistic": "lower limit", "origin": "published"}
    >>> gaps(limit | {"unit": "%", "method": "Wilson"})  # of which level?
    ['level or sides']
    """
    kind = STATISTICS.get(record.get("statistic", ""))
    if kind is None:
        return ["statistic"]
    lacking = [name for name in ("name", "origin") if not record.get(name)]
    if record.get("origin") and record["origin"] not in ORIGINS:
        lacking.append("known origin")
    if kind.method and not record.get("method"):
        lacking.append("method")
    elif not re.search(kind.named, record.get("method", "")):
        lacking.append("level or sides")
    if kind.unit is None and not record.get("unit"):
        lacking.append("unit")
    if record["statistic"] == "percentage" and not record.get("n"):
        lacking.append("n")
    return lacking
