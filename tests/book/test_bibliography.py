"""The list of references and the citations: labels, names and titles."""

import pytest
from pybtex.database import parse_string

from tisstats.book.site.bibliography import Style
from tisstats.book.site.citations import Citations, cited_names, cited_year

ENTRY = """@article{%s,
  author = {%s}, title = {%s}, journal = {Journal}, year = {%s}, volume = {1}, pages = {2--3}
}
"""


def formatted(*entries):
    text = "".join(ENTRY % (f"key{at}", *entry) for at, entry in enumerate(entries))
    return list(Style().format_bibliography(parse_string(text, "bibtex")))


@pytest.mark.parametrize(
    ("author", "label"),
    [
        ("Rider, Lisa G. and others", "Rider 2017"),
        ("van Swieten, J. C. and Koudstaal, P. J.", "van Swieten 2017"),
        ("Baschung Pfister, Pierrette", "Baschung Pfister 2017"),
        ("{IMACS}", "IMACS 2017"),
    ],
)
def test_a_label_is_the_first_author_and_the_year(author, label):
    (entry,) = formatted((author, "A title", "2017"))
    assert entry.label == label


def test_works_of_an_author_and_a_year_have_letters():
    found = formatted(
        ("Rider, L.", "Two", "2017"), ("Rider, L.", "One", "2017"), ("Rider, L.", "Old", "2004")
    )
    assert [(entry.label, entry.key) for entry in found] == [
        ("Rider 2004", "key2"),
        ("Rider 2017a", "key1"),
        ("Rider 2017b", "key0"),
    ]


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Rider, Lisa G. and others", "Lisa G. Rider, et al."),
        ("Lim, A. and Rider, B. and others", "A. Lim, B. Rider, et al."),
        ("Lim, A. and Rider, B.", "A. Lim and B. Rider."),
        ("Lim, A. and Rider, B. and Cai, T.", "A. Lim, B. Rider, and T. Cai."),
        ("Lim, Johan", "Johan Lim."),
    ],
)
def test_names_that_are_left_out_are_et_al(author, names):
    (entry,) = formatted((author, "A title", "2017"))
    assert entry.text.render_as("text").startswith(f"{names} A title. Journal, 1:2")


def test_a_title_keeps_its_capital_letters():
    title = "How many? A review of Myositis Early In the diSease course"
    (entry,) = formatted(("Lim, Johan", title, "2019"))
    assert f" {title}. " in entry.text.render_as("text")


def test_an_entry_without_a_name_is_refused():
    text = "@article{key, title = {A title}, journal = {Journal}, year = {2017}}"
    with pytest.raises(KeyError, match="author"):
        list(Style().format_bibliography(parse_string(text, "bibtex")))


def cited(*entries):
    """Names and years of entries as a citation has them."""
    text = "".join(ENTRY % (f"key{at}", *entry) for at, entry in enumerate(entries))
    known = parse_string(text, "bibtex")
    for found in Style().format_bibliography(known):
        data = {
            "entry": known.entries[found.key],
            "formatted_entry": found,
            "style": Citations(),
        }
        names, year = cited_names(full=False), cited_year()
        yield f"{names.format_data(data)}, {year.format_data(data)}"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Sultan, S. M. and others", "Sultan et al."),
        ("Lim, A. and Rider, B. and others", "Lim et al."),
        ("Lim, A. and Rider, B. and Cai, T.", "Lim et al."),
        ("Cherin, P. and van Swieten, J.", "Cherin and van Swieten"),
        ("{ProDERM sub-analysis}", "ProDERM sub-analysis"),
    ],
)
def test_a_citation_names_one_or_two_authors_or_the_first(author, names):
    assert list(cited((author, "A title", "no date"))) == [f"{names}, no date"]


def test_citations_have_the_letters_of_the_list():
    authors = "Rider, L. and Ruperto, N. and others"
    found = cited((authors, "Two", "2017"), (authors, "One", "2017"), (authors, "Old", "2004"))
    assert list(found) == ["Rider et al., 2004", "Rider et al., 2017a", "Rider et al., 2017b"]
