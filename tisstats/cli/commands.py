"""Implementation of the commands; imports are lazy."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tisstats.book.run.project import UsageError
from tisstats.cli.exit_codes import DATA_ERROR, SUCCESS
from tisstats.cli.output import print_error, print_progress
from tisstats.errors import DataError

if TYPE_CHECKING:
    from tisstats.book.run.parameters import Refusal
    from tisstats.statistics import PlannedArm
    from tisstats.tables import ReadOptions


@contextmanager
def wrong_values() -> Iterator[None]:
    """Report a ValueError of the package as a usage error; leave others unchanged."""
    try:
        yield
    except (DataError, UnicodeEncodeError):
        raise
    except ValueError as error:
        raise UsageError(str(error)) from None


def claims(parsed: argparse.Namespace) -> int:
    """Print the ledger of claims."""
    from tisstats.cli.kept_ledger import kept_ledger

    # A caller in this process may have changed what is imported: its output is not kept.
    if parsed.data is None and parsed.own_process:
        words = (parsed.format, parsed.verdict)
        sys.stdout.write(kept_ledger(words, lambda: _printed_ledger(parsed)))
    else:
        sys.stdout.write(_printed_ledger(parsed))
    return SUCCESS


def _printed_ledger(parsed: argparse.Namespace) -> str:
    """Evaluate the claims and return them as the command prints them."""
    from tisstats.ledger import PublishedFacts, Summary, evaluate
    from tisstats.ledger.output import FORMATS
    from tisstats.lim2021 import claims as lim2021

    published = PublishedFacts.read(parsed.data)
    of_lim2021 = published.name == lim2021.PACKAGE
    ledger = lim2021.evaluate_ledger(published) if of_lim2021 else evaluate(published)
    with wrong_values():
        shown = ledger.with_verdict(parsed.verdict)
    return FORMATS[parsed.format](shown, Summary.of(ledger))


def check(parsed: argparse.Namespace) -> int:
    """Check a data package against its description."""
    from tisstats.datapackage import STUDY, read_tables
    from tisstats.lim2021.trial_description import DESCRIPTION
    from tisstats.remarks import count_of
    from tisstats.trial import TABLES, Trial
    from tisstats.trial.study_data import StudyData

    if (parsed.directory / STUDY).is_file():
        data = StudyData.read(parsed.directory, parsed.map)
        counts = ((len(data.trial.patients), "patient"), (len(data.trial.visits), "visit"))
        shown = ", ".join(count_of(count, noun) for count, noun in counts)
        print(f"{parsed.directory} is a valid study: {shown}.")
        for remark in (*data.remarks, *data.left_out, *data.unused):
            print(f"note: {remark}")
        return SUCCESS
    _require_description(parsed.directory)
    if parsed.map is not None:
        raise UsageError(f"--map is for a study, but {parsed.directory} has no {STUDY}")
    tables = read_tables(parsed.directory)
    if set(TABLES) <= set(tables):
        Trial.read(parsed.directory, DESCRIPTION)  # checks across tables
    rows = sum(map(len, tables.values()))
    print(f"{parsed.directory} is a valid data package: {len(tables)} files, {rows} rows.")
    return SUCCESS


def _require_description(directory: Path) -> None:
    """Raise DataError where neither kind of description is there.

    Raises
    ------
    DataError
        If the folder is a file, or is there without a description.
    """
    from tisstats.datapackage import DESCRIPTOR, STUDY
    from tisstats.errors import DataError, Fault

    if directory.is_file():
        message = f"is a file; name the folder that holds {STUDY} or {DESCRIPTOR}"
        raise DataError([Fault(str(directory), message)])
    for place in (directory / STUDY, directory / DESCRIPTOR):
        if place.exists() and not place.is_file():
            raise DataError([Fault(str(place), "is not a regular file")])
    if directory.is_dir() and not (directory / DESCRIPTOR).is_file():
        message = (
            f"has neither {STUDY}, the description of a study, which tisstats new writes, nor "
            f"{DESCRIPTOR}, that of a data package"
        )
        raise DataError([Fault(str(directory), message)])


def read_options(parsed: argparse.Namespace) -> ReadOptions:
    """Return what the options of a command declare about files of tables."""
    from tisstats.tables import ReadOptions

    return ReadOptions(
        encoding=parsed.encoding,
        missing_codes=tuple(parsed.missing_codes),
        decimal=parsed.decimal,
        sheet=parsed.sheet,
    )


def score(parsed: argparse.Namespace) -> int:
    """Score a table of visits."""
    from tisstats.measures.score_file import score_file

    of_core_set = core_set_options(parsed)
    with wrong_values():
        score_file(
            parsed.visits,
            parsed.output,
            report=print_error,
            options=read_options(parsed),
            mapping=parsed.map,
            vas_max=parsed.vas_max,
            population=parsed.population,
            core_set=parsed.core_set,
            missing=parsed.missing,
            scheduler=parsed.scheduler,
            progress=progress_stream(shown=parsed.progress),
            **of_core_set,
        )
    return SUCCESS


def progress_stream(*, shown: bool) -> TextIO | None:
    """Return the stream for the progress: standard error, if a terminal or if it is asked for."""
    stream = sys.stderr
    return stream if stream is not None and (shown or stream.isatty()) else None


def core_set_options(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the core set that were given.

    Raises
    ------
    UsageError
        If one is missing, given twice, or of the other core set.
    """
    from tisstats.measures.ranges import ARGUMENTS_OF

    chosen = parsed.core_set
    given = {
        core_set: [name for name in options if getattr(parsed, name) is not None]
        for core_set, options in ARGUMENTS_OF.items()
    }
    if others := [name for core_set in given if core_set != chosen for name in given[core_set]]:
        raise UsageError(f"--core-set {chosen} has no {_as_options(others)}: leave it out")
    required = [name for name, needed in ARGUMENTS_OF[chosen].items() if needed]
    if absent := [name for name in required if name not in given[chosen]]:
        unknown = ": the worst and the best possible score, for which we found no public source"
        why = unknown if "chq_phs_range" in absent else ""
        raise UsageError(f"--core-set {chosen} requires {_as_options(absent)}{why}")
    found = {name: getattr(parsed, name) for name in given[chosen]}
    if "uln" in found:
        found["uln"] = dict(parsed.uln)
        if len(found["uln"]) < len(parsed.uln):
            raise UsageError("--uln given twice for one enzyme")
    return found


