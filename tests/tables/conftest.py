"""What the tests of tables share."""

from __future__ import annotations

import gzip
import warnings

import pytest
from openpyxl import Workbook

from tisstats.errors import DataError


def fault_lines(act):
    """The faults that an action raises, a line each; what is warned of afterwards is as before."""
    filters = [*warnings.filters]
    with pytest.raises(DataError) as caught:
        act()
    # The error is alive, and with it each generator that its traceback holds.
    assert warnings.filters == filters, "a fault has changed which warnings are shown"
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Make a file of the given content in the current folder, and return its short name."""
    monkeypatch.chdir(tmp_path)

    def make(name, content, encoding="utf-8"):
        data = content.encode(encoding) if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path.relative_to(tmp_path)

    return make


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    """Make a workbook of the given rows in the current folder, and return its short name."""
    monkeypatch.chdir(tmp_path)

    def make(rows, name="visits.xlsx", edit=None, **others):
        book = Workbook()
        sheet = book.active
        sheet.title = "visits"
        for row in rows:
            sheet.append(row)
        for title, more in others.items():
            other = book.create_sheet(title)
            for row in more:
                other.append(row)
        if edit is not None:
            edit(book)
        book.save(tmp_path / name)
        return (tmp_path / name).relative_to(tmp_path)

    return make
