"""The command-line parser."""

from __future__ import annotations

import argparse
import contextlib
import errno
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import tisstats
from tisstats.cli import commands as run
from tisstats.errors import on_one_line, shortened
from tisstats.sentences import capitalised

Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


#: A number as it is written, in ASCII digits.
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"

#: Most characters of what is wrong with a command line.
_LONGEST_ERROR = 1_000

#: Most digits of an integer; seeds are part of names of files.
_MOST_DIGITS = 100

#: Help of the option that names a mapping file.
MAPPING = "mapping file: your columns, values and units to ours (TOML)"

#: On what the output of a random seed depends.
SAME = "with the same versions of Python and its libraries"


class _Parser(argparse.ArgumentParser):
    """A parser that hides no failure to print its help, and cuts what it repeats."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong in a line, and exit."""
        super().error(on_one_line(shortened(message, _LONGEST_ERROR)))

    def _print_message(self, message: str, file: Any = None) -> None:
        stream = file or sys.stderr
        if not message or stream is None:
            return
        with contextlib.suppress(OSError) if stream is sys.stderr else contextlib.nullcontext():
            stream.write(message)
            stream.flush()


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = _Parser(prog="tisstats", description=tisstats.__doc__)
    top.add_argument("--version", action="version", version=f"%(prog)s {tisstats.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (
        add_claims,
        add_check,
        add_new,
        add_export,
        add_score,
        add_book,
        add_reconstruct,
        add_sensitivity,
        add_bounds,
        add_exercises,
        add_simulate,
    ):
        add(commands)
    return top


def add_command(
    commands: Commands, name: str, does: str, epilog: str = "", *, more: str = ""
) -> argparse.ArgumentParser:
    """Add a subcommand that calls the function of its name."""
    description = f"{capitalised(does)}{more}."
    added = commands.add_parser(name, help=does, description=description, epilog=epilog)
    added.set_defaults(run=getattr(run, name))
    return added


def add_claims(commands: Commands) -> None:
    """Add ``tisstats claims``."""
    does = "print the ledger: the numbers of the article, each with its verdict"
    add = add_command(commands, "claims", does).add_argument
    add("--format", choices=("table", "csv", "json"), default="table", help="default: table")
    verdict = "show only claims with this verdict, such as 'not reproduced'"
    add("--verdict", metavar="V", default="all", help=verdict)
    facts = "data package of published facts (default: the study's)"
    add("--data", metavar="DIR", type=parse_path, help=facts)


def add_check(commands: Commands) -> None:
    """Add ``tisstats check``."""
    does = "check the tables of a study, or the files of a data package, against their description"
    add = add_command(commands, "check", does).add_argument
    add("directory", metavar="DIR", type=parse_path, help="folder of the study or data package")
    add("--map", metavar="FILE", type=parse_path, help=MAPPING)


def add_new(commands: Commands) -> None:
    """Add ``tisstats new``."""
    does = "write the files of a new study: its description, empty tables and a filled example"
    add = add_command(commands, "new", does).add_argument
    add(
        "directory",
        metavar="DIR",
        type=parse_new_folder,
        help="folder to write; must be empty or not exist",
    )
    sets = "core set of the study: IMACS (default) or, for juvenile patients, PRINTO"
    add("--core-set", choices=("imacs", "printo"), default="imacs", help=sets)


def add_export(commands: Commands) -> None:
    """Add ``tisstats export``."""
    does = "write the data of a study as CDISC analysis data sets"
    add = add_command(commands, "export", does).add_argument
    add("directory", metavar="DIR", type=parse_path, help="folder of the study")
    formats = "CSV, Parquet, SAS transport version 5 or Dataset-JSON 1.1 (default: csv)"
    add("--format", choices=("csv", "parquet", "xpt", "json"), default="csv", help=formats)
    add("--map", metavar="FILE", type=parse_path, help=MAPPING)
    out = "output folder; must not contain data sets yet"
    add("-o", "--output", metavar="OUT", type=parse_new_folder, required=True, help=out)