def _as_options(names: Sequence[str]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in names)


def reconstruct(parsed: argparse.Namespace) -> int:
    """Generate synthetic cohorts."""
    from tisstats.synthetic.command import reconstruct as draw

    print(draw(parsed.cohorts, parsed.seed, parsed.output, parsed.scheduler, sys.stderr))
    return SUCCESS


def sensitivity(parsed: argparse.Namespace) -> int:
    """Compute a study's results under every combination of defensible choices."""
    from tisstats.parallel import ProgressPrinter
    from tisstats.tables import FormatError, check_writable, write_table
    from tisstats.trial.study_data import StudyData
    from tisstats.trial.study_specifications import StudySpecifications

    try:
        check_writable(parsed.output)
    except FormatError as error:
        raise UsageError(str(error)) from None
    data = StudyData.read(parsed.directory, parsed.map)
    _refuse_input(parsed.output, data.trial.files.values())
    study = StudySpecifications(data)
    shown = ProgressPrinter(sys.stderr, "tables of counts, by method")
    try:
        table = study.table(scheduler=parsed.scheduler, progress=shown)
    finally:
        shown.close()
    write_table(table, parsed.output)
    print_error(f"{parsed.output}: {len(table)} results, one row each")
    return SUCCESS


def _refuse_input(output: Path, files: Iterable[str]) -> None:
    """Refuse an output that is a file from which the study was read."""
    if not output.exists():
        return
    for file in map(Path, files):
        # Of data sets, which are not named by their files, all of their folder are kept.
        kept = [file] if file.exists() else file.parent.glob("*")
        if any(each.exists() and output.samefile(each) for each in kept):
            raise UsageError(f"{output}: is a table of the study, which is not overwritten")


def bounds(parsed: argparse.Namespace) -> int:
    """Prove bounds and write their table."""
    from tisstats.bounds.command import prove_p_ranges, prove_table

    if parsed.p_values and parsed.only:
        raise UsageError("--only cannot be combined with --p-values")
    try:
        with wrong_values():
            if parsed.p_values:
                prove_p_ranges(parsed.output, print_error)
            else:
                prove_table(
                    parsed.output, print_error, only=parsed.only, sensitivity=parsed.sensitivity
                )
    except ModuleNotFoundError as missing:
        if missing.name != "ortools":
            raise
        print_error(str(missing))
        return DATA_ERROR
    return SUCCESS


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
        project = Project.from_folder(parsed.source)
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
    if of_trial and (parsed.settings or parsed.parameters):
        given = "--set" if parsed.settings else "--parameters"
        raise UsageError(
            f"{given} is about this project's book; the choices of a trial's report are in its "
            "study.toml"
        )
    if parsed.map is not None and not of_trial:
        raise UsageError("--map is for the tables of a trial: give --cohort DIR as well")


def export(parsed: argparse.Namespace) -> int:
    """Write a study as CDISC analysis data sets."""
    from tisstats.trial.cdisc import write_analysis_datasets
    from tisstats.trial.study_cdisc import study_datasets
    from tisstats.trial.study_data import StudyData

    datasets = study_datasets(StudyData.read(parsed.directory, parsed.map))
    for path in write_analysis_datasets(datasets, parsed.output, parsed.format):
        print(path)
    return SUCCESS


def new(parsed: argparse.Namespace) -> int:
    """Write the files of a new study."""
    from tisstats.trial.template import write_new_study

    for path in write_new_study(parsed.directory, parsed.core_set):
        print(path)
    folder = shlex.quote(str(parsed.directory))
    print(
        f"Fill in {parsed.directory / 'study.toml'} and the tables; then tisstats check "
        f"{folder} and tisstats book --cohort {folder}."
    )
    return SUCCESS


