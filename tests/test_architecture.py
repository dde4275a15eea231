"""Who may import whom: lower floors know nothing of higher ones."""

import ast
from pathlib import Path

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: Floors from bottom to top; each may import itself and what stands before it.
FLOORS = [
    *("errors", "proof", "printed", "datapackage", "statistics", "measures", "forensics"),
    *("agreement", "trial", "ledger", "lim2021", "synthetic", "bounds", "teaching", "figures"),
    *("chapters", "book", "cli"),
]


def floor(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "tisstats":
                yield from (f"tisstats.{name.name}" for name in node.names)
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_every_module_stands_on_a_floor():
    found = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")
    }
    assert found - {"__init__"} == set(FLOORS)


def test_floors_import_only_downwards():
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        mine = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if mine == "__init__":
            continue
        for module in imports(path):
            other = floor(module) if module.startswith("tisstats") else None
            if other in FLOORS and FLOORS.index(other) > FLOORS.index(mine):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert wrong == []


def test_scoring_and_statistics_need_none_of_the_books_tools():
    import subprocess
    import sys

    code = (
        "import sys, tisstats.measures, tisstats.statistics, tisstats.printed; "
        "heavy = {'matplotlib', 'frictionless', 'sphinx', 'papermill', 'IPython', 'myst_nb'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
