r"""Which patterns a matcher reads in time proportional to a text.

A matcher that goes back, as Python's does, tries every way in which a pattern can read a text:
``(a+)+`` reads ten letters in 512 ways. In an unambiguous pattern the letters read so far, and the
next one, leave one way only (Brüggemann-Klein & Wood 1998, doi:10.1006/inco.1997.2695, who ask it
of letters and not of ways). Each other way fails at its first letter, or word, so that each letter
of a text costs at most one look at each part of the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

#: Most characters of a pattern, and most different ones of its texts, that are looked at.
_LONGEST, _MOST_LETTERS = 500, 500

#: The parts of patterns that are known here: words to choose from, sets, letters, and signs.
_PARTS = re.compile(
    r"\((?:\?:)?(?P<words>[A-Za-z0-9_]+(?:\|[A-Za-z0-9_]+)+)\)"
    r"|(?P<letter>\[\^?(?:[^\]\\\[&|~]|\\[dDsSwW]|\\[^\w\s])+\]|\\[dDsSwW]|\\[^\w\s]|[^\\^$*+?{}()\[\]|])"
    r"|(?P<sign>\(\?:|[()|]|[*+?](?![*+?{]))"
)


class _AmbiguousError(Exception):
    """A pattern that is ambiguous, or not known to be unambiguous."""


@dataclass(slots=True)
class _Read:
    """What a part of a pattern reads, as places of letters and words in the pattern."""

    nothing: bool  #: whether it may read nothing
    first: list[int]  #: places that may come first
    last: list[int]  #: places that may come last


def is_unambiguous(pattern: str, texts: Sequence[str]) -> bool:
    r"""Return whether a pattern is known to be unambiguous on these texts.

    Examples
    --------
    >>> texts = ["flow.screened", "–1.3", "yes"]
    >>> [is_unambiguous(each, texts) for each in (r"[a-z]+(\.[a-z]+)*", r"[–-]?\d+(\.\d+)?")]
    [True, True]
    >>> [is_unambiguous(each, texts) for each in ("([a-z]+)+", "[a-z]*s?", "(?=a)a")]
    [False, False, False]
    """
    letters = set().union(*texts)
    if len(pattern) > _LONGEST or len(letters) > _MOST_LETTERS:
        return False
    try:
        parser = _Parser(_split(pattern.removeprefix("^").removesuffix("$")), letters)
        return parser.is_unambiguous()
    except (_AmbiguousError, re.error):
        return False


def _split(pattern: str) -> list[re.Match[str]]:
    parts, at = [], 0
    while at < len(pattern):
        part = _PARTS.match(pattern, at)
        if part is None or "--" in part[0]:  # of which Python warns within a set
            raise _AmbiguousError
        parts.append(part)
        at = part.end()
    return parts


@dataclass(slots=True)
class _Parser:
    """Reads the parts of a pattern one by one."""

    parts: list[re.Match[str]]
    letters: set[str]  #: the letters of the texts
    at: int = 0  #: how many parts were read
    begins: list[set[str]] = field(default_factory=list)  #: by place, with which letters it begins
    follows: list[set[int]] = field(default_factory=list)  #: by place, the places that may follow

    def is_unambiguous(self) -> bool:
        whole = self._choice()
        if self.at < len(self.parts):
            raise _AmbiguousError
        return all(
            self.begins[one].isdisjoint(self.begins[other])
            for places in (whole.first, *self.follows)
            for one, other in combinations(places, 2)
        )

    def _sign(self, signs: str) -> str:
        """Return the next part, and go on, if it is one of some signs of one character."""
        if self.at < len(self.parts) and (sign := self.parts[self.at]["sign"]) and sign in signs:
            self.at += 1
            return sign
        return ""

    def _choice(self) -> _Read:
        read = self._sequence()
        while self._sign("|"):
            other = self._sequence()
            if read.nothing and other.nothing:
                raise _AmbiguousError
            read.nothing |= other.nothing
            read.first += other.first
            read.last += other.last
        return read

    def _sequence(self) -> _Read:
        read = _Read(nothing=True, first=[], last=[])
        while self.at < len(self.parts) and self.parts[self.at][0] not in ("|", ")"):
            part = self._repeated()
            self._follow(read.last, part.first)
            read.first += part.first if read.nothing else []
            read.last = part.last + (read.last if part.nothing else [])
            read.nothing &= part.nothing
        return read

    def _repeated(self) -> _Read:
        read = self._one()
        if sign := self._sign("*+?"):
            if read.nothing:
                raise _AmbiguousError
            if sign != "?":
                self._follow(read.last, read.first)
            read.nothing = sign != "+"
        return read

    def _one(self) -> _Read:
        part = self.parts[self.at]
        self.at += 1
        if part["sign"] in ("(", "(?:"):
            read = self._choice()
            if not self._sign(")"):
                raise _AmbiguousError
            return read
        if part["sign"]:
            raise _AmbiguousError
        if part["words"]:
            words = sorted(part["words"].split("|"))
            if any(later.startswith(word) for word, later in pairwise(words)):
                raise _AmbiguousError
            self.begins.append({word[0] for word in words})
        else:
            letter = re.compile(part["letter"])
            self.begins.append({each for each in self.letters if letter.fullmatch(each)})
        self.follows.append(set())
        place = len(self.follows) - 1
        return _Read(nothing=False, first=[place], last=[place])

    def _follow(self, before: list[int], after: list[int]) -> None:
        """Note that places may follow others, in one way at most."""
        for place in before:
            if not self.follows[place].isdisjoint(after):
                raise _AmbiguousError
            self.follows[place].update(after)