def add_score(commands: Commands) -> None:
    """Add ``tisstats score``."""
    does = "compute the Total Improvement Score of every visit in a table"
    columns = (
        "Files: .csv, .tsv (both also .gz), .xlsx or .parquet. Columns, in any order and letter "
        "case: patient_id, week and the measures of the core set; others are kept. IMACS: "
        "physician_global, patient_global, mmt, haq, extramuscular, and any of ck, aldolase, ldh, "
        "ast, alt. PRINTO: physician_global, parent_global, cmas, chaq, chq_phs, das. A patient's "
        "baseline is the row of the lowest week, even if that is not week 0; a note names such "
        "patients. Rows before week 0 are refused if the patient has a week 0."
    )
    add = add_command(commands, "score", does, columns).add_argument
    file = "file, one row per patient and visit; - reads CSV from standard input"
    add("visits", metavar="VISITS", type=parse_path, help=file)
    population = "adult (default) or juvenile: whose cut-offs of the categories apply"
    add("--population", choices=("adult", "juvenile"), default="adult", help=population)
    measured = "measures of IMACS (default) or, for juvenile patients, those of PRINTO"
    add("--core-set", choices=("imacs", "printo"), default="imacs", help=measured)
    add_core_set(add)
    vas = "visual analogue scales: 10 in cm (default), 100 in mm"
    add("--vas-max", metavar="N", type=parse_number, default=10, help=vas)
    missing = "missing measures: score is missing (na, default) or bounds are added (bounds)"
    add("--missing", choices=("na", "bounds"), default="na", help=missing)
    add_reading(add)
    output = "output file (default: -, CSV to standard output)"
    add("-o", "--output", metavar="OUT", type=parse_path, help=output)
    workers = "address of a Dask scheduler, whose workers must see the folder of the output"
    add("--scheduler", metavar="ADDRESS", type=parse_address, help=workers)
    shown = "show the progress on standard error, even if it is not a terminal"
    add("--progress", action="store_true", help=shown)


def add_core_set(add: Callable[..., argparse.Action]) -> None:
    """Add the options of `tisstats score` that belong to one core set, without their defaults."""
    most = (
        "IMACS, required: maximum MMT score, 80 or 150 (MMT-8), 260 (26 tests; MMT24), "
        "240 (assumed)"
    )
    add("--mmt-max", metavar="N", type=parse_number, help=most)
    uln = "IMACS, required: upper limit of normal, a number or a column name; repeat per enzyme"
    add("--uln", metavar="ENZYME=LIMIT", type=parse_uln, action="append", help=uln)
    unit = "IMACS: unit of enzymes and limits (default: U/L)"
    add("--enzyme-unit", choices=("U/L", "microkat/L"), help=unit)
    panel = (
        "IMACS: if an enzyme is missing at baseline, use none (complete, default) or the most "
        "abnormal measured one (measured)"
    )
    add("--enzyme-panel", choices=("complete", "measured"), help=panel)
    ends = (
        "PRINTO, required: worst and best possible CHQ-PhS; we found no public source, so none "
        "is assumed"
    )
    add("--chq-phs-range", metavar=("WORST", "BEST"), type=parse_number, nargs=2, help=ends)
    top = "PRINTO: maximum of the CMAS, 52 (default) or 51 (earlier version)"
    add("--cmas-max", metavar="N", type=parse_number, help=top)


def add_reading(add: Callable[..., argparse.Action]) -> None:
    """Add the options that say how files of tables are read."""
    add("--map", metavar="FILE", type=parse_path, help=MAPPING)
    code = "cell that stands for a missing value, such as -9; repeatable"
    codes = {"dest": "missing_codes", "action": "append", "default": []}
    add("--missing-code", metavar="CODE", help=code, **codes)
    decimal = "decimal mark of CSV: . or , (default: it must be evident from the numbers)"
    add("--decimal", metavar="MARK", choices=(".", ","), help=decimal)
    add("--sheet", metavar="NAME", help="sheet of an .xlsx file (default: its only sheet)")
    encoding = "encoding of a CSV file, such as latin-1 (default: utf-8)"
    add("--encoding", metavar="NAME", help=encoding)


