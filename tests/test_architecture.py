"""Who may import whom: layers know nothing of higher ones, and no files import each other."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: Floors from bottom to top; each may import itself and what stands before it.
LAYERS = [
    *(
        "errors",
        "sentences",
        "regular_files",
        "parallel",
        "proof",
        "printed",
        "tables",
        "matching",
        "datapackage",
        "statistics",
        "measures",
    ),
    *("forensics", "agreement", "trial", "ledger", "lim2021", "synthetic", "bounds"),
    *("teaching", "figures", "chapters", "book", "cli"),
]

#: Floors inside a folder, from bottom to top: its own modules first, then its folders.
ROOMS = {"tisstats.lim2021": ["", "cohort_check", "claims", "discrepancies"]}


def name_of(path):
    parts = ("tisstats", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in PACKAGE.rglob("*.py")}
PACKAGES = {module for module, path in FILES.items() if path.stem == "__init__"}


def layer(module):
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


@pytest.fixture(scope="module")
def imported():
    """The modules that each module imports."""
    return {module: list(imports(path)) for module, path in FILES.items()}


def test_every_module_stands_on_a_layer():
    assert {layer(module) for module in FILES} - {None} == set(LAYERS)


def test_layers_import_only_downwards(imported):
    wrong = [
        f"{module} imports {other}"
        for module, others in imported.items()
        if module != "tisstats"
        for other in others
        if layer(other) and LAYERS.index(layer(other)) > LAYERS.index(layer(module))
    ]
    assert wrong == []


def room(module, folder):
    """The folder inside a folder in which a module stands; empty for one of its own modules."""
    inner = f"{module.removeprefix(folder)}."
    subfolder = inner.split(".")[1]
    return subfolder if f"{folder}.{subfolder}" in PACKAGES else ""


def upwards(folder, found):
    """Name the imports that lead to a higher layer inside a folder, of pairs of modules."""
    rooms = ROOMS[folder]
    return [
        f"{module} imports {other}"
        for module, other in found
        if module.startswith(f"{folder}.") and other.startswith(f"{folder}.")
        if rooms.index(room(other, folder)) > rooms.index(room(module, folder))
    ]


@pytest.mark.parametrize("folder", ROOMS)
def test_every_folder_inside_has_its_layer(folder):
    inner = {room(module, folder) for module in FILES if module.startswith(f"{folder}.")}
    assert inner == set(ROOMS[folder])


@pytest.mark.parametrize("folder", ROOMS)
def test_folders_inside_import_only_downwards(folder, imported):
    pairs = [(module, other) for module, others in imported.items() for other in others]
    assert upwards(folder, pairs) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("tisstats.lim2021.flow", "from tisstats.lim2021.cohort_check import check"),
        ("tisstats.lim2021.flow", "from tisstats.lim2021.claims.ledger import METHODS"),
        ("tisstats.lim2021.cohort_check.report", "import tisstats.lim2021.claims.ledger"),
        ("tisstats.lim2021.claims.ledger", "from tisstats.lim2021.discrepancies import entries"),
        (
            "tisstats.lim2021.cohort_check.report",
            "def later():\n    from tisstats.lim2021.claims import PACKAGE",
        ),
    ],
)
def test_an_import_upwards_inside_a_folder_is_found(tmp_path, module, line):
    planted = tmp_path / "planted.py"
    planted.write_text(f"{line}\n", encoding="utf-8")
    (other,) = imports(planted)
    assert upwards("tisstats.lim2021", [(module, other)]) == [f"{module} imports {other}"]
    assert upwards("tisstats.lim2021", [(other, module)]) == []


def test_no_files_import_each_other_in_a_circle(imported):
    """A package counts as the file that makes it, so parents and children are held to it too."""
    graph = {module: {*others} - {module} for module, others in imported.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_scoring_and_statistics_need_none_of_the_books_tools():
    code = (
        "import sys, tisstats.measures, tisstats.statistics, tisstats.printed; "
        "heavy = {'matplotlib', 'frictionless', 'sphinx', 'papermill', 'IPython', 'myst_nb', "
        "'scipy.stats', 'scipy.optimize', 'statsmodels'}; "  # a second to import, for some methods
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
