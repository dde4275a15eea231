"""Patients are known by the same texts whether pandas has their identifiers as objects or not."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cases import examples
from tests.measures.test_score_kept import in_parts, scored, table_of
from tisstats.measures import patient_keys as module
from tisstats.measures.patient_keys import KeyBytes, patient_keys
from tisstats.measures.visit_table import number_patients

#: Among them what is blank to Python alone, and what is more than a byte in UTF-8.
CHARACTERS = "07P \té\x1c\u2003\U0001f9ea"

IDENTIFIERS = st.lists(st.none() | st.text(CHARACTERS, max_size=3), min_size=1, max_size=9)


@examples(200)
@given(IDENTIFIERS | st.lists(st.none() | st.text("07P ", max_size=3), min_size=1, max_size=9))
@example(["7", " 7", "7 ", "", " ", None, "07"])
def test_texts_in_arrows_form_are_those_of_objects(identifiers):
    in_arrow = pd.Series(identifiers, dtype="string[pyarrow]")
    in_chunks = pd.concat([in_arrow[:2], in_arrow[2:]])
    as_objects, texts = patient_keys(pd.Series(identifiers, dtype=object))
    for given_as in (in_arrow, in_chunks):
        codes, keys = patient_keys(given_as, number_patients(given_as))
        known = keys if isinstance(keys, list) else keys.to_pylist()
        assert isinstance(keys, list | pa.Array)
        assert [None if code < 0 else known[code] for code in codes] == [
            None if code < 0 else texts[code] for code in as_objects
        ]


@examples(100)
@given(st.lists(st.text(CHARACTERS, max_size=3), max_size=9), st.randoms())
def test_texts_are_numbered_with_and_without_arrow(texts, rng):
    places = np.array(rng.sample(range(len(texts)), len(texts)), dtype=np.int64)
    in_order = [texts[place] for place in places]
    expected = [[*dict.fromkeys(in_order)].index(text) for text in in_order]
    for keys in (texts, pa.array(texts, pa.large_string())):
        found = KeyBytes.of(keys, places)
        assert len(found) == len(texts)
        with pytest.MonkeyPatch.context() as absent:
            plain, names = found.numbered()
            absent.setitem(sys.modules, "pyarrow", None)
            again, texts_again = found.numbered()
        assert plain.tolist() == again.tolist() == expected
        assert [str(name) for name in names] == texts_again == [*dict.fromkeys(in_order)]
        half = found.between(len(texts) // 2, len(texts))
        assert half.content.tobytes().decode() == "".join(in_order[len(texts) // 2 :])


@pytest.mark.skipif(pd.__version__ < "3", reason="pandas 2 reads text as objects of Python")
def test_plain_identifiers_of_parquet_are_no_objects_of_python(tmp_path, monkeypatch):
    """Where each was, to share out the rows took most of the time of a large file."""
    table = table_of("text")
    kept, said = scored(table, tmp_path)
    in_parts(monkeypatch)
    monkeypatch.setattr(module, "_keys", None)
    again, said_of_parts = scored(table, tmp_path)
    pd.testing.assert_frame_equal(kept, again, check_exact=True)
    assert said == said_of_parts
