"""Build the report of somebody's own trial: its notebooks, with its title and its rows."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import tisstats
from tisstats.book.run.project import CONFIG, TOC, BookError, Project, UsageError
from tisstats.book.run.target import check_work_folder
from tisstats.book.site.output import BuildStamp
from tisstats.errors import DataError
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData

_TEMPLATE = Path(__file__).parent

#: Of the assets of this project's own book, those that a report needs.
_ASSETS = (
    *("book.css", "drawers.js", "favicon.svg", "print.css", "print.js"),
    *("search.css", "search.js", "search_engine.js", "tables.css", "tables.js"),
)

#: The page on how to cite, and who wrote the software.
_CITE = "book/cite"
_DEVELOPERS = "The tisstats developers"

#: Notebooks that list individual patients; left out if the study's description says so.
_LISTINGS = ("listings",)


def report_project(
    cohort: Path, work: Path, mapping: Path | None = None
) -> tuple[Project, list[str]]:
    """Write the book project of a trial's report, and return it with its settings.

    Parameters
    ----------
    cohort
        Folder with the study's description, ``study.toml``, and its tables.
    work
        Folder of intermediate files; the study has one of its own below it, named by its id.
    mapping
        A mapping file for the tables; see `StudyData.read`.

    Returns
    -------
    Project
        The project.
    list of str
        Settings ``name=value`` to build it with: they equal the defaults of its notebooks, and name
        what the build depends on.

    Raises
    ------
    UsageError
        If the folder of intermediate files cannot be written.
    DataError
        If the description or the data are at fault.
    """
    check_work_folder(work)
    data = StudyData.read(cohort, mapping)
    read = {"cohort": str(cohort.resolve())}
    read["mapping"] = "" if mapping is None else str(mapping.resolve())
    project = write_project(data, read, work.resolve() / data.study.study.id)
    return project, [f"{name}={value}" for name, value in read.items()]


def check_not_of_another(output: Path, settings: Sequence[str]) -> None:
    """Raise UsageError if a folder has the report of another trial, whose tables still exist.

    Reports are in folders named by the id of their study, which a template gives to many.
    """
    stamp = BuildStamp.read(output)
    cohorts = [
        next((Path(each.partition("=")[2]) for each in given if each.startswith("cohort=")), None)
        for given in (stamp.settings if stamp else (), settings)
    ]
    other, own = cohorts
    if other is not None and other != own and _has_id(other, output.parent.name):
        raise UsageError(
            f"{output} has the report of {other}, a study with the same id: change study.id, or "
            "name a folder with --output"
        )


def _has_id(folder: Path, name: str) -> bool:
    """Return whether a folder has a study with this id, or one whose id cannot be read."""
    if not (folder / "study.toml").is_file():
        return False
    try:
        return Study.read(folder).study.id == name
    except DataError:
        return True


def write_project(data: StudyData, defaults: Mapping[str, str], root: Path) -> Project:
    """Write the book project of a study, whose notebooks have these defaults."""
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
        options["announcement"] = (
            "Synthetic data, as the study's description declares: no patient is a real person."
        )
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (root / CONFIG).write_text(text, encoding="utf-8")
    toc = yaml.safe_load((_TEMPLATE / TOC).read_text(encoding="utf-8"))
    left_out = () if general.listings else _LISTINGS
    toc["chapters"] = [
        chapter for chapter in toc["chapters"] if Path(chapter["file"]).name not in left_out
    ]
    (root / TOC).write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    (root / f"{_CITE}.md").write_text(cite_page(config["title"]), encoding="utf-8")
    notebooks = [chapter["file"] for chapter in toc["chapters"] if chapter["file"] != _CITE]
    for page in [toc["root"], *notebooks]:
        source = (_TEMPLATE / f"{page}.ipynb").read_text(encoding="utf-8")
        (root / f"{page}.ipynb").write_text(with_defaults(source, defaults), encoding="utf-8")
    for name in _ASSETS:
        shutil.copyfile(_assets() / name, root / "book" / "assets" / name)
    return Project.from_folder(root)


def cite_page(title: str) -> str:
    """Return the page that says how to cite a report and its software, as Markdown."""
    # In a block of text, which a title with a fence of its own must not end.
    plain = " ".join(title.split()).replace("`", "'").removesuffix(".")
    filled = {"title": plain, "version": tisstats.__version__, "developers": _DEVELOPERS}
    page = (_TEMPLATE / f"{_CITE}.md").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda field: filled[field[1]], page)


def with_defaults(notebook: str, defaults: Mapping[str, str]) -> str:
    """Return a notebook whose parameters have other default values."""
    contents = json.loads(notebook)
    for cell in contents["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = [_with_default(line, defaults) for line in cell["source"]]
    return json.dumps(contents, indent=1, ensure_ascii=False) + "\n"


def _with_default(line: str, defaults: Mapping[str, str]) -> str:
    name, colon, rest = line.partition(":")
    if not colon or name not in defaults:
        return line
    _, hash_mark, comment = rest.partition("#")
    return f"{name}: str = {defaults[name]!r}  {hash_mark}{comment}"


def _assets() -> Path:
    """Return the folder of styles, inside an installed package or beside it in a checkout."""
    package = Path(str(files("tisstats")))
    for folder in (package / "assets", package.parent / "book" / "assets"):
        if folder.is_dir():
            return folder
    raise BookError("the folder of styles, book/assets, is missing")
