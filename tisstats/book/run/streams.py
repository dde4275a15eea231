"""What a cell printed: joined, with what it overwrote left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def merge_streams(outputs: Sequence[Any]) -> list[Any]:
    r"""Return the outputs of a cell with one text each of what it printed and of its warnings.

    As nbclient would, and with backspaces in force, in time that grows with the length of the text;
    nbclient's grows with the square of the longest line, so that one of a megabyte takes many
    minutes.

    Parameters
    ----------
    outputs
        As in a notebook. The first text of each stream is changed in place.

    Returns
    -------
    list
        The other outputs as they were; the two streams in a fixed order where they meet, since
        that in which they arrive is left to chance.

    Examples
    --------
    >>> merged = merge_streams(
    ...     [
    ...         {"output_type": "stream", "name": "stderr", "text": "beware"},
    ...         {"output_type": "stream", "name": "stdout", "text": "10%"},
    ...         {"output_type": "stream", "name": "stdout", "text": "\r20%"},
    ...     ]
    ... )
    >>> [output["text"] for output in merged]
    ['20%', 'beware']
    """
    merged: list[Any] = []
    texts: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            merged.append(output)
        elif output["name"] in texts:
            texts[output["name"]].append(output["text"])
        else:
            texts[output["name"]] = [output["text"]]
            merged.append(output)
    for output in merged:
        if output["output_type"] == "stream":
            output["text"] = as_shown("".join(texts[output["name"]]))
    for at in range(len(merged) - 1):
        if [_stream(output) for output in merged[at : at + 2]] == ["stderr", "stdout"]:
            merged[at : at + 2] = reversed(merged[at : at + 2])
    return merged


def as_shown(text: str) -> str:
    r"""Return a text as a terminal shows it after its backspaces and carriage returns.

    Examples
    --------
    >>> as_shown("10%\r20%\nab\bc\r\n")
    '20%\nac\r\n'
    """
    if "\b" not in text and "\r" not in text:
        return text
    return "\n".join(_after_returns(_after_backspaces(line)) for line in text.split("\n"))


def _after_returns(line: str) -> str:
    """Return what follows the last carriage return but one at the end, which is a line end."""
    return line[:-1].rpartition("\r")[2] + line[-1:]


def _after_backspaces(line: str) -> str:
    if "\b" not in line:
        return line
    kept: list[str] = []
    for sign in line:
        if sign != "\b":
            kept.append(sign)
        elif kept:
            kept.pop()
    return "".join(kept)


def _stream(output: Any) -> str | None:
    """Return the name of a stream, None of another output."""
    return output["name"] if output["output_type"] == "stream" else None
