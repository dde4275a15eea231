"""How large a compressed file may become: a few kilobytes can unpack to all the memory there is."""

from __future__ import annotations

#: What any file may unpack to, bytes.
_ALWAYS = 64 * 2**20

#: How many times its size a file may unpack to beyond that. Tables of visits reach ten to thirty.
_TIMES = 200

TOO_LARGE = (
    f"unpacks to more than {_TIMES} times its size, more than tables usually do; it is not read"
)


def most_unpacked(size: int) -> int:
    """Return the bytes to which a compressed file of this size may unpack.

    Examples
    --------
    >>> most_unpacked(1_000) // 2**20, most_unpacked(2**20) // 2**20
    (64, 200)
    """
    return max(_ALWAYS, _TIMES * size)
