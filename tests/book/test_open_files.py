"""The limit of open files."""

import pytest

from tisstats.book.run.open_files import require_open_files
from tisstats.book.run.project import BookError

resource = pytest.importorskip("resource")


@pytest.mark.parametrize(
    ("given", "most", "becomes"),
    [(80, 80, None), (79, 80, 80), (79, 79, BookError), (resource.RLIM_INFINITY, 79, None)],
)
def test_too_few_open_files_are_raised_if_possible_and_else_refused(
    monkeypatch, given, most, becomes
):
    becoming = []

    def set_limit(_kind, limits):
        if limits[0] > most:
            raise ValueError("current limit exceeds maximum limit")
        becoming.append(limits)

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (given, most))
    monkeypatch.setattr(resource, "setrlimit", set_limit)
    if becomes is BookError:
        with pytest.raises(BookError, match=r"^the limit of open files is 79; .* ulimit -n 80$"):
            require_open_files()
    else:
        require_open_files()
    assert becoming == ([(80, 80)] if becomes == 80 else [])