#: Sets of exercises that take seconds, so that their progress is shown.
_MANY_SETS = 20


def exercises(parsed: argparse.Namespace) -> int:
    """Write a set of fresh exercises."""
    from tisstats.parallel import ProgressPrinter
    from tisstats.teaching.exercise_files import formatted, write_sets
    from tisstats.teaching.fresh_cases import fresh_cases

    if parsed.output is None and parsed.students > 1:
        raise UsageError("--students: several sets need a folder: add --output DIR")
    if parsed.output is None:
        form = parsed.format or "md"
        text = formatted(fresh_cases(parsed.seed), parsed.seed, form, key=parsed.key)
        sys.stdout.write(text)
        return SUCCESS
    formats = (parsed.format,) if parsed.format else ("md", "html")
    seeds = range(parsed.seed, parsed.seed + parsed.students)
    many = len(seeds) >= _MANY_SETS and sys.stderr is not None
    shown = ProgressPrinter(sys.stderr, "sets of exercises") if many else None
    try:
        written = write_sets(seeds, parsed.output, key=parsed.key, formats=formats, progress=shown)
    finally:
        if shown is not None:
            shown.close()
    for path in written:
        print(path)
    return SUCCESS


def simulate(parsed: argparse.Namespace) -> int:
    """Simulate a trial and print its operating characteristics."""
    from tisstats.cli.characteristics import FORMATS
    from tisstats.statistics import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials

    options = {
        "alpha": parsed.alpha,
        "alternative": parsed.alternative,
        "missing": parsed.missing,
        "confidence_level": parsed.confidence_level,
    }
    # Without a choice, the default of the design applies.
    chosen = {"test": parsed.test, "interval_method": parsed.interval}
    options |= {name: value for name, value in chosen.items() if value is not None}
    _check_courses(parsed)
    arms = _arm_options(parsed)
    with wrong_values():
        if parsed.courses:
            planned = [_arm_from_courses(parsed, **arm) for arm in arms]
        else:
            planned = [planned_arm(**arm) for arm in arms]
        design: SingleArmDesign | TwoArmDesign
        if len(planned) == 1:
            design = SingleArmDesign(*planned, null_proportion=parsed.null, **options)
        else:
            design = TwoArmDesign(*planned, **options)
        found = simulate_trials(design, trials=parsed.trials, seed=parsed.seed)
    sys.stdout.write(FORMATS[parsed.format](design, found))
    return SUCCESS


#: Options of ``tisstats simulate`` that an arm has; those of one value are of each arm.
ARM_OPTIONS = ("patients", "response", "courses", "rescue", "missed", "missed_without_response")


def _arm_from_courses(parsed: argparse.Namespace, *, courses: Path, **arm: Any) -> PlannedArm:
    """Return an arm whose patients are drawn from a file of scored visits."""
    from tisstats.trial.planned_courses import planned_arm_from_courses
    from tisstats.trial.score_courses import read_score_courses

    return planned_arm_from_courses(
        scores=read_score_courses(courses),
        threshold=parsed.threshold,
        kind="best" if parsed.kind == "best" else "at week",
        **arm,
    )


def _check_courses(parsed: argparse.Namespace) -> None:
    """Raise UsageError if options of courses and of rates are mixed, or there are none."""
    given = [name for name in ("threshold", "kind") if getattr(parsed, name) is not None]
    if parsed.courses is None:
        if parsed.response is None:
            raise UsageError("one of --response and --courses is required")
        if given:
            raise UsageError(f"{_as_options(given)}: only with --courses")
        return
    rates = ("response", "missed_without_response")
    if mixed := [name for name in rates if getattr(parsed, name) is not None]:
        raise UsageError(f"--courses has no {_as_options(mixed)}: leave it out")
    if parsed.threshold is None:
        raise UsageError("--courses requires --threshold")


def _arm_options(parsed: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the options of each arm.

    Raises
    ------
    UsageError
        If options are for different numbers of arms, or of another design.
    """
    given = {name: values for name in ARM_OPTIONS if (values := getattr(parsed, name)) is not None}
    if many := [name for name, values in given.items() if len(values) > 2]:
        raise UsageError(f"{_as_options(many)}: give one value, or two for two arms")
    arms = max(len(values) for values in given.values())
    if arms == 1 and parsed.null is None:
        raise UsageError(
            "a single arm requires --null; for two arms give two values, such as --response 0.7 0.4"
        )
    if arms == 2 and parsed.null is not None:
        raise UsageError("--null is for a single arm, but two values of an option were given")
    return [
        {name: values[min(arm, len(values) - 1)] for name, values in given.items()}
        for arm in range(arms)
    ]


def _names_an_ensemble(cohort: Path) -> bool:
    """Return whether this is an ensemble of synthetic cohorts, or one of its cohorts."""
    from tisstats.synthetic.ensemble import ENSEMBLE
    from tisstats.synthetic.patient_level_data import ensemble_file, split_choice

    place, _ = split_choice(str(cohort))
    found = ensemble_file(place)
    # A table of a study that is named in place of its folder is no ensemble.
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
