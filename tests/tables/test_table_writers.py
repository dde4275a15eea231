"""Text written batch by batch has the bytes that pandas writes at once."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.tables.table_writers import TextWriter, have_returns

TEXTS = st.text(st.sampled_from('aé,;"\n\t .'), max_size=3)
COLUMNS = {
    "text": (TEXTS, object),
    "optional": (TEXTS | st.none(), object),
    "float": (st.floats(width=64) | st.just(0.1), float),
    "single": (st.floats(width=32, allow_infinity=False), np.float32),
    "int": (st.integers(-(2**63), 2**63 - 1), np.int64),
    "truth": (st.booleans(), bool),
    "category": (st.sampled_from(["none", "major", None]), "category"),
    "mixed": (st.sampled_from([1, 1.0, True, "1", None, "x,y"]), object),
}


@st.composite
def tables(draw):
    count = draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    columns = {}
    for name in names:
        cells, dtype = COLUMNS[name]
        listed = draw(st.lists(cells, min_size=count, max_size=count))
        columns[name] = pd.Series(listed, dtype=dtype)
        if dtype == "category":
            columns[name] = columns[name].cat.set_categories(["none", "major"])
    return pd.DataFrame(columns), draw(st.integers(1, count))


@given(tables(), st.sampled_from([",", "\t"]), st.booleans())
def test_batches_have_the_bytes_of_pandas(drawn, separator, quote_all):
    table, size = drawn
    if quote_all and pd.__version__ < "3":  # which then wrote digits that single precision has not
        table = table.astype({name: float for name in table if name == "single"})
    stream = io.StringIO(newline="")
    with TextWriter(stream, separator, quote_all=quote_all) as writer:
        for first in range(0, len(table), size):
            writer.write(table.iloc[first : first + size])
    quoting = 2 if quote_all else 0
    expected = table.to_csv(index=False, sep=separator, lineterminator="\n", quoting=quoting)
    assert stream.getvalue() == expected


@pytest.mark.parametrize(
    ("cells", "found"),
    [(["a", "b\r"], True), (["a\n", None], False), ([1, "x\r"], True), ([1.5, 2], False)],
)
def test_carriage_returns_are_found(cells, found):
    assert have_returns([pd.Series([0]), pd.Series(cells)]) is found
