"""What the code that draws cohorts and the code that checks them have in common: rules only."""

import ast
from pathlib import Path

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: The published facts, scales, bands and doses, rounding, names of patients, and how a fault is
#: reported.
RULES = {
    "tisstats.errors",
    "tisstats.measures.core_set",
    "tisstats.lim2021.regimens",
    "tisstats.lim2021.scales",
    "tisstats.printed",
    "tisstats.lim2021.patient_ids",
    "tisstats.ledger.published",
}

#: These lay out what was drawn, for pages; they draw nothing.
SHOWN = {"rows.py"}


def imported(paths):
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                for name in node.names:
                    inner = PACKAGE.parent / Path(*node.module.split("."), name.name)
                    is_module = inner.is_dir() or inner.with_suffix(".py").is_file()
                    found.add(f"{node.module}.{name.name}" if is_module else node.module)
            elif isinstance(node, ast.Import):
                found.update(name.name for name in node.names)
    return {module for module in found if module.startswith("tisstats.")}


def test_the_checker_and_the_generator_share_rules_and_no_algorithm():
    draws = [p for p in (PACKAGE / "synthetic").glob("*.py") if p.name not in SHOWN]
    checks = [
        *(PACKAGE / "trial").glob("*.py"),
        *(PACKAGE / "lim2021" / "cohort_check").glob("*.py"),
        PACKAGE / "lim2021" / "trial_description.py",
    ]
    drawing, checking = imported(draws), imported(checks)
    assert "tisstats.lim2021.scales" in drawing & checking
    assert drawing & checking <= RULES
    assert not any(module.startswith("tisstats.synthetic") for module in checking)
    checker = ("tisstats.trial", "tisstats.lim2021.cohort_check")
    assert not any(module.startswith(checker) for module in drawing)