def add_book(commands: Commands) -> None:
    """Add ``tisstats book``."""
    add = add_command(
        commands, "book", "run the notebooks and build the book as static pages"
    ).add_argument
    value = "override a notebook parameter; repeatable"
    add("--set", dest="settings", metavar="NAME=VALUE", action="append", default=[], help=value)
    rows = (
        "build the report of the trial in DIR (see tisstats new) in place of this project's book; "
        "DIR#3 runs this project's book on cohort 3 that tisstats reconstruct wrote to DIR"
    )
    add("--cohort", metavar="DIR", type=parse_path, help=rows)
    add("--map", metavar="FILE", type=parse_path, help=MAPPING)
    add("--parameters", action="store_true", help="list the parameters, build nothing")
    jobs = "number of notebooks, then of pages, to make at a time (default: number of cores)"
    add("--jobs", metavar="N", type=positive_int, help=jobs)
    output = "output folder (default: _build/html; for a trial's report, _build/trials/ID/html)"
    add("--output", metavar="DIR", type=parse_new_folder, help=output)
    tables = (
        "copy every table to DIR as CSV, HTML, LaTeX and Word, and all results as CSV, with their "
        "description as JSON"
    )
    add("--tables", metavar="DIR", type=parse_new_folder, help=tables)
    figures = "copy every figure to DIR as SVG, PDF and PNG"
    add("--figures", metavar="DIR", type=parse_new_folder, help=figures)
    pdf = "print the whole book to FILE as PDF (needs Chromium or Chrome)"
    add("--pdf", metavar="FILE", type=parse_path, help=pdf)
    source = "project folder (default: current folder)"
    add("--source", metavar="DIR", type=parse_path, help=source)


def add_reconstruct(commands: Commands) -> None:
    """Add ``tisstats reconstruct``."""
    does = "generate synthetic cohorts that match the printed counts and tables"
    add = add_command(commands, "reconstruct", does).add_argument
    most = "number of cohorts, up to 100000"
    add("--cohorts", metavar="N", type=up_to(100_000), required=True, help=most)
    same = f"random seed: {SAME}, the output is the same byte for byte"
    add("--seed", metavar="S", type=nonnegative_int, required=True, help=same)
    new = "output folder (must be empty or not exist)"
    add("-o", "--output", metavar="DIR", type=parse_new_folder, required=True, help=new)
    add("--scheduler", metavar="ADDRESS", type=parse_address, help="address of a Dask scheduler")


def add_sensitivity(commands: Commands) -> None:
    """Add ``tisstats sensitivity``."""
    does = "compute a study's results under every combination of defensible choices"
    add = add_command(commands, "sensitivity", does).add_argument
    add("directory", metavar="DIR", type=parse_path, help="folder of the study, with study.toml")
    file = "output table: .csv, .tsv (both also .gz), .xlsx or .parquet; - for CSV to stdout"
    add("-o", "--output", metavar="OUT", type=parse_path, required=True, help=file)
    add("--map", metavar="FILE", type=parse_path, help=MAPPING)
    add("--scheduler", metavar="ADDRESS", type=parse_address, help="address of a Dask scheduler")


