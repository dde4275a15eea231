"""Build the staged sources with plain Sphinx and compare: ``python -m tools.insurance``.

Run by the Python of the insurance's own environment, after the book has been built.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import sphinx
import yaml

from tisstats.book.run.project import CONFIG, Project
from tools.insurance.compare import differences
from tools.insurance.settings import conf_py, sphinx_settings


def main() -> int:
    """Return 0 if the pages are built without a warning and say the same."""
    project = Project.from_folder(Path())
    work = project.build_folder / "insurance"
    sources, output = work / "src", work / "html"
    if not project.staging_folder.is_dir():
        print("There is no book yet to compare with: run tisstats book first.")
        return 1
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(project.staging_folder, sources)
    config = yaml.safe_load((sources / CONFIG).read_text(encoding="utf-8"))
    (sources / "conf.py").write_text(conf_py(sphinx_settings(config)), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "sphinx", "-q", "-n", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run([*command, str(sources), str(output)], check=False)
    if done.returncode != 0:
        print(f"Plain Sphinx {sphinx.__version__} cannot build the book: see above.")
        return 1
    pages = project.pages()
    found = list(differences(project.default_output, output, pages))
    print(*found, sep="\n", end="\n" if found else "")
    same = len(pages) - len({line.split(":")[0] for line in found})
    print(f"Sphinx {sphinx.__version__}: {len(pages)} pages, {same} the same word for word.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
