"""What `tisstats` itself offers, and what it needs for that."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import tisstats
from tests.command import called
from tests.conftest import ROOT
from tisstats.book.run.libraries import BUILDING, PRINTING
from tisstats.cli import main
from tisstats.cli.run import _INCLUDED


def test_every_public_name_is_there_and_documented():
    for name in tisstats.__all__:
        offered = getattr(tisstats, name)
        assert offered is not None
        if name != "__version__":
            assert offered.__doc__


def test_there_is_nothing_else():
    assert dir(tisstats) == sorted(tisstats.__all__)
    with pytest.raises(AttributeError, match="no attribute 'score'"):
        tisstats.score  # noqa: B018 - the attempt is the test


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tisstats.response_category("a"), "scores must be numbers, .* got 'a'"),
        (lambda: tisstats.response_category([20, 101]), "scores must be from 0 to 100, got 101"),
        (lambda: tisstats.response_category(-1), "scores must be from 0 to 100, got -1"),
        (lambda: tisstats.total_improvement_score(["a"] * 6), "percent_improvements must be num"),
        (lambda: tisstats.imacs_improvement(5), "relative_improvements must be a mapping .* got 5"),
        (lambda: tisstats.classify_from_lists(5, []), "improved must be a collection .* got 5"),
        (lambda: tisstats.times_from_counts(5, 19), "events_by_time must be a mapping .* got 5"),
        (lambda: tisstats.check_percentages([1]), "frame must be a pandas DataFrame, got list"),
        (lambda: tisstats.summarise_checks(5), "checked must be a pandas DataFrame, got int"),
        (
            lambda: tisstats.score_visits(None, mmt_max=80, uln={"ck": 170}),
            "visits must be a pandas DataFrame, got NoneType",
        ),
        (
            lambda: tisstats.classify_visits([1], enzyme="ck"),
            "visits must be a pandas DataFrame, got list",
        ),
        (
            lambda: tisstats.attainable_score(5, mmt_max=80, uln={"ck": 170}),
            "baseline must be a mapping of measures to values, got 5",
        ),
        (lambda: tisstats.quantiles(["a"], 0.5), "values must be finite numbers, got 'a' at pos"),
    ],
)
def test_an_error_names_the_argument_and_its_value(call, said):
    with pytest.raises(ValueError, match=said):
        call()


VISITS = """\
patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck
007,0,5,5,200,1.5,4,500
007,24,2,2,240,0.5,1,100
"""

#: Starts a command where the modules of the distributions that follow cannot be found.
HIDING = """
import json, sys

hidden = set(json.loads(sys.argv[1]))

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

