"""Readers take a file or refuse it in lines; what fuzzing has found is read again and again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())
#: Targets that read one small file; the others read a whole study at each call.
QUICK = ("csv", "xlsx", "parquet", "mapping", "ensemble", "dataset_json", "dataset_parquet")


def test_every_reader_has_files_to_begin_from_and_no_others_are_there():
    assert {path.parent.name for path in FILES} == TARGETS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_files_that_were_kept(path):
    TARGETS[path.parent.name].try_on(path.read_bytes())


@pytest.mark.parametrize("name", QUICK)
def test_a_file_to_begin_from_is_taken(name):
    assert any(TARGETS[name].try_on(path.read_bytes()) for path in (CORPUS / name).iterdir())


@st.composite
def damaged(draw, content):
    """A file in which some pieces are overwritten, cut out, doubled or made up."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        piece = draw(
            st.binary(max_size=20)
            | st.sampled_from([b"", content[start:end] * 2, b'"', b"\n", b"\0", b"1e999", b"-1"])
        )
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=40)
@given(data=st.data())
def test_damaged_files_are_taken_or_refused(name, data):
    seed = min((path for path in (CORPUS / name).iterdir() if "-" not in path.name), key=str)
    TARGETS[name].try_on(data.draw(damaged(seed.read_bytes())))
