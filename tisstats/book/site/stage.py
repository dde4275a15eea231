"""Staged sources, with executed notebooks."""

from __future__ import annotations

import html
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tisstats.book.run.digests import page_source_files
from tisstats.book.run.execute import NotebookRun
from tisstats.book.run.kept import read_kept
from tisstats.book.run.parameters import Parameter, Value, format_value
from tisstats.book.run.project import CONFIG, BookError, Project

#: The extension that spares pages of which nothing has changed.
_UNCHANGED = "tisstats.book.pages.unchanged"


def stage_sources(project: Project, runs: Sequence[NotebookRun], banner: str) -> None:
    """Copy the sources, with executed notebooks, into a fresh staging folder.

    Parameters
    ----------
    runs
        The notebooks of the book; their results replace the sources.
    banner
        HTML to show at the top of every page; empty for none.
    """
    shutil.rmtree(project.staging_folder, ignore_errors=True)
    for source in page_source_files(project):
        _copy(source, project.staging_folder / source.relative_to(project.root))
    for run in runs:
        result = read_kept(run.result)
        if result is None:  # since it was found whole a moment ago
            raise BookError(f"{run.name}: its result was lost or damaged meanwhile; build again")
        target = project.staging_folder / run.notebook.relative_to(project.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(result)
    config = staged_config((project.root / CONFIG).read_text(encoding="utf-8"), banner)
    (project.staging_folder / CONFIG).write_text(config, encoding="utf-8")


def staged_config(config: str, banner: str) -> str:
    """Return the configuration for staged sources, whose notebooks must not run again."""
    import yaml  # type: ignore[import-untyped]

    settings: dict[str, Any] = yaml.safe_load(config) or {}
    settings["execute"] = {**(settings.get("execute") or {}), "execute_notebooks": "off"}
    sphinx = settings["sphinx"] = settings.get("sphinx") or {}
    sphinx["extra_extensions"] = [*(sphinx.get("extra_extensions") or []), _UNCHANGED]
    # Results have their streams merged: the way of the page builder hangs at a long line.
    (sphinx.get("config") or {}).pop("nb_merge_streams", None)
    if banner:
        # Theme options under `sphinx` override those that Jupyter Book collects elsewhere.
        sphinx["config"] = sphinx.get("config") or {}
        options = sphinx["config"].get("html_theme_options")
        if options is None:
            settings["html"] = {**(settings.get("html") or {}), "announcement": banner}
        else:
            options["announcement"] = banner
    text: str = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    return text


def override_banner(overrides: Mapping[str, Value], known: Mapping[str, Parameter]) -> str:
    """Return HTML that lists the overridden parameters; empty if there are none."""
    if not overrides:
        return ""
    changes = ", ".join(
        f"<strong>{html.escape(name)}&nbsp;=&nbsp;{html.escape(format_value(value))}</strong>"
        f" (default {html.escape(format_value(known[name].default))})"
        for name, value in overrides.items()
    )
    return f"Not the published analysis: this copy was built with {changes}."


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
