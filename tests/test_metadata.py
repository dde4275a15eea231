"""What archives and codecheckers read is current, and states nothing that nobody knows."""

import json

import pytest
import yaml

from tisstats.book.citing.source import Citation, Name, Work
from tools import metadata

#: Fields of a deposit (Zenodo's documentation of its deposit metadata).
ZENODO = {
    *("title", "description", "upload_type", "version", "publication_date", "creators"),
    *("access_right", "license", "keywords", "language", "related_identifiers"),
}
PERSON = Name("Carberry", "Josiah", "https://orcid.org/0000-0002-1825-0097")
BOOK = Work("software", "B", (PERSON,), "2026", "2026-01-02", "1.0", license="MIT")


@pytest.fixture(scope="module")
def contents():
    return metadata.files()


@pytest.mark.parametrize("name", ["codemeta.json", ".zenodo.json", "codecheck.yml"])
def test_a_file_is_current(checkout, contents, name):
    stored = (checkout / name).read_text(encoding="utf-8")
    assert stored == contents[name], "run `make metadata`"
    assert metadata.main(["--check"]) == 0


def test_a_file_that_is_not_current_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(metadata, "ROOT", tmp_path)
    assert metadata.main(["--check"]) == 1
    assert "codemeta.json: not current, run `make metadata`" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert metadata.main([]) == 0
    assert metadata.main(["--check"]) == 0


def test_versions_and_terms_are_those_of_the_package(checkout, contents):
    import tisstats

    software, deposit = json.loads(contents["codemeta.json"]), json.loads(contents[".zenodo.json"])
    assert software["version"] == deposit["version"] == tisstats.__version__
    assert software["license"].rpartition("/")[2] == deposit["license"] == "MIT"
    assert "MIT License" in (checkout / "LICENSE").read_text(encoding="utf-8")


def test_the_changelog_has_the_version_with_the_day_of_its_release(checkout, contents):
    software = json.loads(contents["codemeta.json"])
    heading = f"## {software['version']} ({software['datePublished']})"
    assert heading in (checkout / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()


def test_a_deposit_has_known_fields_only(contents):
    deposit = json.loads(contents[".zenodo.json"])
    assert set(deposit) == ZENODO
    assert all(set(each) <= {"name", "orcid", "affiliation"} for each in deposit["creators"])


def test_software_is_described_by_known_terms(contents):
    software = json.loads(contents["codemeta.json"])
    assert software["@context"] == "https://w3id.org/codemeta/3.0"
    assert all(software.values())
    assert "codeRepository" not in software


def test_a_codecheck_recreates_files_of_the_book(checkout, contents):
    text = contents["codecheck.yml"]
    assert "\n---\n" in text
    stated = yaml.safe_load(text)
    assert stated["version"] == "https://codecheck.org.uk/spec/config/2.0/"
    notebooks = {path.stem for path in (checkout / "notebooks").glob("*.ipynb")}
    files = [each["file"] for each in stated["manifest"]]
    assert {file.rpartition("/")[2].removesuffix(".html") for file in files} - {
        "results.csv",
        "results.json",
    } == notebooks
    assert set(metadata.BY_THE_CODECHECKER).isdisjoint(stated)
    assert "ORCID" not in stated["paper"]["authors"][0]
    assert "an ORCID for each author" in text


@pytest.mark.build
def test_the_files_of_the_codecheck_are_there(built_book, contents):
    for each in yaml.safe_load(contents["codecheck.yml"])["manifest"]:
        assert (built_book / each["file"].removeprefix("_build/html/")).is_file(), each["file"]


def test_addresses_and_identifiers_are_passed_on_once_they_are_there(checkout):
    from dataclasses import replace

    from tisstats.book.run.project import Project

    book = replace(BOOK, doi="10.5555/9", url="https://a.org/b")
    citation = Citation("m", book, (), "https://github.com/a/b")
    package = {
        "name": "p",
        "requires-python": ">=3",
        "dependencies": [],
        "classifiers": ["Development Status :: 5 - Production/Stable"],
    }
    software = metadata.codemeta(citation, package)
    assert software["issueTracker"] == "https://github.com/a/b/issues"
    assert software["author"][0]["@id"] == PERSON.orcid
    assert software["developmentStatus"].endswith("#active")
    deposit = metadata.zenodo(citation)
    assert deposit["creators"] == [{"name": "Carberry, Josiah", "orcid": "0000-0002-1825-0097"}]
    assert deposit["related_identifiers"][-1]["identifier"] == "https://a.org/b/"
    checked = metadata.codecheck(citation, Project.from_folder(checkout))
    assert checked["paper"]["authors"] == [
        {"name": "Josiah Carberry", "ORCID": "0000-0002-1825-0097"}
    ]
    assert checked["paper"]["reference"] == "https://doi.org/10.5555/9"
    assert checked["repository"] == "https://github.com/a/b"