def add_bounds(commands: Commands) -> None:
    """Add ``tisstats bounds``."""
    does = "prove the minimum and maximum of unpublished quantities"
    over = (
        " over all values that meet the printed numbers used, under the stated assumptions. "
        "Requires OR-tools, on whose solver the proofs rest (except with --p-values)"
    )
    added = add_command(commands, "bounds", does, more=over)
    table = added.add_mutually_exclusive_group()
    alter = (
        "sensitivity analysis: alter one assumption at a time and prove the affected bounds again"
    )
    table.add_argument("--sensitivity", action="store_true", help=alter)
    attainable = "compute the attainable P values of Table 2 instead"
    table.add_argument("--p-values", action="store_true", help=attainable)
    named = (
        "prove only these (QUANTITY or QUANTITY:MEASURE; with --sensitivity, names of alternative "
        "assumptions); other rows of FILE are kept"
    )
    added.add_argument("--only", metavar="NAME", nargs="+", default=[], help=named)
    file = "output table, CSV"
    added.add_argument("-o", "--output", metavar="FILE", type=parse_path, required=True, help=file)


def add_exercises(commands: Commands) -> None:
    """Add ``tisstats exercises``."""
    does = "draw a set of fresh exercises on the outcome measures, with its key on request"
    add = add_command(commands, "exercises", does).add_argument
    same = f"seed of the set: {SAME}, the exercises are the same"
    add("--seed", metavar="N", type=nonnegative_int, required=True, help=same)
    several = "number of sets, up to 10000, with seeds from N on; needs --output (default: 1)"
    add("--students", metavar="S", type=up_to(10_000), default=1, help=several)
    some = "kinds of cases in the set, such as score missing ceiling; a wrong name lists all"
    add("--cases", metavar="KIND", nargs="+", help=f"{some} (default: one of each kind)")
    form = "Markdown, HTML or a Jupyter notebook (default: md; with --output, md and html)"
    add("--format", choices=("md", "html", "ipynb"), help=form)
    folder = "folder for the files of the set (default: to standard output)"
    add("-o", "--output", metavar="DIR", type=parse_new_folder, help=folder)
    key = "add the answers with their solutions; with --output, as files of their own"
    add("--key", action="store_true", help=key)


def add_simulate(commands: Commands) -> None:
    """Add ``tisstats simulate``."""
    does = "simulate a trial with a response as endpoint: power or type I error, bias, coverage"
    given = (
        "Rates and probabilities are from 0 to 1. One value applies to each arm; of two, the first "
        "is for the first arm. Where the null hypothesis is true, the power is the type I error. "
        "Exact values are given alongside the simulated ones unless two large arms have too many "
        "possible counts."
    )
    add = add_command(commands, "simulate", does, given).add_argument
    sizes = "number of patients, up to 300; two numbers for a trial of two arms"
    add("--patients", metavar="N", type=positive_int, nargs="+", required=True, help=sizes)
    rates = "response rate of patients without rescue medication"
    add("--response", metavar="P", type=parse_number, nargs="+", help=rates)
    courses = (
        "in place of --response: scored visits, as tisstats score writes them, whose patients are "
        "drawn with replacement; --rescue and --missed then apply to each visit"
    )
    add("--courses", metavar="FILE", type=parse_path, nargs="+", help=courses)
    score = "with --courses, required: minimum score of a responder"
    add("--threshold", metavar="N", type=parse_number, help=score)
    kind = "with --courses: response at the last visit (at-week, default) or at any visit (best)"
    add("--kind", choices=("at-week", "best"), help=kind)
    null = "single arm, required: response rate under the null hypothesis"
    add("--null", metavar="P", type=parse_number, help=null)
    rescue = "probability of rescue medication, which counts as non-response (default: 0)"
    add("--rescue", metavar="P", type=parse_number, nargs="+", default=[0.0], help=rescue)
    missed = "probability that the visit is missed, without rescue medication (default: 0)"
    add("--missed", metavar="P", type=parse_number, nargs="+", default=[0.0], help=missed)
    other = "the same for patients who do not respond (default: as --missed)"
    add("--missed-without-response", metavar="P", type=parse_number, nargs="+", help=other)
    handling = (
        "unknown responses: count as non-response (non-responder, default), are left out "
        "(unknown), or the test has to reject whatever they are (bounds)"
    )
    rules = ("non-responder", "unknown", "bounds")
    add("--missing", choices=rules, default="non-responder", help=handling)
    test = (
        "single arm: binomial (default) or a method of intervals, such as wilson; two arms: fisher "
        "(default), boschloo, chi-square or a method of intervals, such as newcombe"
    )
    add("--test", metavar="NAME", help=test)
    alpha = "significance level (default: 0.05)"
    add("--alpha", metavar="P", type=parse_number, default=0.05, help=alpha)
    sides = ("two-sided", "less", "greater")
    add("--alternative", choices=sides, default="two-sided", help="default: two-sided")
    interval = (
        "method of the interval: clopper-pearson (default) or others of a proportion; two arms: "
        "newcombe (default) or others of a difference"
    )
    add("--interval", metavar="NAME", help=interval)
    level = "confidence level of the interval (default: 0.95)"
    add("--confidence-level", metavar="P", type=parse_number, default=0.95, help=level)
    trials = "number of simulated trials (default: 100000)"
    add("--trials", metavar="N", type=positive_int, default=100_000, help=trials)
    same = f"random seed: {SAME}, the numbers are the same"
    add("--seed", metavar="S", type=nonnegative_int, required=True, help=same)
    formats = "default: table; csv has the characteristics alone, table and json the design too"
    add("--format", choices=("table", "csv", "json"), default="table", help=formats)


