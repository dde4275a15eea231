"""The command-line parser."""

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


def add_command(
    commands: Commands, name: str, does: str, epilog: str = "", *, more: str = ""
) -> argparse.ArgumentParser:
    """Add a subcommand that calls the function of its name."""
    description = f"{does[0].upper()}{does[1:]}{more}."
    added = commands.add_parser(name, help=does, description=description, epilog=epilog)
    added.set_defaults(run=getattr(run, name))
    return added


def add_claims(commands: Commands) -> None:
    """Add ``tisstats claims``."""
    does = "print the ledger: every printed number with its verdict"
    add = add_command(commands, "claims", does).add_argument
    add("--format", choices=("table", "csv", "json"), default="table", help="default: table")
    add("--verdict", metavar="V", default="all", help="show only this verdict")
    facts = "data package of published facts (default: the study's)"
    add("--data", metavar="DIR", type=Path, help=facts)


def add_check(commands: Commands) -> None:
    """Add ``tisstats check``."""
    does = "check the files of a data package against their description in datapackage.json"
    add = add_command(commands, "check", does).add_argument
    add("directory", metavar="DIR", type=Path, help="folder of the data package")


def add_score(commands: Commands) -> None:
    """Add ``tisstats score``."""
    does = "compute the Total Improvement Score of every visit in a table"
    columns = (
        "Columns: patient_id, week, physician_global, patient_global, mmt, haq, extramuscular, "
        "and any of ck, aldolase, ldh, ast, alt; others are kept."
    )
    add = add_command(commands, "score", does, columns).add_argument
    file = "CSV or Parquet file, one row per patient and visit"
    add("visits", metavar="VISITS", type=Path, help=file)
    most = "maximum MMT score: 80 or 150 (MMT-8), 240, 260"
    add("--mmt-max", metavar="N", type=float, required=True, help=most)
    uln = "upper limit of normal: a number or a column name; repeat per enzyme"
    add("--uln", metavar="ENZYME=LIMIT", type=parse_uln, action="append", required=True, help=uln)
    vas = "visual analogue scales: 10 in cm (default), 100 in mm"
    add("--vas-max", metavar="N", type=float, default=10, help=vas)
    add("--population", choices=("adult", "juvenile"), default="adult", help="default: adult")
    missing = "missing measures: score is missing (na, default) or bounds are added (bounds)"
    add("--missing", choices=("na", "bounds"), default="na", help=missing)
    unit = "unit of enzymes and limits (default: U/L)"
    add("--enzyme-unit", choices=("U/L", "microkat/L"), default="U/L", help=unit)
    panel = (
        "if an enzyme is missing at baseline: use none (complete, default) or the most abnormal "
        "measured one (measured)"
    )
    add("--enzyme-panel", choices=("complete", "measured"), default="complete", help=panel)
    encoding = "encoding of a CSV file of visits, such as latin-1 (default: utf-8)"
    add("--encoding", metavar="NAME", help=encoding)
    add("-o", "--output", metavar="OUT", type=Path, help="CSV or Parquet (default: CSV to stdout)")


def add_book(commands: Commands) -> None:
    """Add ``tisstats book``."""
    add = add_command(
        commands, "book", "run the notebooks and build the book as static pages"
    ).add_argument
    value = "override a notebook parameter; repeatable"
    add("--set", dest="settings", metavar="NAME=VALUE", action="append", default=[], help=value)
    rows = "use the patient-level data in DIR (same as --set cohort=DIR)"
    add("--cohort", metavar="DIR", type=Path, help=rows)
    add("--parameters", action="store_true", help="list the parameters, build nothing")
    jobs = "number of parallel notebook runs (default: number of cores)"
    add("--jobs", metavar="N", type=positive_int, help=jobs)
    add("--output", metavar="DIR", type=Path, help="output folder (default: _build/html)")
    tables = "copy every table to DIR as CSV, HTML, LaTeX and Word, and all results as JSON and CSV"
    add("--tables", metavar="DIR", type=Path, help=tables)
    figures = "copy every figure to DIR as SVG, PDF and PNG"
    add("--figures", metavar="DIR", type=Path, help=figures)
    source = "project folder (default: current folder)"
    add("--source", metavar="DIR", type=Path, default=Path(), help=source)


def add_reconstruct(commands: Commands) -> None:
    """Add ``tisstats reconstruct``."""
    does = "generate synthetic cohorts that match every published aggregate"
    add = add_command(commands, "reconstruct", does).add_argument
    add("--cohorts", metavar="N", type=positive_int, required=True, help="number of cohorts")
    same = "random seed (output is reproducible byte for byte)"
    add("--seed", metavar="S", type=nonnegative_int, required=True, help=same)
    new = "output folder (must be empty or not exist)"
    add("-o", "--output", metavar="DIR", type=Path, required=True, help=new)
    add("--scheduler", metavar="ADDRESS", help="address of a Dask scheduler")


def add_bounds(commands: Commands) -> None:
    """Add ``tisstats bounds``."""
    does = "prove the minimum and maximum of unpublished quantities"
    over = (
        " over all cohorts consistent with the printed numbers and the assumptions. Requires "
        "OR-tools (except with --p-values)"
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
        "assumptions; other rows of FILE are kept"
    )
    added.add_argument("--only", metavar="NAME", nargs="+", default=[], help=named)
    file = "output table, CSV"
    added.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=file)


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


def positive_int(text: str) -> int:
    """Parse a positive integer."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, got {text!r}")
    return number


def nonnegative_int(text: str) -> int:
    """Parse a non-negative integer."""
    return positive_int(text) if text != "0" else 0
