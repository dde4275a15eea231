"""The command ``tisstats reconstruct``: draw an ensemble and write it with its first cohort."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TextIO

from tisstats.lim2021.trial_description import REFERENCE_FOLDER
from tisstats.parallel import ProgressPrinter
from tisstats.sentences import count_of
from tisstats.synthetic.effect import EFFECT_FILE
from tisstats.synthetic.ensemble import (
    ENSEMBLE,
    WARNING,
    Ensemble,
    fill_package,
)
from tisstats.synthetic.run import REFERENCE_CANDIDATES, draw_ensemble
from tisstats.tables.atomic import check_empty, write_folder


def reconstruct(
    cohorts: int, seed: int, output: Path, scheduler: str | None, stream: TextIO
) -> str:
    """Draw the cohorts and write them, all or nothing.

    Parameters
    ----------
    cohorts, seed, scheduler
        As for `tisstats.synthetic.draw_ensemble`.
    output
        Folder to make.
    stream
        Where progress is shown.

    Returns
    -------
    str
        What was written, in a line.

    Raises
    ------
    DataError
        If the folder holds something, cannot be written, or the scheduler cannot be reached.
    """
    check_empty(output)
    shown = ProgressPrinter(stream, "cohort" if cohorts == 1 else "cohorts")
    try:
        ensemble = draw_ensemble(seed, cohorts, scheduler=scheduler, progress=shown)
    finally:
        shown.close()
    write_reconstruction(ensemble, output)
    return (
        f"{output}: {count_of(len(ensemble), 'synthetic cohort')} in {ENSEMBLE}, "
        f"the first, the most plausible of {REFERENCE_CANDIDATES} drawn for its place, as a data "
        f"package in {REFERENCE_FOLDER}."
    )


def write_reconstruction(ensemble: Ensemble, directory: Path) -> None:
    """Write an ensemble, its first cohort as a data package, and a README; all or nothing."""

    def fill(folder: Path) -> None:
        ensemble.write(folder / ENSEMBLE)
        fill_package(ensemble.cohort(0), folder / REFERENCE_FOLDER)
        text = Template(
            files("tisstats.synthetic").joinpath("readme.txt").read_text("utf-8")
        ).substitute(
            warning=WARNING,
            cohorts=len(ensemble),
            count=count_of(len(ensemble), "synthetic cohort"),
            seed=ensemble.seed,
            ensemble=ENSEMBLE,
            reference=REFERENCE_FOLDER,
            effect=EFFECT_FILE,
            candidates=REFERENCE_CANDIDATES,
        )
        (folder / "README.md").write_text(text, encoding="utf-8", newline="")

    write_folder(directory, fill)
