"""Who may import whom: floors know nothing of higher ones, and no files import each other."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: Floors from bottom to top; each may import itself and what stands before it.
FLOORS = [
    *("errors", "proof", "printed", "datapackage", "statistics", "measures", "forensics"),
    *("agreement", "trial", "ledger", "lim2021", "synthetic", "bounds", "teaching", "figures"),
    *("chapters", "book", "cli"),
]


def name_of(path):
    parts = ("tisstats", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def floor(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def imports(path):
    """Yield the modules of the package that a file imports, wherever in it, but for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module in FILES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)


def test_every_module_stands_on_a_floor():
    assert {floor(module) for module in FILES} - {None} == set(FLOORS)


def test_floors_import_only_downwards():
    wrong = [
        f"{module} imports {other}"
        for module, path in FILES.items()
        if module != "tisstats"
        for other in imports(path)
        if floor(other) and FLOORS.index(floor(other)) > FLOORS.index(floor(module))
    ]
    assert wrong == []


def test_no_files_import_each_other_in_a_circle():
    """A package counts as the file that makes it, so parents and children are held to it too."""
    graph = {module: set(imports(path)) - {module} for module, path in FILES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_scoring_and_statistics_need_none_of_the_books_tools():
    code = (
        "import sys, tisstats.measures, tisstats.statistics, tisstats.printed; "
        "heavy = {'matplotlib', 'frictionless', 'sphinx', 'papermill', 'IPython', 'myst_nb'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
