r"""Test texts against patterns that others wrote, in bounded time.

A pattern such as ``(a+)+$`` takes time that doubles with each letter. Those that may take long are
tried in a process of their own, which the system ends when its time is up. Run as a file, so that
it starts within a few hundredths of a second::

    python -I -S matching.py SECONDS < QUESTION
"""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence

#: Seconds of computing that one pattern may take for all its texts.
SECONDS = 5

#: The same by the clock, where a system cannot count what a process computes.
_SECONDS_BY_THE_CLOCK = 120


class PatternError(ValueError):
    """A pattern is not a regular expression, or takes too long."""


def matches(pattern: str, texts: Sequence[str]) -> list[bool]:
    r"""Return for each text whether it matches a pattern as a whole.

    Raises
    ------
    PatternError
        If the pattern is not a regular expression, or takes longer than `SECONDS`.

    Examples
    --------
    >>> matches("[a-z]+", ["week", "week 4"])
    [True, False]
    >>> matches(r"(\d+,)*\d+", ["1,2", "1,"])
    [True, False]
    """
    if _is_simple(pattern):
        return _matched(pattern, texts)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", __file__, str(SECONDS)],
            input=json.dumps([pattern, list(texts)]),
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS_BY_THE_CLOCK,
        )
    except subprocess.TimeoutExpired:
        raise PatternError(_TOO_LONG) from None
    if done.returncode != 0:
        raise PatternError(done.stdout or _TOO_LONG)
    answer: list[bool] = json.loads(done.stdout)
    return answer


_TOO_LONG = "takes too long to match; write it without a repetition inside a repetition"


def _is_simple(pattern: str) -> bool:
    """Return whether a pattern has at most one repetition or option: it cannot take long."""
    return "(" not in pattern and sum(map(pattern.count, "*+{?")) <= 1


def _matched(pattern: str, texts: Sequence[str]) -> list[bool]:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(f"is not a regular expression: {error}") from None
    return [compiled.fullmatch(text) is not None for text in texts]


def main() -> int:
    """Answer the question on the standard input; the system ends the process if it takes long."""
    pattern, texts = json.load(sys.stdin)
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
    try:
        answer = _matched(pattern, texts)
    except PatternError as error:
        print(error, end="")
        return 1
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
