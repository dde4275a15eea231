"""What can be asked for on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

import tisstats
from tisstats.cli import commands as run

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="tisstats", description=tisstats.__doc__)
    top.add_argument("--version", action="version", version=f"%(prog)s {tisstats.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add_claims(commands)
    add_check(commands)
    add_score(commands)
    add_book(commands)
    add_reconstruct(commands)
    add_bounds(commands)
    return top


def add_claims(commands: Commands) -> None:
    """Add ``tisstats claims``."""
    command = commands.add_parser(
        "claims",
        help="print the ledger: every printed number with its verdict",
        description="Evaluate every claim from the published facts and print the ledger.",
    )
    command.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="default: table"
    )
    command.add_argument("--verdict", metavar="V", default="all", help="only this verdict")
    command.add_argument(
        "--data", metavar="DIR", type=Path, help="published facts to use instead of the study's"
    )
    command.set_defaults(run=run.claims)


def add_check(commands: Commands) -> None:
    """Add ``tisstats check``."""
    command = commands.add_parser(
        "check",
        help="check the files of a data package against their description",
        description="Check every file of a folder against its datapackage.json.",
    )
    command.add_argument("directory", metavar="DIR", type=Path, help="the folder")
    command.set_defaults(run=run.check)


def add_score(commands: Commands) -> None:
    """Add ``tisstats score``."""
    command = commands.add_parser(
        "score",
        help="score a table of visits: the Total Improvement Score of every visit",
        description="Score every visit of a CSV or Parquet file against the patient's baseline.",
        epilog="Columns: patient_id, week, physician_global, patient_global, mmt, haq, "
        "extramuscular, and any of ck, aldolase, ldh, ast, alt; others are kept.",
    )
    command.add_argument(
        "visits", metavar="VISITS", type=Path, help="one row per patient and visit"
    )
    command.add_argument(
        "--mmt-max",
        metavar="N",
        type=float,
        required=True,
        help="maximum of the muscle test: 80 or 150 (MMT-8), 240, 260",
    )
    command.add_argument(
        "--uln",
        metavar="ENZYME=LIMIT",
        type=assignment,
        action="append",
        required=True,
        help="upper limit of normal: a number, or the column that holds it; once per enzyme",
    )
    command.add_argument(
        "--vas-max",
        metavar="N",
        type=float,
        default=10,
        help="visual analogue scales: 10 in cm (default), 100 in mm",
    )
    command.add_argument(
        "--population", choices=("adult", "juvenile"), default="adult", help="default: adult"
    )
    command.add_argument(
        "--missing",
        choices=("na", "bounds"),
        default="na",
        help="a score with a missing measure is missing (na, default), or bounded as well",
    )
    command.add_argument(
        "--enzyme-unit",
        choices=("U/L", "microkat/L"),
        default="U/L",
        help="unit of enzymes and limits (default: U/L)",
    )
    command.add_argument(
        "--enzyme-panel",
        choices=("complete", "measured"),
        default="complete",
        help="which enzyme is followed where one was not measured at baseline: none (complete, "
        "default), or the most abnormal of those measured",
    )
    command.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of a CSV file of visits, such as latin-1 (default: utf-8)",
    )
    command.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help="CSV or Parquet (default: CSV to stdout)"
    )
    command.set_defaults(run=run.score)


def add_book(commands: Commands) -> None:
    """Add ``tisstats book``."""
    command = commands.add_parser(
        "book",
        help="run the notebooks and build the book",
        description="Run every notebook and build the book as static pages.",
    )
    command.add_argument(
        "--set",
        dest="settings",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="build the whole book with another value of a parameter; may be repeated",
    )
    command.add_argument(
        "--cohort",
        metavar="DIR",
        type=Path,
        help="run the chapters on the patient rows of a trial, as --set cohort=DIR does",
    )
    command.add_argument(
        "--parameters", action="store_true", help="list the parameters, build nothing"
    )
    command.add_argument(
        "--jobs", metavar="N", type=positive, help="notebooks to run at once (default: the cores)"
    )
    command.add_argument(
        "--output", metavar="DIR", type=Path, help="where the book goes (default: _build/html)"
    )
    command.add_argument(
        "--source",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="the checkout to build (default: here)",
    )
    command.set_defaults(run=run.book)


def add_reconstruct(commands: Commands) -> None:
    """Add ``tisstats reconstruct``."""
    command = commands.add_parser(
        "reconstruct",
        help="draw synthetic cohorts that meet every published aggregate",
        description="Draw synthetic cohorts that meet every published aggregate at once.",
    )
    command.add_argument("--cohorts", metavar="N", type=positive, required=True, help="how many")
    command.add_argument(
        "--seed", metavar="S", type=seed, required=True, help="the same seed gives the same bytes"
    )
    new = "folder to make; one that holds something is refused"
    command.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help=new)
    command.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster to draw on")
    command.set_defaults(run=run.reconstruct)


def add_bounds(commands: Commands) -> None:
    """Add ``tisstats bounds``."""
    command = commands.add_parser(
        "bounds",
        help="prove the least and greatest value of what is not printed",
        description="Prove the least and greatest value of what is not printed, over all cohorts "
        "that meet the printed numbers and the premises. Needs OR-tools, but for --table2-p.",
    )
    table = command.add_mutually_exclusive_group()
    table.add_argument(
        "--sensitivity",
        action="store_true",
        help="alter one premise at a time and prove the bounds that it can move",
    )
    table.add_argument(
        "--table2-p",
        action="store_true",
        help="compute the attainable P values of Table 2 instead",
    )
    command.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="prove these, named as QUANTITY or QUANTITY:MEASURE, or with --sensitivity as altered "
        "premises; other rows of FILE stay as they are",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="table to write, CSV"
    )
    command.set_defaults(run=run.bounds)


def assignment(text: str) -> tuple[str, str]:
    """Return the enzyme and the limit of ``enzyme=limit``."""
    from tisstats.measures.core_set import ENZYMES
    from tisstats.measures.enzymes import parse_limit

    enzyme, equals, limit = (part.strip() for part in text.partition("="))
    if not (equals and limit) or enzyme not in ENZYMES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no upper limit of normal; write such as ck=170 or ck=ck_uln, "
            f"with one of {', '.join(ENZYMES)}"
        )
    try:
        # Which unit it is in, and so whether a laboratory can have it, is told by --enzyme-unit.
        parse_limit(enzyme, limit, "U/L")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    return enzyme, limit


def positive(text: str) -> int:
    """Return a whole number from 1."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return number


def seed(text: str) -> int:
    """Return a whole number from 0."""
    return positive(text) if text != "0" else 0
