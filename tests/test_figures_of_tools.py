"""What the README and the book show of the last runs of tools is what those runs have left."""

import json

import pytest

from tests.conftest import ROOT
from tools.bench import results
from tools.fuzz import __main__ as fuzz
from tools.fuzz.targets import TARGETS
from tools.mutants.summary import Run, table
from tools.same_bytes import __main__ as same_bytes
from tools.shown import with_figures
from tools.versions import __main__ as versions


def kept(tool):
    """Return the figures that the last run of a tool has left."""
    return json.loads(tool.LAST_RUN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("file", "tool", "figures"),
    [
        ("README.md", "mutants", lambda: table(Run.read())),
        ("README.md", "fuzz", lambda: fuzz.table(kept(fuzz))),
        (
            "README.md",
            "test-oldest",
            lambda: versions.table(kept(versions)),
        ),
        (
            "README.md",
            "same-bytes",
            lambda: same_bytes.told(kept(same_bytes)),
        ),
        ("README.md", "bench", lambda: results.summary(results.read())),
        ("book/reference/speed.md", "bench", lambda: results.page(results.read())),
    ],
)
def test_figures_are_those_of_the_last_run(file, tool, figures):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert with_figures(text, tool, figures()) == text


def test_every_reader_was_fuzzed():
    assert kept(fuzz)["inputs"].keys() == TARGETS.keys()


def test_the_page_names_no_bench_that_is_gone():
    assert {each.bench for each in results.read()} <= set(results.benches())


@pytest.mark.parametrize("text", ["nothing", "<!-- fuzz: begin, written by `make fuzz` -->"])
def test_marks_must_be_there(text):
    with pytest.raises(ValueError, match="there is no <!-- fuzz: "):
        with_figures(text, "fuzz", "|")
