import pytest
import yaml

from tisstats.book.run.execute import NotebookRun
from tisstats.book.run.kept import write_kept
from tisstats.book.run.parameters import Parameter
from tisstats.book.run.project import BookError
from tisstats.book.site.stage import override_banner, stage_sources, staged_config

THRESHOLD = Parameter("threshold", "int", 40, "points", ("one",))
METHOD = Parameter("method", "str", "<exact>", "", ("one",))
STRICT = Parameter("strict", "bool", False, "", ("one",))


def test_no_change_needs_no_banner():
    assert override_banner({}, {"threshold": THRESHOLD}) == ""


def test_the_banner_names_each_change_and_its_default():
    known = {"threshold": THRESHOLD, "strict": STRICT}
    text = override_banner({"threshold": 20, "strict": True}, known)
    assert "<strong>threshold&nbsp;=&nbsp;20</strong> (default 40)" in text
    assert "<strong>strict&nbsp;=&nbsp;true</strong> (default false)" in text


def test_the_banner_is_escaped():
    text = override_banner({"method": "<script>alert('x')</script>"}, {"method": METHOD})
    assert "<script>" not in text
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in text
    assert "default &lt;exact&gt;" in text


def test_the_mirror_does_not_run_notebooks_again():
    staged = yaml.safe_load(staged_config("execute: {execute_notebooks: force, timeout: 5}", ""))
    assert staged["execute"] == {"execute_notebooks": "off", "timeout": 5}


def test_an_empty_config_will_do():
    assert yaml.safe_load(staged_config("", ""))["execute"]["execute_notebooks"] == "off"


def test_streams_that_are_merged_already_are_left_alone():
    config = "sphinx: {config: {nb_merge_streams: true, language: en}}"
    staged = yaml.safe_load(staged_config(config, ""))
    assert staged["sphinx"] == {
        "config": {"language": "en"},
        "extra_extensions": ["tisstats.book.pages.unchanged"],
    }


def test_the_banner_goes_where_the_theme_reads_it():
    plain = yaml.safe_load(staged_config("html: {baseurl: x}", "changed"))
    assert plain["html"] == {"baseurl": "x", "announcement": "changed"}
    config = "sphinx: {config: {html_theme_options: {home_page_in_toc: true}}}"
    replaced = yaml.safe_load(staged_config(config, "changed"))
    assert replaced["sphinx"]["config"]["html_theme_options"] == {
        "home_page_in_toc": True,
        "announcement": "changed",
    }


def test_the_mirror_holds_the_sources_and_the_executed_notebooks(new_book):
    result = new_book.root / "_build" / "nbcache" / "01_first-0.ipynb"
    result.parent.mkdir(parents=True)
    write_kept(result, "executed")
    stale = new_book.project.staging_folder / "book" / "gone.md"
    stale.parent.mkdir(parents=True)
    stale.touch()
    stage_sources(new_book.project, [NotebookRun(new_book.first, b"", result)], "")
    staged = new_book.project.staging_folder
    assert (staged / "notebooks" / "01_first.ipynb").read_text() == "executed"
    assert (staged / "book" / "intro.md").read_bytes() == (
        new_book.root / "book" / "intro.md"
    ).read_bytes()
    assert (staged / "data" / "datum.txt").is_file()
    assert not stale.exists()


def test_a_result_that_was_damaged_meanwhile_is_not_shown(new_book):
    result = new_book.root / "result"
    write_kept(result, "executed")
    result.write_bytes(result.read_bytes().replace(b"exec", b"EXEC"))
    with pytest.raises(BookError, match="01_first: its result was lost or damaged"):
        stage_sources(new_book.project, [NotebookRun(new_book.first, b"", result)], "")
