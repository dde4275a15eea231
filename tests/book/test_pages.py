import pytest

from tisstats.book.pages import place_in_sources


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("book/intro.md:12: WARNING: x", "book/intro.md:12: WARNING: x"),
        ("notebooks/a.ipynb:30004: ERROR: x", "notebooks/a.ipynb: cell 3, line 4: ERROR: x"),
        ("notebooks/a.ipynb: WARNING: x", "notebooks/a.ipynb: WARNING: x"),
    ],
)
def test_complaints_name_the_sources_not_the_mirror(new_book, place, shown):
    project = new_book.project
    assert place_in_sources(f"{project.staged}/{place}", project) == shown