def parse_uln(text: str) -> tuple[str, str]:
    """Parse ``enzyme=limit``."""
    from tisstats.measures.core_set import ENZYMES
    from tisstats.measures.enzymes import upper_limit

    enzyme, equals, limit = (part.strip() for part in text.partition("="))
    if not (equals and limit) or enzyme not in ENZYMES:
        raise argparse.ArgumentTypeError(
            f"must be ENZYME=LIMIT, such as ck=170 or ck=ck_uln, with one of {', '.join(ENZYMES)}, "
            f"got {text!r}"
        )
    try:
        # Its plausibility depends on --enzyme-unit and is checked with the table.
        upper_limit(enzyme, limit, "U/L", plausible=False)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    return enzyme, limit


def parse_address(text: str) -> str:
    """Parse the address of a scheduler; nothing is none."""
    if not text.strip():
        message = f"must name an address, such as tcp://node1:8786, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return text


def parse_path(text: str) -> Path:
    """Parse the name of a file or folder; Path("") would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("must name a file or folder, got ''")
    path = Path(text)
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            message = f"{text}: is a symbolic link that leads back to itself"
            raise argparse.ArgumentTypeError(message) from None
    except ValueError:
        pass  # a null character, which whoever opens the file tells
    return path


def parse_new_folder(text: str) -> Path:
    """Parse the name of a folder to write to; - is the standard output of other commands."""
    if text == "-":
        raise argparse.ArgumentTypeError("must name a folder; write ./- for one of that name")
    return parse_path(text)


def parse_number(text: str) -> float:
    """Parse a number with a decimal point."""
    # float takes 1_50 and other digits too.
    if re.fullmatch(_NUMBER, text.strip()) is None or math.isinf(float(text)):
        message = f"must be a number, with a point before decimals, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return float(text)


def positive_int(text: str) -> int:
    """Parse a positive integer."""
    return _integer(text, 1, "must be a positive integer")


def up_to(most: int) -> Callable[[str], int]:
    """Return what parses an integer from 1 to a maximum."""

    def parse(text: str) -> int:
        message = f"must be an integer from 1 to {most}"
        number = _integer(text, 1, message)
        if number > most:
            raise argparse.ArgumentTypeError(f"{message}, got {text!r}")
        return number

    return parse


def nonnegative_int(text: str) -> int:
    """Parse a non-negative integer."""
    return _integer(text, 0, "must be an integer of at least 0")


def _integer(text: str, least: int, message: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(
            f"must have at most {_MOST_DIGITS} digits, got {len(text)} characters"
        )
    # isdecimal() alone also accepts digits of other scripts.
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if number < least:
        raise argparse.ArgumentTypeError(f"{message}, got {text!r}")
    return number
