"""The data of the comparison: valid, complete, and refused when they contradict themselves."""

import re
import shutil

import pytest

from tisstats.agreement import programs
from tisstats.agreement.evidence import REFERENCE, Evidence
from tisstats.datapackage import find_faults
from tisstats.errors import DataError
from tisstats.statistics import METHODS


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "agreement")


def test_the_data_package_is_valid(folder):
    assert find_faults(folder) == []


def test_every_interval_of_ours_is_a_row(evidence):
    assert set(METHODS) <= {method.name for method in evidence.methods}


def test_every_method_is_defined_for_all_its_cases_and_no_others(evidence):
    golden = evidence.golden
    defined = set(
        golden.loc[golden["software"] == REFERENCE, ["method", "case"]].itertuples(
            index=False, name=None
        )
    )
    wanted = {
        (method.name, case.name)
        for method in evidence.methods
        for case in evidence.cases
        if method.takes(case)
    }
    assert defined == wanted


def test_whoever_offers_a_method_answers_all_its_cases(evidence, comparison):
    for (method, software), rows in comparison.table.groupby(["method", "software"]):
        (row,) = (each for each in evidence.methods if each.name == method)
        wanted = {case.name for case in evidence.cases if row.takes(case)}
        assert set(rows["case"]) == wanted, (method, software)


def test_every_computed_column_has_its_computations(evidence):
    computed = {each.name for each in evidence.software if each.evidence == "computed"}
    assert {software for software, _ in evidence.calls} == computed
    asked = re.compile("_((?:our|scipy|statsmodels|numpy|pandas)_.*)")
    functions = {found[1] for name in vars(programs) if (found := asked.fullmatch(name))}
    # What two of them share is asked for by no name of its own.
    assert {call.function for call in evidence.calls.values()} == functions - {"scipy_survival"}


def test_every_stored_column_has_one_version(evidence):
    stored = {each.name for each in evidence.software if each.evidence in ("golden", "reference")}
    versions = evidence.golden.groupby("software")["version"].unique()
    assert set(versions.index) == stored
    for software, found in versions.items():
        assert len(found) == 1, software
        assert found[0][0].isdigit()


def test_the_documentation_of_spss_speaks_of_every_method(evidence):
    assert set(evidence.documented) == {method.name for method in evidence.methods}
    assert all(each.statement and each.source for each in evidence.documented.values())


def test_the_hard_cases_are_there(evidence):
    cases = {case.name: case for case in evidence.cases}
    counts = [
        (case.count("successes"), case.count("trials"))
        for case in cases.values()
        if case.kind == "proportion"
    ]
    assert any(successes == 0 for successes, _ in counts)
    assert any(successes == trials for successes, trials in counts)
    assert any(2 * successes == trials for successes, trials in counts)
    assert any(trials == 4 for _, trials in counts)
    for case in cases.values():
        if case.kind == "differences":
            sizes = [abs(value) for value in case.column("difference") if value]
            tied = len(set(sizes)) < len(sizes)
            zeros = len(sizes) < len(case.column("difference"))
            assert case.trait == ("zeros" if zeros else "tied" if tied else "untied"), case.name


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("reasons.csv", "sterne,statsmodels", "stern,statsmodels", "there is no method 'stern'"),
        ("calls.csv", "scipy,wilson,", "scipy,wilsun,", "there is no method 'wilsun'"),
        ("calls.csv", "numpy,", "numpi,", "there is no software 'numpi'"),
        ("reasons.csv", "sterne,statsmodels", "sterne,stata", "there is no software 'stata'"),
        ("cases.csv", "8of19,proportion", "9of19,proportion", "case '9of19' has no numbers"),
        ("golden_r.csv", '"8of19"', '"8of91"', "there is no case '8of91'"),
    ],
)
def test_a_name_that_there_is_not(copied, file, old, new, said):
    path = copied / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        Evidence.read(copied)


def test_a_file_is_missing(copied):
    (copied / "golden_pspp.csv").unlink()
    with pytest.raises(DataError, match=r"golden_pspp\.csv: the file is missing"):
        Evidence.read(copied)
