"""Texts by which the patients of a file are known in each batch of it, and in each of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.identifiers import are_plain
from tisstats.tables.cells import factorize, is_text

if TYPE_CHECKING:
    import pyarrow as pa


def patient_keys(
    identifiers: pd.Series, patients: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], list[str] | pa.Array | None]:
    """Return the number of each row's patient, -1 without one, and a text for each patient.

    The texts are equal in all batches of a file where the identifiers are. Whole numbers, but those
    of uint64, are patients' numbers themselves, without texts.

    Parameters
    ----------
    identifiers : pandas.Series
        The identifiers.
    patients : numpy.ndarray, shape (n,), optional
        What `number_patients` returns of them. With it the texts of plain ones in Arrow's form stay
        in that form.

    Examples
    --------
    >>> codes, keys = patient_keys(pd.Series(["007", " 007", "", "8"], dtype=object))
    >>> codes.tolist(), keys
    ([0, 0, -1, 1], ['t007', 't8'])
    >>> codes, keys = patient_keys(pd.Series([7, 7, 8]))
    >>> codes.tolist(), keys
    ([7, 7, 8], None)
    """
    if isinstance(identifiers.dtype, np.dtype) and identifiers.dtype.kind in "iu":
        if identifiers.dtype != np.uint64:
            return identifiers.to_numpy().astype(np.int64), None
        codes, distinct = factorize(identifiers)  # such as hashes, half of which are no int64
        return codes.astype(np.int64), [f"t{number}" for number in distinct.tolist()]
    # A row without a patient is a fault; and a blank identifier leaves a gap in the numbers.
    if patients is not None and patients.min(initial=0) >= 0 and are_plain(identifiers):
        return patients, _plain_keys(identifiers, patients)
    codes, distinct = factorize(identifiers)
    found = _keys(distinct.tolist())
    places, keys = factorize(np.array(found, dtype=object))
    return np.append(places, -1)[codes].astype(np.int64), keys.tolist()


def _plain_keys(identifiers: pd.Series, patients: NDArray[np.int64]) -> pa.Array:
    """Return what `_keys` does of printable ASCII, whose only blank is a space."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = np.empty(int(patients.max(initial=-1)) + 1, dtype=np.int64)
    rows[patients] = np.arange(len(patients))
    texts = pc.ascii_trim(pa.array(identifiers).take(pa.array(rows)), " ")
    kind = pa.large_string()
    keys = pc.binary_join_element_wise(pa.scalar("t", kind), texts.cast(kind), pa.scalar("", kind))
    # Rows that were read in several batches are in several chunks.
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys


def _keys(patients: list[Any]) -> list[str | None]:
    """Return a text for each identifier; None for a blank one."""
    if is_text(patients):
        return [f"t{text}" if text else None for text in map(str.strip, patients)]
    return [_key(patient) or None for patient in patients]


def _key(patient: object) -> str:
    """Return a text by which a patient is known; "" for a blank identifier."""
    if isinstance(patient, str):
        text = patient.strip()
        return f"t{text}" if text else ""
    if isinstance(patient, int | float | np.number):
        number = float(patient)
        return f"n{number!r}" if number == patient else f"n{patient!r}"
    return f"o{patient!r}"


@dataclass(frozen=True, slots=True, eq=False)
class KeyBytes:
    """Texts of patients as their bytes in UTF-8, one text after the other.

    Examples
    --------
    >>> keys = KeyBytes.of(["t8", "té", "t9"], np.array([2, 1]))
    >>> keys.ends.tolist(), keys.content.tobytes().decode()
    ([0, 2, 5], 't9té')
    >>> KeyBytes(np.array([0, 2, 4, 6]), np.frombuffer(b"t8t9t8", np.uint8)).numbered()[0].tolist()
    [0, 1, 0]
    """

    ends: NDArray[
        np.int64
    ]  #: shape (n + 1,), where each text ends, after the beginning of the first
    content: NDArray[np.uint8]  #: all bytes

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.ends) - 1

    @classmethod
    def of(cls, keys: list[str] | pa.Array, places: NDArray[np.int64]) -> KeyBytes:
        """Return the bytes of some of the texts that `patient_keys` returns, in this order."""
        if isinstance(keys, list):
            encoded = [keys[place].encode() for place in places.tolist()]
            ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
            return cls(ends, np.frombuffer(b"".join(encoded), dtype=np.uint8))
        _, ends, content = keys.take(places).buffers()
        found = np.frombuffer(ends, dtype=np.int64, count=len(places) + 1)
        return cls(found, np.frombuffer(content or b"", dtype=np.uint8)[: found[-1]])

    def between(self, begin: int, end: int) -> KeyBytes:
        """Return the texts from one place to another."""
        ends = self.ends[begin : end + 1]
        return KeyBytes(ends - ends[0], self.content[ends[0] : ends[-1]])

    def numbered(self) -> tuple[NDArray[np.int64], Sequence[str]]:
        """Return the number of each text, in the order of the first ones, and the distinct texts.

        Where pyarrow is installed, these are its scalars, which ``str`` converts.
        """
        try:
            import pyarrow as pa
        except ModuleNotFoundError:
            content, ends = self.content.tobytes(), self.ends.tolist()
            texts = [content[begin:end].decode() for begin, end in pairwise(ends)]
            codes, keys = factorize(np.array(texts, dtype=object))
            return codes.astype(np.int64), keys.tolist()
        buffers = pa.py_buffer(self.ends), pa.py_buffer(self.content)
        found = pa.LargeStringArray.from_buffers(len(self), *buffers).dictionary_encode()
        return found.indices.to_numpy().astype(np.int64), found.dictionary
