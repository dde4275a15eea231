"""Whole builds of a tiny book."""

import html
import json
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx.builders import html as html_builders

from tisstats.book.build import build
from tisstats.book.run import digests, kernels
from tisstats.book.run.project import BookError, UsageError
from tisstats.book.site.output import MARK, check_replaceable
from tisstats.book.site.policy import content_policy
from tisstats.book.site.theme import leave_out_unused_files

pytestmark = pytest.mark.build

FIRST = "1/2] 01_first"
SECOND = "/2] 02_second"


def ran(lines: list[str]) -> set[str]:
    """Return the notebooks that did run, going by the lines of progress."""
    told = [re.fullmatch(r"\[\d/2\] (\S+)  (.*)", line) for line in lines]
    return {line[1] for line in told if line and re.fullmatch(r"\d+\.\d s", line[2])}


def test_a_book_is_built_with_what_its_pages_paste(tiny_book):
    intro = tiny_book.page("book/intro")
    assert '<span class="pasted-text">40</span> points' in intro
    assert '<span class="pasted-text">17</span>' in intro
    assert 'alt="A line that rises to the threshold."' in tiny_book.page("notebooks/01_first")
    assert "Not the published analysis" not in intro
    assert (tiny_book.html / "index.html").is_file()


def test_a_title_is_text_on_every_page_and_all_state_what_may_run(tiny_book):
    pages = [path for path in tiny_book.html.rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > len(tiny_book.project.pages())
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert "<i>tiny" not in page, path
        assert "&amp;lt;" not in page, path
        assert page.count('<meta http-equiv="Content-Security-Policy"') == 1, path
        head = page.partition("<script")[0].partition("<link")[0]
        assert content_policy(page) in html.unescape(head), path


def test_nothing_is_done_when_nothing_has_changed(tiny_book):
    before = tiny_book.state()
    assert tiny_book.build() == ["Up to date."]
    assert tiny_book.build("threshold=40") == ["Up to date."]
    assert tiny_book.state() == before


def test_two_builds_from_nothing_give_the_same_bytes(tiny_book, new_book):
    new_book.build()
    assert new_book.state() == tiny_book.state()


#: So many that Sphinx makes them in several processes.
CHAPTERS = range(12)


@pytest.fixture
def long_book(new_book):
    """A book of many pages, each of which pastes, and cites a figure of another."""
    chapters = "".join(f"      - file: book/chapter_{number}\n" for number in CHAPTERS)
    toc = new_book.root / "_toc.yml"
    toc.write_text(f"{toc.read_text()}{chapters}")
    pasted = "{glue:text}`../notebooks/01_first.ipynb::threshold:s`"
    for number in CHAPTERS:
        linked = f"{{doc}}`chapter_{(number + 5) % len(CHAPTERS)}`"
        page = new_book.root / "book" / f"chapter_{number}.md"
        page.write_text(f"# Chapter {number}\n\n{pasted} points, see {linked}.\n")
    return new_book


@pytest.mark.skipif(not kernels.CAN_FORK, reason="this system cannot fork")
def test_pages_are_the_same_from_one_process_and_from_several(long_book):
    states = []
    for jobs in (1, 3):
        shutil.rmtree(long_book.root / "_build", ignore_errors=True)
        build(long_book.project, jobs=jobs, report=[].append)
        states.append(long_book.state())
        log = (long_book.project.logs / "pages.log").read_text()
        assert (" .. " in log) == (jobs > 1)  # Sphinx names the first and last page of a share
    assert states[0] == states[1]


@pytest.mark.skipif(not kernels.CAN_FORK, reason="this system cannot fork")
def test_a_fault_that_another_process_finds_is_told(long_book):
    for number in (3, 8):
        page = long_book.root / "book" / f"chapter_{number}.md"
        page.write_text(f"{page.read_text()}\n{{doc}}`nowhere_{number}`\n")
    with pytest.raises(BookError) as caught:
        build(long_book.project, jobs=2, report=[].append)
    told = str(caught.value)
    for number in (3, 8):
        assert f"book/chapter_{number}.md:5: WARNING: unknown document: 'nowhere_{number}'" in told
    assert "Traceback" not in told


def test_nothing_in_a_book_tells_which_python_built_it_or_where(tiny_book):
    assert ".buildinfo" not in tiny_book.state()  # a hash of paths
    texts = [content.decode("utf-8", "replace") for content in tiny_book.state().values()]
    version = platform.python_version()
    for text in (sys.version, f'"{version}"', f">{version}<", sys.prefix, str(tiny_book.root)):
        assert not any(text in each for each in texts), text
    kept = json.loads(tiny_book.state()["_sources/notebooks/01_first.ipynb"])
    assert "version" not in kept["metadata"]["language_info"]


def test_another_python_builds_the_book_again_and_the_same(tiny_book, monkeypatch):
    before = tiny_book.state()
    monkeypatch.setattr(digests.sys, "version", "4.0")
    assert ran(tiny_book.build()) == {"01_first", "02_second"}
    assert tiny_book.state() == before
    assert tiny_book.build() == ["Up to date."]
    monkeypatch.undo()
    assert ran(tiny_book.build()) == set()  # their results are still kept
    assert tiny_book.state() == before


def test_changed_prose_is_built_without_running_a_notebook(tiny_book):
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text(intro.read_text().replace("# Intro", "# Another beginning"))
    lines = tiny_book.build()
    assert ran(lines) == set()
    # Also where other pages name it.
    assert all("Another beginning" in page for page in tiny_book.pages().values())


def test_changed_data_reach_every_page(tiny_book):
    (tiny_book.root / "data" / "datum.txt").write_text("18")
    assert ran(tiny_book.build()) == {"01_first", "02_second"}
    assert '<span class="pasted-text">18</span>' in tiny_book.page("book/intro")


def test_a_number_pasted_from_a_changed_notebook_is_fresh(tiny_book):
    first = json.loads(tiny_book.first.read_text())
    first["cells"][2]["source"] = first["cells"][2]["source"].replace("str(threshold)", "'forty'")
    tiny_book.first.write_text(json.dumps(first))
    assert ran(tiny_book.build()) == {"01_first"}
    assert '<span class="pasted-text">forty</span> points' in tiny_book.page("book/intro")


@pytest.mark.parametrize("edited", [False, True])
def test_an_edited_notebook_runs_in_a_forked_kernel_whatever_its_date(
    tiny_book, monkeypatch, edited
):
    started = []
    start = kernels.fork_server
    monkeypatch.setattr(kernels, "fork_server", lambda log: started.append(log) or start(log))
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text(f"{intro.read_text()}\nMore.\n")
    first = tiny_book.first.read_text()
    if edited:
        assert "str(threshold)" in first
        tiny_book.first.write_text(first.replace("str(threshold)", "'forty'"))
    for notebook in (tiny_book.first, tiny_book.second):
        os.utime(notebook, (1, 1))
    assert ran(tiny_book.build()) == ({"01_first"} if edited else set())
    assert ("forty" in tiny_book.page("book/intro")) == edited
    assert len(started) == edited


def test_a_page_that_left_the_book_leaves_the_output(tiny_book):
    toc = tiny_book.root / "_toc.yml"
    toc.write_text(
        toc.read_text()
        .replace("    chapters:\n      - file: notebooks/01_first\n", "    chapters:\n")
        .replace("02_second", "01_first")
    )
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text("# Intro\n")
    tiny_book.build()
    assert not (tiny_book.html / "notebooks" / "02_second.html").exists()


def test_another_choice_is_told_on_every_page(tiny_book):
    lines = tiny_book.build("threshold=20", "level=0.95")
    assert ran(lines) == {"01_first", "02_second"}
    for page in tiny_book.pages().values():
        assert "<strong>threshold&nbsp;=&nbsp;20</strong> (default 40)" in page
        assert "level&nbsp;" not in page
    assert '<span class="pasted-text">20</span> points' in tiny_book.page("book/intro")
    shown = re.sub("<[^>]+>", "", tiny_book.page("notebooks/01_first"))
    assert "threshold = 20" in shown
    assert "threshold: int = 40" not in shown
    # And back, for which nothing needs to run.
    assert ran(tiny_book.build()) == set()
    for page in tiny_book.pages().values():
        assert "Not the published analysis" not in page


@pytest.mark.parametrize("setting", ["treshold=20", "threshold=many", "threshold"])
def test_a_wrong_setting_is_refused_before_anything_runs(tiny_book, setting):
    before = tiny_book.state()
    lines = []
    with pytest.raises(UsageError):
        lines = tiny_book.build(setting)
    assert lines == []
    assert tiny_book.state() == before


def test_a_faulty_page_leaves_the_last_good_book_and_names_the_source(tiny_book):
    before = tiny_book.state()
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text(
        "# Intro\n\n{term}`unknown`\n\n[nowhere](nowhere.md)\n\n"
        "{glue:text}`../notebooks/01_first.ipynb::nothing:s`\n"
    )
    with pytest.raises(BookError) as caught:
        tiny_book.build()
    message = str(caught.value)
    assert "book/intro.md:3: WARNING" in message
    assert "book/intro.md:5: WARNING" in message
    assert "book/intro.md:7: WARNING" in message
    assert "_build/src" not in message
    assert "Traceback" not in message
    # Seen from here, which is another folder than the project's.
    assert message.endswith(f"(full log: {tiny_book.root}/_build/logs/pages.log)")
    assert tiny_book.state() == before


def test_a_notebook_that_warns_is_a_fault(tiny_book, notebook_writer, code_cell):
    (tiny_book.root / "book" / "intro.md").write_text("# Intro\n")
    notebook_writer(
        tiny_book.second,
        {"cell_type": "markdown", "metadata": {}, "source": "# Second"},
        code_cell("import sys; _ = sys.stderr.write('beware')"),
    )
    with pytest.raises(BookError, match=r"notebooks/02_second\.ipynb.*stderr"):
        tiny_book.build()


def test_a_faulty_configuration_is_told_in_few_lines(tiny_book):
    config = tiny_book.root / "_config.yml"
    config.write_text(config.read_text().replace("tisstats.book.site.theme", "no.such.extension"))
    with pytest.raises(BookError) as caught:
        tiny_book.build()
    assert "no.such.extension" in str(caught.value)
    assert len(str(caught.value).splitlines()) < 6


def test_the_output_may_go_elsewhere_and_be_replaced_there(tiny_book, tmp_path):
    elsewhere = tmp_path / "a" / "site"
    tiny_book.build(output=elsewhere)
    assert (elsewhere / "book" / "intro.html").is_file()
    assert tiny_book.build(output=elsewhere) == ["Up to date."]
    before = (elsewhere / "index.html").read_bytes()
    (elsewhere / "index.html").write_bytes(before[:-1])
    (kept,) = tiny_book.project.cache.glob("02_second-*")
    kept.write_bytes(kept.read_bytes().replace(b"17", b"71"))
    # What is damaged is made again, of the results and of the pages.
    assert ran(tiny_book.build(output=elsewhere)) == {"02_second"}
    assert (elsewhere / "index.html").read_bytes() == before


def test_a_foreign_folder_is_refused_before_anything_runs(new_book, tmp_path):
    (tmp_path / "letters.txt").write_text("precious")
    with pytest.raises(UsageError, match="is not a book folder"):
        new_book.build(output=tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "precious"
    assert not (new_book.root / "_build").exists()


def test_what_is_put_into_the_folder_during_the_build_is_not_replaced(
    tiny_book, notebook_writer, code_cell, tmp_path
):
    (tiny_book.root / "book" / "intro.md").write_text("# Intro\n")
    elsewhere = tmp_path / "site"
    notebook_writer(
        tiny_book.second,
        {"cell_type": "markdown", "metadata": {}, "source": "# Second"},
        code_cell(
            f"import pathlib; new = pathlib.Path({str(elsewhere)!r}); new.mkdir()\n"
            "_ = (new / 'thesis.docx').write_text('precious')"
        ),
    )
    with pytest.raises(UsageError, match="site is not a book folder"):
        tiny_book.build(output=elsewhere)
    assert [path.name for path in elsewhere.iterdir()] == ["thesis.docx"]


def test_a_build_leaves_nothing_half_done_behind(tiny_book):
    left = {path.name for path in (tiny_book.root / "_build").iterdir()}
    kept = ("html", "logs", "nbcache", "pages", "pythons", "readings.json", "src")
    assert left == {".lock", ".pages-lock", *kept}
    assert (tiny_book.html / MARK).is_file()


def test_files_of_the_theme_that_no_reader_needs_are_not_copied(tiny_book):
    for folder in (tiny_book.html, tiny_book.project.kept_pages / "html"):
        names = {path.name for path in (folder / "_static").rglob("*")}
        assert "pydata-sphinx-theme.css" in names
        assert not names & {"locales", "webpack-macros.html"}
        assert not [name for name in names if name.endswith(".map")]


def test_another_book_of_the_process_keeps_the_files_of_its_theme():
    usual, seen = html_builders.DOTFILES, []
    builder = SimpleNamespace(copy_theme_static_files=lambda _: seen.append(html_builders.DOTFILES))
    leave_out_unused_files(SimpleNamespace(builder=builder))
    assert html_builders.DOTFILES is usual
    builder.copy_theme_static_files({})
    (while_copied,) = seen
    for name in ("scripts/theme.js.map", "sub/locales", "locales", ".git"):
        assert while_copied(name)
    assert not while_copied("styles/theme.css")
    assert html_builders.DOTFILES is usual
    leave_out_unused_files(SimpleNamespace(builder=SimpleNamespace()))  # as of LaTeX


def test_results_of_code_that_changed_meanwhile_are_not_kept(tiny_book, notebook_writer, code_cell):
    (tiny_book.root / "book" / "intro.md").write_text("# Intro\n")
    code = tiny_book.root / "package" / "table.csv"
    notebook_writer(
        tiny_book.second,
        {"cell_type": "markdown", "metadata": {}, "source": "# Second"},
        code_cell(f"import pathlib; _ = pathlib.Path({str(code)!r}).write_text('changed')"),
    )
    assert ran(tiny_book.build()) == {"02_second"}
    # Every notebook depends on the tables of the package, the first one too.
    assert ran(tiny_book.build()) == {"01_first", "02_second"}
    assert tiny_book.build() == ["Up to date."]


def test_a_build_waits_for_another_one(tiny_book):
    fcntl = pytest.importorskip("fcntl")
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text("# Another beginning\n")
    told = queue.Queue()
    first = tiny_book.root / "_build" / ".lock"
    with first.open("w") as lock, ThreadPoolExecutor() as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = pool.submit(build, tiny_book.project, report=told.put)
        assert told.get(timeout=300) == "Waiting for another build of this book to finish."
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert second.result(timeout=300) == tiny_book.html.resolve()
    assert "Another beginning" in tiny_book.page("book/intro")


def test_the_plain_way_builds_the_same_pages(new_book):
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", new_book.root, "-W", "-n"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '<span class="pasted-text">40</span> points' in new_book.page("book/intro")
    check_replaceable(new_book.html, new_book.project)
