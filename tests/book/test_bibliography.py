"""The list of references: labels, names and titles."""

import pytest
from pybtex.database import parse_string

from tisstats.book.site.bibliography import Style

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
