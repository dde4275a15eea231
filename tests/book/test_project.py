from pathlib import Path

import pytest

from tisstats.book.run.project import BookError, Project, UsageError

TOC = """\
format: jb-book
root: book/intro
parts:
  - caption: One
    chapters:
      - file: notebooks/01_first.ipynb
        sections:
          - file: book/deeper.md
      - url: https://example.org
  - caption: Two
    chapters:
      - file: book/last
"""


def test_pages_come_in_reading_order_without_suffixes(new_book):
    (new_book.root / "_toc.yml").write_text(TOC)
    assert new_book.project.pages() == [
        "book/intro",
        "notebooks/01_first",
        "book/deeper",
        "book/last",
    ]


def test_notebooks_are_the_pages_that_are_notebooks(new_book):
    (new_book.root / "notebooks" / "draft.ipynb").write_text("{}")
    assert new_book.project.notebooks() == [new_book.first, new_book.second]


def test_a_broken_table_of_contents_is_told_in_one_line(new_book):
    (new_book.root / "_toc.yml").write_text("root: [")
    with pytest.raises(BookError, match=r"^_toc\.yml: .*line 1") as caught:
        new_book.project.pages()
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_book_is_refused_in_one_line(tmp_path):
    (tmp_path / "_toc.yml").touch()
    with pytest.raises(UsageError, match=r"missing _config\.yml") as caught:
        Project.from_folder(tmp_path)
    assert "_toc.yml" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_may_be_named_in_any_way(new_book, monkeypatch):
    monkeypatch.chdir(new_book.root / "book")
    assert Project.from_folder(Path("..")).root == new_book.root.resolve()
