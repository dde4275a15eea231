"""The command that builds the book, or the report of a trial."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tisstats.book.run.project import UsageError
from tisstats.cli.exit_codes import SUCCESS
from tisstats.cli.output import print_progress

if TYPE_CHECKING:
    from tisstats.book.run.parameters import Refusal


def book(parsed: argparse.Namespace) -> int:
    """Build the book or the report of a trial, or list parameters; copy tables and figures."""
    from tisstats.book.build import build
    from tisstats.book.downloads.export import Export
    from tisstats.book.paper.edition import Edition
    from tisstats.book.run.compiled import StaleCodeError
    from tisstats.book.run.digests import check_package
    from tisstats.book.run.parameters import list_parameters, read_parameters
    from tisstats.book.run.project import Project

    of_trial = parsed.cohort is not None and not _names_an_ensemble(parsed.cohort)
    _check_combination(parsed, of_trial)
    if of_trial:
        from tisstats.book.trial_report import check_not_of_another, report_project

        project, settings = report_project(parsed.cohort, Path("_build") / "trials", parsed.map)
        output = parsed.output or project.root / "html"
        if parsed.output is None:
            check_not_of_another(output, settings)
        refusal = None
    else:
        project = Project.from_folder(parsed.source or Path())
        check_package(project)
        if parsed.parameters:
            print(list_parameters(read_parameters(project.notebooks())))
            return SUCCESS
        settings = _with_cohort(parsed.settings, parsed.cohort)
        output = parsed.output or project.default_output
        # Rules need the published facts: reading them takes longer than an up-to-date check.
        refusal = _refusal() if settings else None
    copies = Export(parsed.tables, parsed.figures)
    copies.check(project, output, trial=parsed.cohort if of_trial else None)
    edition = Edition(parsed.pdf)
    edition.check(project, output)
    try:
        folder = build(
            project,
            settings,
            jobs=parsed.jobs,
            output=output,
            report=print_progress,
            refusal=refusal,
        )
    except StaleCodeError:
        if not parsed.own_process or os.name == "nt":  # where a process cannot be replaced
            raise
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    for line in [*copies.write(folder), *edition.write(project, folder)]:
        print_progress(line)
    index = folder / "index.html"
    shown = index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index
    print_progress(f"The book is ready: open {shown} in a browser.")
    return SUCCESS


def _refusal() -> Refusal:
    """Return the rules of the chapters for the values of their parameters."""
    from tisstats.chapters.parameters import refusal

    return refusal


def _check_combination(parsed: argparse.Namespace, of_trial: bool) -> None:
    """Raise UsageError if options were given that do not go together."""
    if of_trial and parsed.source is not None:
        raise UsageError("--source is for this project's book; a trial's report needs no project")
    if of_trial and (parsed.settings or parsed.parameters):
        given = "--set" if parsed.settings else "--parameters"
        raise UsageError(
            f"{given} is about this project's book; the choices of a trial's report are in its "
            "study.toml"
        )
    if parsed.map is not None and not of_trial:
        raise UsageError("--map is for the tables of a trial: give --cohort DIR as well")


def _names_an_ensemble(cohort: Path) -> bool:
    """Return whether this is an ensemble of synthetic cohorts, or one of its cohorts."""
    from tisstats.synthetic.ensemble import ENSEMBLE
    from tisstats.synthetic.patient_level_data import ensemble_file, split_choice

    place, _ = split_choice(str(cohort))
    found = ensemble_file(place)
    # A table of a study that is named in place of its folder is not an ensemble.
    return found is not None and found.suffix == Path(ENSEMBLE).suffix


def _with_cohort(settings: Sequence[str], cohort: Path | None) -> list[str]:
    """Return the settings with the cohort, its folder absolute, after reading its data once.

    Notebooks run in a folder of their own, where a relative path would lead nowhere.
    """
    found = []
    for setting in [*settings, *([f"cohort={cohort}"] if cohort else [])]:
        name, equals, choice = (part.strip() for part in setting.partition("="))
        if name == "cohort" and equals:
            from tisstats.synthetic.patient_level_data import absolute_choice, patient_level_data

            patient_level_data(choice)
            setting = f"cohort={absolute_choice(choice)}"
        found.append(setting)
    return found
