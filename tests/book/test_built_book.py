"""The real book, as it lies on the disk."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from lxml import html

from tests.book.parsed import of_class, parse, text_of
from tests.book.shown import Executed, check_results
from tisstats.book.run.digests import Surroundings
from tisstats.book.run.execute import plan_runs
from tisstats.book.run.kept import read_kept
from tisstats.book.run.project import Project

pytestmark = pytest.mark.build

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project.from_folder(ROOT)
PAGES = PROJECT.pages()
NOTEBOOKS = PROJECT.notebooks()
#: Elements that make a browser fetch something, and the attribute that says what.
FETCHING = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "srcset",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "video": "src",
    "audio": "src",
    "track": "src",
    "use": "href",
    "image": "href",
}
ADDRESS_IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


def missing(address: str, page: Path) -> bool:
    """Whether an address leads out of the book or to nothing in it."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return False
    if parts.scheme or parts.netloc:
        return True
    return not (page.parent / unquote(parts.path)).exists()


@pytest.fixture(scope="module")
def all_pages(built_book):
    """Every page that there is, parsed."""
    return {page: parse(page) for page in sorted(built_book.rglob("*.html")) if in_book(page)}


def in_book(page: Path) -> bool:
    return "_static" not in page.parts


@pytest.mark.parametrize("name", [*PAGES, "index", "search", "genindex"])
def test_a_page_is_there(built_book, name):
    assert (built_book / f"{name}.html").stat().st_size > 400


def test_whatever_pages_fetch_lies_beside_them(all_pages):
    faults = [
        f"{page.name}: {name} {address}"
        for page, parsed in all_pages.items()
        for name, attribute in FETCHING.items()
        for address in parsed.xpath(f"//{name}/@{attribute}")
        if missing(address, page)
    ]
    assert faults == []
    # A list of several would not be an address.
    assert not any(parsed.xpath("//img[@srcset] | //source[@src]") for parsed in all_pages.values())


def test_whatever_styles_fetch_lies_beside_them(built_book, all_pages):
    faults = [
        f"{sheet.name}: {address[0] or address[1]}"
        for sheet in built_book.rglob("*.css")
        for address in ADDRESS_IN_STYLE.findall(sheet.read_text(encoding="utf-8"))
        if missing(address[0] or address[1], sheet)
    ]
    for page, parsed in all_pages.items():
        inline = parsed.xpath("//style/text() | //@style")
        faults += [f"{page.name}: {style}" for style in inline if ADDRESS_IN_STYLE.search(style)]
    assert faults == []


