"""How to cite: four formats from one file."""

import json
from dataclasses import replace

import pytest
from pybtex.database import parse_string

from tisstats.book.citing.formats import (
    CITATION_FORMATS,
    as_bibtex,
    as_csl_json,
    as_ris,
    as_text,
)
from tisstats.book.citing.source import Name, Work, read_citation
from tisstats.errors import DataError

GROUP = Work(
    kind="software",
    title="A book & its package: 100%",
    authors=(Name("The Book developers"),),
    year="2026",
    released="2026-11-02",
    version="1.2.0",
    url="https://example.org/book/",
)


@pytest.fixture(scope="module")
def citation(checkout):
    return read_citation(checkout / "CITATION.cff")


@pytest.fixture(scope="module")
def article(citation):
    (work,) = citation.references
    return work


def test_keys_are_names_with_the_year(citation, article):
    assert article.key == "lim2021"
    assert citation.book.key == "tisstatsdevelopers2026"
    assert citation.works() == {citation.book.key: citation.book, "lim2021": article}


def test_the_article_as_a_journal_lists_it(article):
    assert as_text(article) == (
        "Lim J, Eftimov F, Verhamme C, Brusse E, Hoogendijk JE, Saris CGJ, Raaphorst J, "
        "De Haan RJ, van Schaik IN, Aronica E, de Visser M, van der Kooi AJ. Intravenous "
        "immunoglobulins as first-line treatment in idiopathic inflammatory myopathies: a pilot "
        "study. Rheumatology 2021;60:1784–1792. https://doi.org/10.1093/rheumatology/keaa459"
    )


def test_software_is_cited_with_version_day_and_address():
    assert as_text(GROUP) == (
        "The Book developers. A book & its package: 100%. Version 1.2.0, 2 November 2026. "
        "https://example.org/book/"
    )
    assert as_text(replace(GROUP, url="")).endswith("2 November 2026.")
    assert as_text(replace(GROUP, doi="10.5555/1")).endswith(" https://doi.org/10.5555/1")


def test_the_article_is_the_entry_of_the_books_references(checkout, article):
    ours = parse_string(as_bibtex(article), "bibtex").entries["lim2021"]
    text = (checkout / "book" / "references.bib").read_text(encoding="utf-8")
    theirs = parse_string(text, "bibtex").entries["lim2021"]
    assert list(map(str, ours.persons["author"])) == list(map(str, theirs.persons["author"]))
    assert ours.fields["title"].strip("{}") == theirs.fields["title"].strip("{}")
    for field in ("journal", "year", "volume", "pages", "doi"):
        assert ours.fields[field] == theirs.fields[field], field


def test_bibtex_escapes_and_keeps_a_group_whole():
    entry = parse_string(as_bibtex(GROUP), "bibtex").entries["bookdevelopers2026"]
    assert entry.type == "misc"
    assert entry.fields["title"] == r"{A book \& its package: 100\%}"
    (author,) = entry.persons["author"]
    assert (author.first_names, author.last_names) == ([], ["{The Book developers}"])


def test_ris_has_a_tag_and_a_value_per_line(article):
    lines = as_ris(article).splitlines()
    assert lines[0] == "TY  - JOUR"
    assert lines[-1] == "ER  - "
    tags = [tuple(line.split("  - ")) for line in lines]
    assert ("AU", "De Haan, Rob J.") in tags
    values = dict(tags)
    assert (values["SP"], values["EP"], values["VL"]) == ("1784", "1792", "60")
    assert values["DO"] == "10.1093/rheumatology/keaa459"
    assert "TY  - COMP\nAU  - The Book developers\n" in as_ris(GROUP)
    assert "DA  - 2026/11/02\n" in as_ris(GROUP)


def test_csl_json_states_what_is_known_and_no_more(article):
    (item,) = json.loads(as_csl_json(article))
    assert item["author"][8] == {"family": "van Schaik", "given": "Ivo N."}
    assert item["issued"] == {"date-parts": [[2021]]}
    assert (item["type"], item["page"]) == ("article-journal", "1784-1792")
    assert "version" not in item
    (item,) = json.loads(as_csl_json(GROUP))
    assert item["author"] == [{"literal": "The Book developers"}]
    assert item["issued"] == {"date-parts": [[2026, 11, 2]]}
    assert "DOI" not in item


def test_nothing_is_invented(citation):
    for each in CITATION_FORMATS:
        text = each.write(citation.book).casefold()
        assert "doi.org" not in text
        assert "orcid" not in text
        assert "example" not in text


def test_a_particle_belongs_to_the_family_name(tmp_path):
    file = tmp_path / "CITATION.cff"
    author = "{family-names: Wu, name-particle: van, given-names: Li}"
    file.write_text(f"title: A\nyear: 2020\nauthors: [{author}]\n")
    assert as_text(read_citation(file).book) == "van Wu L. A. 2020."


def test_without_a_file_there_is_nothing_to_cite(tmp_path):
    assert read_citation(tmp_path / "CITATION.cff") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "CITATION.cff: "),
        ("- a list", "must state title, authors"),
        ("title: A\nauthors: [{name: B}]\n", "key year: year or date-released is missing"),
        ("title: A\nyear: 2020\n", "key authors: is missing"),
        (
            "title: A\nyear: 2020\nauthors: [{name: B}]\nurl: example.org\n",
            "key url, value 'example.org': must be an address",
        ),
        (
            "title: A\nyear: 2020\nauthors: [{name: B}]\nurl: 'https://a.org/\"x'\n",
            "must be an address",
        ),
        (
            "title: A\nyear: 2020\nauthors: [{name: B}]\nrepository-code: git@a.org:b\n",
            "key repository-code",
        ),
        (
            "title: A\nyear: 2020\nauthors: [{name: B}]\nreferences: [{title: C, year: 1}]\n",
            "key references.1.authors: is missing",
        ),
    ],
)
def test_a_fault_of_the_file_is_named(tmp_path, text, said):
    file = tmp_path / "CITATION.cff"
    file.write_text(text)
    with pytest.raises(DataError, match=r"^CITATION\.cff") as error:
        read_citation(file)
    assert said in str(error.value)
