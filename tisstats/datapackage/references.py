"""Rows of a data package that may refer to none, and rows to which doubtful ones refer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tisstats.datapackage.doubtful_rows import PlainFile, are_texts


def follow_references(
    files: dict[str, PlainFile | None], schemas: Mapping[str, Mapping[str, Any]]
) -> None:
    """Doubt rows that refer to none of another file, and note the rows that doubtful ones need.

    A file that refers to one that is not plain is not plain, and the other way round.

    Parameters
    ----------
    files : dict of str to PlainFile or None
        The files by name, changed in place.
    schemas : mapping of str to mapping
        Their schemas.
    """
    links = []
    for name, schema in schemas.items():
        for given in schema.get("foreignKeys", []):
            link = _link(name, given, files)
            if link is None:
                # A reference of another kind; what it leads to is not known.
                for other in files:
                    files[other] = None
                return
            links.append(link)
    _leave_plain_together(files, links)
    plain = [link for link in links if files[link.name] is not None]
    for link in plain:
        _doubt_references(files, link)
    # A row that is needed may itself refer to others.
    before = -1
    while before != (now := sum(len(file.needed) for file in files.values() if file)):
        before = now
        for link in plain:
            _need_references(files, link)


def _leave_plain_together(files: dict[str, PlainFile | None], links: Sequence[_Link]) -> None:
    """Leave no file plain that refers to one that is not, or the other way round."""
    changed = True
    while changed:  # until no file is left that is plain on one side alone
        changed = False
        for link in links:
            pair = {link.name, link.target}
            if any(files[each] is None for each in pair) and any(files[each] for each in pair):
                files.update(dict.fromkeys(pair))
                changed = True


@dataclass(frozen=True, slots=True)
class _Link:
    name: str
    columns: list[str]
    target: str
    target_columns: list[str]


def _link(name: str, given: Any, files: Mapping[str, PlainFile | None]) -> _Link | None:
    """Return a reference from one file to another; None if it is of another kind."""
    if not isinstance(given, dict) or not isinstance(given.get("reference"), dict):
        return None
    columns, there = given.get("fields"), given["reference"].get("fields")
    target = given["reference"].get("resource")
    names = [columns] if isinstance(columns, str) else columns
    target_names = [there] if isinstance(there, str) else there
    if not (are_texts(names) and are_texts(target_names) and names) or target == name:
        return None
    if not isinstance(target, str) or target not in files or len(names) != len(target_names):
        return None
    for file, found in ((files[name], names), (files[target], target_names)):
        if file is not None and not file.can_compare(found):
            return None
    return _Link(name, names, target, target_names)


def _doubt_references(files: Mapping[str, PlainFile | None], link: _Link) -> None:
    file, target = files[link.name], files[link.target]
    assert file is not None
    assert target is not None
    if not len(file.cells):
        return
    known = set(target.keys(link.target_columns)) if len(target.cells) else set()
    file.doubt(~file.keys(link.columns).isin(known).to_numpy())
    for name in link.columns:
        file.doubt(file.cells[name].isin(file.missing).to_numpy())


def _need_references(files: Mapping[str, PlainFile | None], link: _Link) -> None:
    file, target = files[link.name], files[link.target]
    assert file is not None
    assert target is not None
    chosen = np.isin(file.rows, file.kept())
    if not chosen.any() or not len(target.cells):
        return
    wanted = set(file.keys(link.columns)[chosen])
    found = target.keys(link.target_columns)
    target.needed.update(target.rows[found.isin(wanted).to_numpy()].tolist())
    for name in link.target_columns:
        blank = target.cells[name].isin(target.missing).to_numpy()
        target.needed.update(target.rows[blank].tolist())
