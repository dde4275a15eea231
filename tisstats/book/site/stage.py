"""A mirror of the sources in which the notebooks have already run."""

from __future__ import annotations

import html
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tisstats.book.run.execute import Run
from tisstats.book.run.fingerprint import mirrored
from tisstats.book.run.parameters import Parameter, Value, written
from tisstats.book.run.project import CONFIG, Project


def stage(project: Project, runs: Sequence[Run], banner: str) -> None:
    """Make the mirror from scratch.

    Parameters
    ----------
    runs
        The notebooks of the book; their results take the place of the sources.
    banner
        HTML to show at the top of every page; empty for none.
    """
    shutil.rmtree(project.staged, ignore_errors=True)
    for source in mirrored(project):
        _copy(source, project.staged / source.relative_to(project.root))
    for run in runs:
        _copy(run.result, project.staged / run.notebook.relative_to(project.root))
    config = staged_config((project.root / CONFIG).read_text(encoding="utf-8"), banner)
    (project.staged / CONFIG).write_text(config, encoding="utf-8")


def staged_config(config: str, banner: str) -> str:
    """Return the book's settings for a mirror, whose notebooks must not run again."""
    import yaml  # type: ignore[import-untyped]

    settings: dict[str, Any] = yaml.safe_load(config) or {}
    settings["execute"] = {**(settings.get("execute") or {}), "execute_notebooks": "off"}
    if banner:
        # The theme's options under `sphinx` replace those that Jupyter Book collects elsewhere.
        sphinx = settings.setdefault("sphinx", {})
        sphinx["config"] = sphinx.get("config") or {}
        options = sphinx["config"].get("html_theme_options")
        if options is None:
            settings["html"] = {**(settings.get("html") or {}), "announcement": banner}
        else:
            options["announcement"] = banner
    text: str = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    return text


def banner(overrides: Mapping[str, Value], known: Mapping[str, Parameter]) -> str:
    """Return HTML that names what the reader has changed; empty if nothing."""
    if not overrides:
        return ""
    changes = ", ".join(
        f"<strong>{html.escape(name)}&nbsp;=&nbsp;{html.escape(written(value))}</strong>"
        f" (default {html.escape(written(known[name].default))})"
        for name, value in overrides.items()
    )
    return f"Not the published analysis: this copy was built with {changes}."


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