def test_every_class_of_a_style_sheet_is_used(built_book):
    sheets = [*(ROOT / "book" / "assets").glob("*.css"), *(ROOT / "tisstats").rglob("*.css")]
    used = set()
    for page in built_book.rglob("*.html"):
        for names in re.findall(r'class="([^"]*)"', page.read_text(encoding="utf-8")):
            used.update(names.split())
    makers = ROOT / "tisstats" / "book"
    writers = [file for end in ("*.py", "*.js", "*.html") for file in makers.rglob(end)]
    writers += built_book.rglob("*.js")
    for file in writers:
        if not file.name.endswith(("_data.js", "_index.js")):
            used.update(re.findall(r"[\w-]+", file.read_text(encoding="utf-8")))
    unused = []
    for sheet in sheets:
        css = re.sub(
            r"/\*.*?\*/|\{[^{}]*\}|\[[^]]*\]",
            "",
            sheet.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        names = set(re.findall(r"\.([A-Za-z][\w-]*)", css))
        # A number at the end may be added by whoever writes the class, as in series-2.
        unused += [
            f"{sheet.name}: {name}"
            for name in names
            if not {name, name.rstrip("0123456789")} & used
        ]
    # The theme excepts these tables; a rule that outweighs the theme's repeats the exception.
    assert sorted(unused) == ["book.css: dataframe"]


def test_links_within_the_book_lead_somewhere(all_pages):
    targets = {page: set(parsed.xpath("//@id")) for page, parsed in all_pages.items()}
    faults = []
    for page, parsed in all_pages.items():
        for link in dict.fromkeys(parsed.xpath("//a/@href")):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            known = targets.get(target)
            # The empty fragment is the top of a page.
            lost = parts.fragment and known is not None and unquote(parts.fragment) not in known
            if not target.exists() or lost:
                faults.append(f"{page.name}: {link}")
    assert faults == []


#: The page whose cases are counts, such as 4 of 4.
AGREEMENT = "method_agreement"

#: "Of 13 values, 13 are right", "13 of 13 values": all of them, in the words of a program.
COUNTED_TWICE = re.compile(
    r"\b[Oo]f (?:the |these )?(\d+)\b[^.;:()]{0,60}, \1 (?:are|is|were|was|match|hold|have|has)\b"
    r"|\b(\d+) of \2 [a-z]"
)


def test_sentences_say_all_and_no_question_ends_in_a_colon(built_book, all_pages):
    faults = []
    for page, parsed in all_pages.items():
        if page.is_relative_to(built_book / "book" / "reference") or page.stem == AGREEMENT:
            continue  # examples of functions, and cases that have counts as their names
        for element in parsed.xpath("//article//p | //article//li"):
            text = " ".join(text_of(element).split())
            found = COUNTED_TWICE.search(text)
            if found or "?:" in text:
                faults.append(f"{page.name}: {found[0] if found else text}")
    assert faults == []


def is_described(image):
    """Whether an image has alternative text in words, and not the name of its file."""
    alt = image.get("alt", "").strip()
    return len(alt) > 20 and not re.search(r"\.(svg|png|jpe?g)$|_images/", alt)


def test_figures_are_described_in_words(all_pages):
    images = [
        (page.name, image) for page, parsed in all_pages.items() for image in parsed.iter("img")
    ]
    assert images
    assert [(page, dict(image.attrib)) for page, image in images if not is_described(image)] == []


def test_every_figure_of_a_notebook_has_a_caption_and_an_image(built_book, all_pages):
    for notebook in NOTEBOOKS:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        given = (cell["metadata"].get("mystnb", {}).get("figure") for cell in cells)
        names = [figure["name"] for figure in given if figure]
        parsed = all_pages[built_book / "notebooks" / f"{notebook.stem}.html"]
        assert len(parsed.xpath("//article//img")) == len(names), notebook.stem
        for name in names:
            (figure,) = parsed.xpath(f"//figure[@id='{name}']")
            (caption,) = figure.iter("figcaption")
            assert len(text_of(caption)) > 20, name
            assert len(list(filter(is_described, figure.iter("img")))) == 1, name


@pytest.mark.parametrize("alt", ["", 'alt=""', 'alt="../_images/forest-of-intervals.svg"'])
def test_an_image_without_words_is_found(alt):
    assert not is_described(html.fromstring(f"<img src='a.svg' {alt}>"))


def test_no_page_shows_an_error(all_pages):
    for page, parsed in all_pages.items():
        # An example in a docstring may show what is refused.
        shown = parsed.xpath(f"//text()[not(ancestor::*{of_class('doctest')})]")
        text = " ".join(shown)
        for trace in ("Traceback (most recent call last)", "KeyError", "NameError", "<Figure size"):
            assert trace not in text, f"{page.name}: {trace}"
        for faulty in (("output", "traceback"), ("output", "stderr"), ("system-message",)):
            assert not parsed.xpath(f"//*{of_class(*faulty)}"), page.name


def test_every_pasted_value_is_there(all_pages):
    pasted = [
        (page.name, text_of(value).strip())
        for page, parsed in all_pages.items()
        for value in parsed.xpath(f"//*{of_class('pasted-text')}")
    ]
    assert len(pasted) > 20
    for page, value in pasted:
        assert value, page
        assert value not in {"None", "nan", "NaN", "NaT", "inf"}, f"{page}: {value}"
        assert not re.match(r"^(np\.|<|\{|array)", value), f"{page}: {value}"


def test_formulas_bring_mathjax_and_nothing_else_does(built_book):
    for name in PAGES:
        html = (built_book / f"{name}.html").read_text(encoding="utf-8")
        assert ('class="math' in html) == ("_static/tex-svg.js" in html), name


def test_titles_and_buttons_of_the_theme_say_what_they_are_once(all_pages):
    names = set()
    for page, parsed in all_pages.items():
        title, *repeated = parsed.findtext(".//title").split(" — ")
        assert title not in repeated, page
        named = parsed.xpath(
            f"//*{of_class('toctree-l1')}//summary | //button{of_class('sidebar-toggle')}"
        )
        names |= {each.get("title") or each.attrib["aria-label"] for each in named}
    assert {"Pages of this book", "Contents of this page", "Pages of The outcome measures"} <= names
    assert not any("sidebar" in name for name in names)


def test_thebe_is_gone(built_book):
    for page in built_book.rglob("*.html"):
        assert "thebe" not in page.read_text(encoding="utf-8").lower(), page.name


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_for_the_common_kernel_before_and_after_running(built_book, notebook):
    executed = built_book / "_sources" / "notebooks" / notebook.name
    for path in (notebook, executed):
        kernel = json.loads(path.read_text(encoding="utf-8"))["metadata"]["kernelspec"]
        assert (kernel["name"], kernel["language"]) == ("python3", "python")


def test_nothing_tells_of_the_machine_that_built_it(built_book):
    for path in built_book.rglob("*"):
        if path.suffix in {".html", ".ipynb", ".svg", ".js", ".json"}:
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path.name


def test_words_can_be_searched_for(built_book):
    index = (built_book / "_static" / "search_index.js").read_text(encoding="utf-8")
    for word in ("immunoglobulin", "Clopper"):
        assert word in index


def cells_of(notebook: Path) -> list[tuple[str, str, dict]]:
    """Kind, text and figure of each cell."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [(cell.cell_type, cell.source, cell.metadata.get("mystnb", {})) for cell in cells]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_in_the_book_has_the_cells_of_its_source(built_book, notebook):
    """What they show is compared where nbval runs them, see `tests.notebook_outputs`."""
    published = built_book / "_sources" / "notebooks" / notebook.name
    assert cells_of(published) == cells_of(notebook)


@pytest.fixture(scope="module")
def kept_results(built_book):  # noqa: ARG001 - a build keeps them
    """What the build has kept of each run, by the name of the notebook."""
    runs = plan_runs(PROJECT, {}, {}, Surroundings.of_project(PROJECT))
    return {run.notebook.name: read_kept(run.result).decode("utf-8") for run in runs}


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_every_number_of_a_notebook_is_explained_in_the_results(kept_results, name):
    results = Executed(kept_results[name])
    assert results.glued
    check_results(results)
