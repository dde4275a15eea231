"""Signs as a printer sets them: what is set, what is left, and that the built book keeps to it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.book.parsed import drop, parse, text_of
from tisstats.book.site import typography
from tisstats.book.site.typography import typeset

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("page", "set_"),
    [
        ("<td>Kendall's W</td>", "<td>Kendall’s W</td>"),
        ("<td>Kendall&#39;s W</td>", "<td>Kendall’s W</td>"),
        ("<td>Kendall&#x27;s W</td>", "<td>Kendall’s W</td>"),
        ("<p>the tables' medians</p>", "<p>the tables’ medians</p>"),
        ("<p>joined by 'and'.</p>", "<p>joined by ‘and’.</p>"),
        ("<p><em>numpy</em>'s rule</p>", "<p><em>numpy</em>’s rule</p>"),
        ("<p>('and')</p>", "<p>(‘and’)</p>"),
        ("<td>&lt; 0.01</td>", f"<td>&lt;{SPACE}0.01</td>"),
        ("<td>P\n&gt; 0.05</td>", f"<td>P\n&gt;{SPACE}0.05</td>"),
        (
            "<p>2.3 cm of\n10 mm, 5 U/L, 3 mmol</p>",
            f"<p>2.3{SPACE}cm of\n10{SPACE}mm, 5{SPACE}U/L, 3 mmol</p>",
        ),
        ("<td>≥\n20 or ≤ .5</td>", f"<td>≥{SPACE}20 or ≤{SPACE}.5</td>"),
        ('<img alt="Fisher\'s, &lt; 1">', f'<img alt="Fisher’s, &lt;{SPACE}1">'),
        ('<td data-label="the patient&#39;s">', '<td data-label="the patient’s">'),
    ],
)
def test_text_and_what_is_read_aloud_are_set(page, set_):
    assert typeset(page) == set_
    assert typeset(set_) == set_


@pytest.mark.parametrize(
    "page",
    [
        "<code>x = 'a' if a < 1 else b</code>",
        "<pre>it's\n<span>'a'</span> &lt; 1</pre>",
        "<script>if (a < 1) b = 'c';</script>",
        "<style>a::before{content:'x'}</style>",
        "<!-- it's a comment -->",
        '<div data-mistakes="it&#39;s compared"></div>',
        '<a href="a.html?b=\'c\'" data-table="it\'s">a</a>',
        '<span class="math notranslate">\\(f\'(x) &lt; 1\\)</span>',
        "<p>a &lt; b, 1 &lt; b, n = 19, 5&nbsp;&gt;&nbsp;4</p>",
        "<p>5' and 6''</p>".replace("5'", "5 ").replace("6''", "6"),
    ],
)
def test_code_formulas_and_addresses_are_left(page):
    assert typeset(page) == page


@given(st.text("ab '<>&;=\"/\n19.", max_size=40))
def test_nothing_but_quotes_and_spaces_changes_and_setting_again_changes_nothing(text):
    once = typeset(text)
    bare = re.compile(r"['‘’ \n\u00a0]|&#0?39;")
    assert bare.sub("", once) == bare.sub("", text)
    assert typeset(once) == once


@pytest.mark.parametrize("around", ["{}", "<td>{}</td>", '<img alt="{}">'])
@pytest.mark.parametrize(
    "text",
    [
        *("'s P", "a's", "'a", "a&#39;s", "a&#039;s", "a&#x27;s", "a&apos;s"),
        *("&lt; 1", "&gt; 1", "≤ −1", "≥ .5", "≥\n1", "1 cm", "1\n%", "1 g/kg", "1 U/L"),
    ],
)
def test_what_has_a_sign_to_set_is_not_passed_over(text, around, monkeypatch):
    """Most texts have none, and are not searched for each."""
    page = around.format(text)
    quick = typeset(page)
    monkeypatch.setattr(typography, "_CHANGED", re.compile(""))
    assert quick == typeset(page) != page


@pytest.mark.build
def test_tables_captions_and_descriptions_of_the_book_are_set(built_book):
    straight, parted, grouped = [], [], []
    for path in built_book.rglob("*.html"):
        name = path.relative_to(built_book).as_posix()
        if name.startswith(("book/reference", "_static/downloads")):
            continue
        page = parse(path)
        drop(page, ".//code | .//pre | .//script | .//style | .//kbd")
        texts = [text_of(cell) for cell in page.iter("th", "td", "caption", "figcaption", "p")]
        texts += page.xpath("//img/@alt")
        for text in texts:
            straight += [(name, text[:80])] if re.search(r"\w'\w", text) else []
            parted += [(name, text[:80])] if re.search(r"[<>≤≥][ \n]\d", text) else []
            grouped += [(name, text[:80])] if re.search(r"(?<![\d.])\d{1,3},\d{3}\b", text) else []
    for path in (built_book / "_images").glob("*.svg"):
        # One rule for thousands: no sign between them, in texts as on axes.
        if re.search(r">\d{1,3},\d{3}<", path.read_text(encoding="utf-8")):
            grouped.append((path.name, ""))
    assert (straight, parted, grouped) == ([], [], [])
