"""Show what is missing in the register of absolute sentences, or what is no longer needed."""

import argparse
import csv
import sys
from pathlib import Path

from tests.wording import COLUMNS, REGISTER, avoided, missing, pages, register, stale


def write(rows, where) -> None:
    """Write rows of the register."""
    table = csv.DictWriter(where, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)


def main() -> None:
    """Do what the one option asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.wording", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--missing", action="store_true", help="rows to add to the register")
    choice.add_argument("--stale", action="store_true", help="rows whose sentence is gone")
    choice.add_argument("--prune", action="store_true", help="remove those rows, and sort")
    choice.add_argument("--avoided", action="store_true", help="words that should be others")
    asked = parser.parse_args()
    if asked.missing:
        write((row for page in pages() for row in missing(page)), sys.stdout)
    elif asked.stale:
        write(stale(), sys.stdout)
    elif asked.avoided:
        sys.stdout.writelines(f"{line}\n" for page in pages() for line in avoided(page))
    else:
        gone = stale()
        kept = [row for row in register() if row not in gone]
        kept.sort(key=lambda row: (row["page"], row["sentence"]))
        with Path(REGISTER).open("w", encoding="utf-8", newline="") as where:
            write(kept, where)


if __name__ == "__main__":
    main()