sys.meta_path.insert(0, Absent())
from tisstats.cli import main
raise SystemExit(main(sys.argv[2:]))
"""


def distribution_name(requirement):
    return re.sub("[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def needed(names):
    """The distributions that come with some, by what they require without extras."""
    found, waiting = set(), list(names)
    while waiting:
        if (name := distribution_name(waiting.pop())) in found:
            continue
        found.add(name)
        try:
            required = metadata.requires(name) or ()
        except metadata.PackageNotFoundError:  # of another system or Python
            continue
        waiting += [each for each in required if "extra ==" not in each]
    return found


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(extra):
    """What an extra requires, with what the smaller extras in it require."""
    for each in PROJECT["optional-dependencies"][extra]:
        if smaller := re.fullmatch(r"tisstats\[([a-z,]+)\]", each):
            yield from (found for name in smaller[1].split(",") for found in requirements(name))
        else:
            yield each


def modules_without(*extras):
    """Modules that no distribution has which `pip install tisstats[extras]` brings."""
    asked = [each for extra in extras for each in requirements(extra)]
    brought = needed([*PROJECT["dependencies"], "tisstats", *asked])
    return [
        module
        for module, names in metadata.packages_distributions().items()
        if brought.isdisjoint(map(distribution_name, names))
    ]


@pytest.fixture(scope="module")
def modules_of_extras():
    """Modules that no distribution has which `pip install tisstats` brings."""
    hidden = modules_without()
    assert {"pyarrow", "frictionless", "matplotlib", "openpyxl", "docx"} <= set(hidden)
    assert not {"numpy", "pandas", "scipy", "statsmodels", "tisstats"} & set(hidden)
    return json.dumps(hidden)


def test_base_dependencies_are_enough_to_score_a_file(tmp_path, modules_of_extras):
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    words = ["score", tmp_path / "visits.csv", "--mmt-max", "260", "--uln", "ck=170", "-o"]
    hiding = [sys.executable, "-c", HIDING, modules_of_extras, *words]
    done = subprocess.run([*hiding, tmp_path / "base.csv"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert called(*words, tmp_path / "all.csv").returncode == 0
    assert (tmp_path / "base.csv").read_bytes() == (tmp_path / "all.csv").read_bytes()
    refused = subprocess.run([*hiding, tmp_path / "a.parquet"], capture_output=True, text=True)
    assert refused.returncode == 2
    named, extra = refused.stderr.splitlines()
    assert "Parquet needs pyarrow: pip install" in named
    assert "'.[parquet]'" in extra


def test_base_dependencies_are_enough_for_the_ledger(modules_of_extras):
    words = ["claims", "--format", "csv"]
    hiding = [sys.executable, "-c", HIDING, modules_of_extras, *words]
    done = subprocess.run(hiding, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == called(*words).stdout


def test_a_command_names_the_smallest_extra_that_it_needs(tmp_path, modules_of_extras):
    package = Path(shutil.copytree(ROOT / "data" / "published", tmp_path / "published"))
    flow = package / "flow.csv"  # what is plainly right needs no extra
    flow.write_text(flow.read_text(encoding="utf-8").replace("included,20", "included,x"))
    hiding = [sys.executable, "-c", HIDING, modules_of_extras, "check", package]
    refused = subprocess.run(hiding, capture_output=True, text=True)
    assert refused.returncode == 2
    named, extra = refused.stderr.splitlines()
    assert "frictionless" in named
    assert "'.[packages]'" in extra


@pytest.mark.parametrize(
    ("extra", "words"),
    [("packages", ["--format", "json"]), ("files", ["--format", "xpt"])],
)
def test_an_extra_is_enough_to_export_a_study(tmp_path, extra, words):
    assert called("new", tmp_path / "new").returncode == 0
    hiding = [sys.executable, "-c", HIDING, json.dumps(modules_without(extra)), "export", *words]
    done = subprocess.run(
        [*hiding, tmp_path / "new" / "example", "-o", tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "module", "extra"),
    [
        (["check"], "jsonschema", "packages"),
        (["export", "--format", "xpt", "-o"], "pyreadstat", "files"),
        (["export", "--format", "parquet", "-o"], "pyarrow.parquet", "parquet"),
        (["sensitivity", "--scheduler", "tcp://127.0.0.1:1", "-o"], "distributed", "cluster"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    tmp_path, monkeypatch, capsys, words, module, extra
):
    assert main(["new", str(tmp_path / "new")]) == 0
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, module, None)
    if "-o" in words:
        words = [*words, str(tmp_path / "out.csv")]
    assert main([*words, str(tmp_path / "new" / "example")]) == 2
    named, where = capsys.readouterr().err.splitlines()
    library = module.partition(".")[0]
    assert re.search(f"needs {library}: pip install {library}$", named)
    assert f"'.[{extra}]'" in where
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize(
    ("ending", "library", "extra"),
    [("xlsx", "openpyxl", "files"), ("parquet", "pyarrow", "parquet")],
)
@pytest.mark.parametrize("words", [["check"], ["book", "--cohort"]])
def test_a_table_whose_library_is_missing_is_no_fault_of_the_study(
    tmp_path, monkeypatch, capsys, ending, library, extra, words
):
    assert main(["new", str(tmp_path / "new")]) == 0
    description = tmp_path / "new" / "example" / "study.toml"
    text = description.read_text(encoding="utf-8")
    named = text.replace('"synthetic_visits.csv"', f'"visits.{ending}"')
    assert named != text, "the example no longer names its visits like this"
    description.write_text(named, encoding="utf-8")
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, library, None)
    assert main([*words, str(description.parent)]) == 2
    named, where = capsys.readouterr().err.splitlines()
    assert named.endswith(f" needs {library}: pip install {library}")
    assert f"'.[{extra}]'" in where


@pytest.mark.parametrize(
    ("module", "named"),
    [(BUILDING[name], name) for name in ("matplotlib", "python-docx", "jupyter-book", "papermill")],
)
def test_a_book_is_not_begun_where_a_library_is_missing(
    tmp_path, monkeypatch, capsys, module, named
):
    assert main(["new", str(tmp_path / "new")]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["book", "--cohort", "new/example", "--output", "report"]) == 2
    said = capsys.readouterr()
    assert said.out == ""  # no notebook has run
    first, where = said.err.splitlines()
    needs = f"running notebooks and building pages needs {named}: pip install {named}"
    assert first.endswith(needs)
    assert "'.[book]'" in where
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("library", PRINTING)
def test_a_book_that_cannot_be_printed_for_want_of_a_library_is_not_begun(
    tmp_path, monkeypatch, capsys, library
):
    assert main(["new", str(tmp_path / "new")]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["book", "--cohort", "new/example", "--pdf", "report.pdf"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    first, where = said.err.splitlines()
    assert first.endswith(f"printing the book needs {library}: pip install {library}")
    assert "'.[book]'" in where


def test_all_that_the_extra_of_the_book_brings_is_looked_for():
    brought = {distribution_name(each) for each in requirements("book")}
    assert {*BUILDING, *PRINTING} == brought
    owners = metadata.packages_distributions()
    for distribution, module in {**BUILDING, **PRINTING}.items():
        assert distribution in map(distribution_name, owners[module])


def test_the_extra_of_the_book_includes_what_its_command_takes_from_smaller_ones():
    included = next(each for each in PROJECT["optional-dependencies"]["book"] if "[" in each)
    assert included == f"tisstats[{','.join(_INCLUDED)}]"


def test_data_sets_whose_library_is_missing_are_not_read(tmp_path, monkeypatch, capsys):
    assert main(["new", str(tmp_path / "new")]) == 0
    study, data = tmp_path / "new" / "example", str(tmp_path / "new" / "example" / "adam")
    assert main(["export", str(study), "--format", "xpt", "-o", data]) == 0
    description = (study / "study.toml").read_text(encoding="utf-8")
    before, files, tables = description.partition("[files]\n")
    rest = tables.partition("\n[")
    text = "".join([before, files, 'adam = "adam"\n', *rest[1:]])
    (study / "study.toml").write_text(text, encoding="utf-8")
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    assert main(["check", str(study)]) == 2
    assert "needs pyreadstat: pip install pyreadstat" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("library", "ending", "extra"),
    [("openpyxl", "xlsx", "files"), ("pyarrow", "parquet", "parquet")],
)
def test_a_study_is_not_at_fault_if_the_library_of_a_table_is_missing(
    tmp_path, monkeypatch, capsys, library, ending, extra
):
    assert main(["new", str(tmp_path / "new")]) == 0
    study = tmp_path / "new" / "example"
    text = (study / "study.toml").read_text(encoding="utf-8")
    described = text.replace("synthetic_visits.csv", f"synthetic_visits.{ending}")
    assert described != text
    (study / "study.toml").write_text(described, encoding="utf-8")
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["check", str(study)]) == 2
    named, where = capsys.readouterr().err.splitlines()
    assert f"synthetic_visits.{ending}: " in named
    assert f"needs {library}: pip install {library}" in named
    assert f"'.[{extra}]'" in where
