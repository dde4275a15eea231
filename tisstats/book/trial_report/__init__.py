"""Build the report of somebody's own trial: its notebooks, with its title and its rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from tisstats.book.build import build
from tisstats.book.run.project import CONFIG, TOC, BookError, Project
from tisstats.trial.study_data import StudyData

_TEMPLATE = Path(__file__).parent

#: Of the assets of this project's own book, those that a report needs.
_ASSETS = ("book.css", "favicon.svg")

#: Notebooks that list single patients; left out if the study's description says so.
_LISTINGS = ("listings",)


def build_trial_report(
    cohort: Path,
    work: Path,
    *,
    jobs: int | None = None,
    output: Path | None = None,
    report: Callable[[str], None] = print,
) -> Path:
    """Build the report of a trial and return its folder.

    Parameters
    ----------
    cohort
        Folder with the study's description, ``study.toml``, and its tables.
    work
        Folder of intermediate files; the study has one of its own below it, named by its id.
    jobs, output, report
        As for `build`; the output is by default the folder ``html`` below it.

    Raises
    ------
    DataError
        If the description or the data are at fault.
    BookError
        If a notebook or a page fails.
    """
    data = StudyData.read(cohort)
    project = write_project(data, cohort.resolve(), work.resolve() / data.study.study.id)
    settings = [f"cohort={cohort.resolve()}"]
    chosen = output or project.root / "html"
    return build(project, settings, jobs=jobs, output=chosen, report=report)


def write_project(data: StudyData, cohort: Path, root: Path) -> Project:
    """Write the book project of a study, whose notebooks read its folder by default."""
    import yaml  # type: ignore[import-untyped]

    general = data.study.study
    for name in ("notebooks", "book"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    (root / "book" / "assets").mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load((_TEMPLATE / CONFIG).read_text(encoding="utf-8"))
    synthetic = general.data == "synthetic"
    config["title"] = general.title + (" (synthetic data)" if synthetic else "")
    if synthetic:
        options = config["sphinx"]["config"]["html_theme_options"]
        options["announcement"] = "Synthetic data: no patient of this report is a person."
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (root / CONFIG).write_text(text, encoding="utf-8")
    toc = yaml.safe_load((_TEMPLATE / TOC).read_text(encoding="utf-8"))
    left_out = () if general.listings else _LISTINGS
    toc["chapters"] = [
        chapter for chapter in toc["chapters"] if Path(chapter["file"]).name not in left_out
    ]
    (root / TOC).write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    for page in [toc["root"], *(chapter["file"] for chapter in toc["chapters"])]:
        source = (_TEMPLATE / f"{page}.ipynb").read_text(encoding="utf-8")
        (root / f"{page}.ipynb").write_text(_of_cohort(source, cohort), encoding="utf-8")
    for name in _ASSETS:
        shutil.copyfile(_assets() / name, root / "book" / "assets" / name)
    return Project.from_folder(root)


def _of_cohort(notebook: str, cohort: Path) -> str:
    """Return a notebook whose parameter cohort is this folder by default."""
    contents = json.loads(notebook)
    for cell in contents["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            line = f"cohort: str = {str(cohort)!r}  # folder of the study\n"
            cell["source"] = [
                line if given.startswith("cohort:") else given for given in cell["source"]
            ]
    return json.dumps(contents, indent=1, ensure_ascii=False) + "\n"


def _assets() -> Path:
    """Return the folder of styles, inside an installed package or beside it in a checkout."""
    package = Path(str(files("tisstats")))
    for folder in (package / "assets", package.parent / "book" / "assets"):
        if folder.is_dir():
            return folder
    raise BookError("the folder of styles, book/assets, is missing")
