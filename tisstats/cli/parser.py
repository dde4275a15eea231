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
    for add in (add_claims, add_check, add_score, add_book, add_reconstruct, add_bounds):
        add(commands)
    return top


def command(
    commands: Commands, name: str, does: str, epilog: str = "", *, more: str = ""
) -> argparse.ArgumentParser:
    """Add a command, which runs the function of its name."""
    description = f"{does[0].upper()}{does[1:]}{more}."
    added = commands.add_parser(name, help=does, description=description, epilog=epilog)
    added.set_defaults(run=getattr(run, name))
    return added


def add_claims(commands: Commands) -> None:
    """Add ``tisstats claims``."""
    does = "print the ledger: every printed number with its verdict"
    add = command(commands, "claims", does).add_argument
    add("--format", choices=("table", "csv", "json"), default="table", help="default: table")
    add("--verdict", metavar="V", default="all", help="only this verdict")
    facts = "published facts to use instead of the study's"
    add("--data", metavar="DIR", type=Path, help=facts)


def add_check(commands: Commands) -> None:
    """Add ``tisstats check``."""
    does = "check the files of a data package against their description in datapackage.json"
    add = command(commands, "check", does).add_argument
    add("directory", metavar="DIR", type=Path, help="the folder")


def add_score(commands: Commands) -> None:
    """Add ``tisstats score``."""
    does = "score a table of visits: the Total Improvement Score of every visit"
    columns = (
        "Columns: patient_id, week, physician_global, patient_global, mmt, haq, extramuscular, "
        "and any of ck, aldolase, ldh, ast, alt; others are kept."
    )
    add = command(commands, "score", does, columns).add_argument
    file = "CSV or Parquet file, one row per patient and visit"
    add("visits", metavar="VISITS", type=Path, help=file)
    most = "maximum of the muscle test: 80 or 150 (MMT-8), 240, 260"
    add("--mmt-max", metavar="N", type=float, required=True, help=most)
    uln = "upper limit of normal: a number, or the column that holds it; once per enzyme"
    limit = "ENZYME=LIMIT"
    add("--uln", metavar=limit, type=assignment, action="append", required=True, help=uln)
    vas = "visual analogue scales: 10 in cm (default), 100 in mm"
    add("--vas-max", metavar="N", type=float, default=10, help=vas)
    patients = ("adult", "juvenile")
    add("--population", choices=patients, default="adult", help="default: adult")
    missing = "a score with a missing measure is missing (na, default), or bounded as well"
    add("--missing", choices=("na", "bounds"), default="na", help=missing)
    unit = "unit of enzymes and limits (default: U/L)"
    add("--enzyme-unit", choices=("U/L", "microkat/L"), default="U/L", help=unit)
    panel = (
        "which enzyme is followed where one was not measured at baseline: none (complete, "
        "default), or the most abnormal of those measured"
    )
    add("--enzyme-panel", choices=("complete", "measured"), default="complete", help=panel)
    encoding = "encoding of a CSV file of visits, such as latin-1 (default: utf-8)"
    add("--encoding", metavar="NAME", help=encoding)
    output = "CSV or Parquet (default: CSV to stdout)"
    add("-o", "--output", metavar="OUT", type=Path, help=output)


def add_book(commands: Commands) -> None:
    """Add ``tisstats book``."""
    add = command(
        commands, "book", "run the notebooks and build the book as static pages"
    ).add_argument
    value = "build the whole book with another value of a parameter; may be repeated"
    name = "NAME=VALUE"
    add("--set", dest="settings", metavar=name, action="append", default=[], help=value)
    rows = "run the chapters on the patient-level data of a trial, as --set cohort=DIR does"
    add("--cohort", metavar="DIR", type=Path, help=rows)
    add("--parameters", action="store_true", help="list the parameters, build nothing")
    jobs = "how many notebooks run at once (default: the number of cores)"
    add("--jobs", metavar="N", type=positive, help=jobs)
    output = "where the book goes (default: _build/html)"
    add("--output", metavar="DIR", type=Path, help=output)
    source = "the checkout to build (default: here)"
    add("--source", metavar="DIR", type=Path, default=Path(), help=source)


def add_reconstruct(commands: Commands) -> None:
    """Add ``tisstats reconstruct``."""
    does = "draw synthetic cohorts that meet every published aggregate at once"
    add = command(commands, "reconstruct", does).add_argument
    add("--cohorts", metavar="N", type=positive, required=True, help="how many")
    same = "the same seed gives the same bytes"
    add("--seed", metavar="S", type=seed, required=True, help=same)
    new = "folder to make; one that holds something is refused"
    add("-o", "--output", metavar="DIR", type=Path, required=True, help=new)
    add("--scheduler", metavar="ADDRESS", help="of a Dask cluster to draw on")


def add_bounds(commands: Commands) -> None:
    """Add ``tisstats bounds``."""
    does = "prove the minimum and maximum of unpublished quantities"
    over = (
        ", over all cohorts that meet the printed numbers and the assumptions. Needs OR-tools, but "
        "for --table2-p"
    )
    added = command(commands, "bounds", does, more=over)
    table = added.add_mutually_exclusive_group()
    alter = "alter one assumption at a time and prove the bounds that it can move"
    table.add_argument("--sensitivity", action="store_true", help=alter)
    attainable = "compute the attainable P values of Table 2 instead"
    table.add_argument("--table2-p", action="store_true", help=attainable)
    named = (
        "prove these, named as QUANTITY or QUANTITY:MEASURE, or with --sensitivity as alternative "
        "assumptions; other rows of FILE stay as they are"
    )
    added.add_argument("--only", metavar="NAME", nargs="+", default=[], help=named)
    file = "table to write, CSV"
    added.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=file)


def assignment(text: str) -> tuple[str, str]:
    """Return the enzyme and the limit of ``enzyme=limit``."""
    from tisstats.measures.core_set import ENZYMES
    from tisstats.measures.enzymes import upper_limit

    enzyme, equals, limit = (part.strip() for part in text.partition("="))
    if not (equals and limit) or enzyme not in ENZYMES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an upper limit of normal: write such as ck=170 or ck=ck_uln, "
            f"with one of {', '.join(ENZYMES)}"
        )
    try:
        # Whether a laboratory can have it depends on --enzyme-unit: that is checked with the table.
        upper_limit(enzyme, limit, "U/L", plausible=False)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    return enzyme, limit


def positive(text: str) -> int:
    """Return a whole number from 1."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


def seed(text: str) -> int:
    """Return a whole number from 0."""
    return positive(text) if text != "0" else 0
