"""The insurance: settings for plain Sphinx, and the comparison of two builds."""

from __future__ import annotations

import pytest
import yaml
from jupyter_book.config import get_final_config

from tests.conftest import ROOT
from tools.insurance.compare import differences
from tools.insurance.settings import conf_py, sphinx_settings

CONFIG = (ROOT / "_config.yml").read_text(encoding="utf-8")

#: What Jupyter Book adds that the book does without.
UNUSED = {"jupyter_book", "sphinx_thebe", "sphinx_comments", "sphinx.ext.intersphinx"}


def jupyter_books_settings():
    options = {"latex_individualpages": False}
    settings, _ = get_final_config(user_yaml=yaml.safe_load(CONFIG), cli_config=options)
    return settings


def test_settings_are_those_that_jupyter_book_makes():
    ours, theirs = sphinx_settings(yaml.safe_load(CONFIG)), jupyter_books_settings()
    extensions = [name for name in theirs.pop("extensions") if name not in UNUSED]
    assert set(ours.pop("extensions")) >= set(extensions) - {"sphinx_multitoc_numbering"}
    ours["exclude_patterns"] = sorted({*ours["exclude_patterns"], "Thumbs.db", ".DS_Store"})
    theirs["exclude_patterns"] = sorted(theirs["exclude_patterns"])
    theirs["external_toc_path"] = "_toc.yml"  # which its command line adds
    assert {name: theirs.get(name) for name in ours} == ours


def test_of_the_configuration_nothing_is_forgotten():
    """A section that is new in the configuration has to be thought of."""
    known = {
        *("title", "author", "copyright", "logo", "only_build_toc_files", "exclude_patterns"),
        *("execute", "parse", "html", "latex", "bibtex_bibfiles", "sphinx", "repository"),
    }
    assert set(yaml.safe_load(CONFIG)) <= known


def test_off_is_a_word():
    assert sphinx_settings({"execute": {"execute_notebooks": False}})["nb_execution_mode"] == "off"
    assert "nb_execution_mode" not in sphinx_settings({})


def test_the_text_of_conf_py_gives_the_settings_back():
    settings = sphinx_settings(yaml.safe_load(CONFIG))
    read = {}
    exec(conf_py(settings), read)
    assert {name: read[name] for name in settings} == settings


PAGE = '<article class="bd-article"><h1 id="a">Hi<a class="headerlink">#</a></h1>{}</article>'


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (PAGE.format("<p>One two three.</p>"), []),
        (PAGE.format("<p>One <b>two</b> three.</p>"), []),
        (PAGE.format("<p>One 2 three.</p>"), ["page: “two” became “2”"]),
        (PAGE.format("<p>One two three.</p><img>"), ["page: 0 elements img became 1"]),
        (PAGE.replace(' id="a"', "").format("<p>One two three.</p>"), ["page: anchors lost: a"]),
        (None, ["page: missing"]),
    ],
)
def test_what_differs_is_named(tmp_path, changed, found):
    for folder, text in (("old", PAGE.format("<p>One two three.</p>")), ("new", changed)):
        (tmp_path / folder).mkdir()
        if text is not None:
            (tmp_path / folder / "page.html").write_text(text, encoding="utf-8")
    assert list(differences(tmp_path / "old", tmp_path / "new", ["page"])) == found
