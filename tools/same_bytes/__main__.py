"""Build the book here and in other surroundings, and compare every byte: ``make same-bytes``.

Elsewhere means another folder, time zone, language, umask, seed of hashes and folder for temporary
files. There pages are edited first, and the edits undone, so that the book is made from pages that
an earlier build has left. How many files are the same goes to ``last_run.json``, and from there to
the README.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.shown import show_figures

ROOT = Path(__file__).resolve().parents[2]
LAST_RUN = Path(__file__).with_name("last_run.json")
#: What differs elsewhere, besides the folder, the umask and the folder for temporary files.
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONHASHSEED": "1",
    "COLUMNS": "40",
}
#: Pages that are edited first.
EDITED = ("book/glossary.md", "book/rerun.md")


def main() -> int:
    changed = ["git", "status", "--porcelain"]
    if subprocess.check_output(changed, cwd=ROOT, text=True):
        sys.exit("Commit what has changed: the other checkout has only what is committed.")
    with tempfile.TemporaryDirectory() as folder:
        copy, temporary = Path(folder, "another checkout"), Path(folder, "t")
        temporary.mkdir()
        subprocess.run(["git", "clone", "--quiet", "--local", ROOT, copy], check=True)
        build(ROOT, {})
        elsewhere = ELSEWHERE | {"TMPDIR": str(temporary)}
        for page in EDITED:
            edit(copy / page)
        build(copy, elsewhere, umask=0o077)
        subprocess.run(["git", "checkout", "--quiet", "."], cwd=copy, check=True)
        build(copy, elsewhere, umask=0o077)
        here, there = (files(root / "_build" / "html") for root in (ROOT, copy))
    names = here.keys() | there.keys()
    differ = sorted(name for name in names if here.get(name) != there.get(name))
    print(*(f"differs: {name}" for name in differ), sep="\n", end="\n" if differ else "")
    run = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "files": len(here),
        "differ": len(differ),
        "elsewhere": ELSEWHERE,
    }
    LAST_RUN.write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    show_figures(ROOT / "README.md", "same-bytes", told(run))
    return int(bool(differ))


def build(root: Path, surroundings: dict[str, str], umask: int = 0o022) -> None:
    """Build the book of a checkout with its own code."""
    command = [sys.executable, "-m", "tisstats.cli", "book", "--source", str(root)]
    environment = os.environ | surroundings | {"PYTHONPATH": str(root)}
    subprocess.run(command, cwd=root, env=environment, umask=umask, check=True)


def edit(page: Path) -> None:
    """Change the title of a page, and what it says."""
    text = page.read_text("utf-8").replace("# ", "# Edited: ", 1)
    page.write_text(f"{text}\nAnother sentence.\n", "utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def told(run: dict[str, Any]) -> str:
    """Return the figures of a run as a sentence in Markdown."""
    variables = ", ".join(f"`{name}={value}`" for name, value in run["elsewhere"].items())
    return (
        f"Of {run['files']} files, {run['files'] - run['differ']} had the same bytes when the book "
        f"was built in another folder, with another umask and another folder for temporary files, "
        f"and {variables}, from pages that two edits, undone, had left ({run['date']})."
    )


if __name__ == "__main__":
    sys.exit(main())
