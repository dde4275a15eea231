"""The checker shares scales, bands, rounding and definitions of quantiles, and no algorithm.

It also shares with the generator the published facts and how they are read, doses, the names of
patients and of the reference cohort's folder, and how faults are reported.
From every definition of either side the names that it uses are followed through all modules of the
package; what both reach is listed here, name by name, and nothing else may be.
"""

import ast
from functools import cache
from pathlib import Path

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: What both sides use, directly or through something else.
SHARED = {
    # Scales of the measures, and the bands of the score.
    "tisstats.lim2021.scales": {"SCALES", "_ROWS", "_scale"},
    "tisstats.measures.scales": {"Scale"},
    "tisstats.measures.core_set": {
        *("CORE_SET", "CoreSetMeasure", "ENZYMES", "Enzyme", "HAQ_MAX"),
        *("POINT_STEP", "_ACTIVITY", "_STRENGTH", "_PHYSICIAN", "_PATIENT", "_MUSCLE", "_FUNCTION"),
        *("_DISEASE", "_ENZYME_OR_HEALTH"),
    },
    # Printed numbers and rounding.
    "tisstats.printed": {
        *(
            "FLOAT_DIGITS",
            "MOST_DECIMALS",
            "Number",
            "PrintedNumber",
            "ROUNDING_RULES",
            "RoundingRule",
            "NUMBER_WORDS",
        ),
        *("matches_print", "round_to", "ambiguity_reason", "to_fraction", "parse"),
        *("_AMBIGUOUS", "_COMPARED", "_CARDINALS", "_MINUS", "_PRINTED", "_RELATIONS", "_WRITE"),
        *("_EXACT", "_places", "_parse"),
    },
    # The published facts, and how tables are read.
    "tisstats.ledger.published": {
        "PublishedFacts",
        "data_directory",
        "_NUMBER_COLUMNS",
        "_primary_key",
    },
    "tisstats.datapackage.descriptor": {
        *("DESCRIPTOR", "_ENDINGS", "_MOST_BYTES", "_MOST_COLUMNS", "_MOST_FILES", "_MOST_KEYS"),
        *("_MOST_VALUES", "_is_delimiter", "_is_file_name", "_resource_faults", "_schema_faults"),
        *("_key_faults", "_shown", "_values", "read_descriptor"),
    },
    "tisstats.datapackage.resource": {
        *("LONGEST_SHOWN", "_CONSTRAINTS", "allowed", "delimiter", "encoding", "fields_by_name"),
        "key_columns",
    },
    "tisstats.datapackage.faults": {
        *("_MOST_EXTRA", "_described_columns", "_devices", "_in_package", "_is_encoding"),
        *("_no_encoding", "_plain_files", "_wide_rows", "_write_doubtful", "find_faults"),
    },
    "tisstats.datapackage.with_care": {
        *("_CELL_ERRORS", "_NOT_CHECKED", "_RESOURCE_KEYS", "_SCHEMA_KEYS", "_cell_fault"),
        *("_file_faults", "_infinite_numbers", "_is_finite", "_row_faults", "_unmatched_cells"),
        *("_without_pattern", "_without_references", "find_with_care", "one_line"),
        *("_WRONG_CELL", "wrong_header", "wrong_width"),
    },
    "tisstats.datapackage.lost_files": {
        *("_KEYS", "_has_rows", "_is_given", "_references", "_refers", "_target", "_without"),
        "without_lost_references",
    },
    "tisstats.datapackage.tables": {"_VALID", "_digest", "_read_table", "read_tables"},
    # Which files have an end.
    "tisstats.regular_files": {"is_regular", "_OF_SYSTEM", "_devices_of_system"},
    # Which rows of a package are plainly valid, and how text is taken apart.
    "tisstats.datapackage.doubtful_rows": {
        *("PlainFile", "_CONSTRAINTS", "_EXACT", "_NotPlainError", "_OF_TRUTH", "_PLAIN"),
        *("_PROPERTIES", "_are_plain", "_doubt_keys", "_doubtful_cells", "_number"),
        *("_plain_fields", "_read", "_table", "are_texts", "read_plain"),
    },
    "tisstats.datapackage.references": {
        *("_Link", "_doubt_references", "_leave_plain_together", "_link", "_need_references"),
        "follow_references",
    },
    "tisstats.sentences": {"count_of"},
    "tisstats.tables.cells": {"_PANDAS_SEES_NULL", "distinct_texts", "factorize"},
    "tisstats.tables.delimited": {"_blanks", "_has_cells_only", "parse_regular"},
    # Patterns of descriptors, tried in bounded time.
    "tisstats.matching": {
        *("PatternError", "SECONDS", "matches", "_SECONDS_BY_THE_CLOCK", "_TOO_LONG"),
        *("_is_simple", "_matched"),
    },
    # Which ordered values a quantile is made of, by each definition; names of definitions are data.
    "tisstats.statistics.quantiles": {
        *(
            "QUANTILE_DEFINITIONS",
            "QuantileDefinition",
            "parse_definition",
            "quantile_weights",
            "_BY_TEXT",
        ),
        *(
            "_TOLERANCE",
            "_POSITIONS",
            "_interpolation_weights",
            "_weights",
            "_as_fraction",
            "_hinge_position",
            "_snap_to_integer",
        ),
    },
    "tisstats.statistics._arguments": {
        *("Whole", "load_options", "proportion_within", "real_number", "whole_number"),
        *("_proportion", "_NO_NUMBERS", "_SHORT_FLOATS", "_GROUPED", "_LEAST_PERCENTAGE", "_entry"),
    },
    # Doses, the names of patients and of a folder, and how faults are reported.
    "tisstats.lim2021.regimens": {"Infusion", "Regimen", "STANDARD", "_ROWS", "_infusions"},
    "tisstats.lim2021.patient_ids": {"synthetic_id"},
    "tisstats.lim2021.trial_description": {"REFERENCE_FOLDER"},
    "tisstats.errors": {
        *("MOST_SHOWN", "shown", "_LONGEST_NUMBER"),
        *("DataError", "Fault", "_CONTROLS", "_LONGEST_MESSAGE", "_LONGEST_NAME"),
        *("_LONGEST_VALUE", "_shown", "on_one_line", "shortened"),
    },
}

#: Reads patient-level data for the chapters, of the project or of a trial; it draws nothing.
OF_THE_CHAPTERS = "tisstats.synthetic.patient_level_data"

CHECKER = ("tisstats.trial", "tisstats.lim2021.cohort_check")

#: What of the analysis of any trial the check of cohorts uses.
ANALYSIS = {
    f"tisstats.trial.{name}"
    for name in (
        *("analysis", "columns", "consistency", "description", "end_reasons", "response_times"),
        *("samples", "schema", "scoring", "summaries", "trial"),
    )
}
DESCRIPTION = "tisstats.lim2021.trial_description"


def path_of(module):
    stem = PACKAGE.parent.joinpath(*module.split("."))
    return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")


@cache
def names_of(module):
    """What each name at the top of a module is: its statements, or where it is imported from."""
    defined, imported = {}, {}
    for node in ast.parse(path_of(module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "tisstats":
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                is_module = path_of(inner).is_file()
                found = (inner, None) if is_module else (node.module, each.name)
                imported[each.asname or each.name] = found
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name):
                        defined.setdefault(each.id, []).append(node)
    return defined, imported


def used_by(module, name):
    """What the definition of a name uses of the package, as module and name."""
    defined, imported = names_of(module)
    if name in imported:
        return {imported[name]}
    found = set()
    for node in (each for top in defined.get(name, ()) for each in ast.walk(top)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            of, within = imported.get(node.value.id, (None, ""))
            if within is None:
                found.add((of, node.attr))
        elif isinstance(node, ast.Name) and node.id in imported:
            if imported[node.id][1] is not None:
                found.add(imported[node.id])
        elif isinstance(node, ast.Name) and node.id in defined and node.id != name:
            found.add((module, node.id))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tisstats"):
            found.update((node.module, each.name) for each in node.names)
    return found


def reached(modules):
    """All definitions that the code of some modules uses, theirs included."""
    todo = [(module, name) for module in modules for part in names_of(module) for name in part]
    found = set()
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo += used_by(*each)
    return {(module, name) for module, name in found if name in names_of(module)[0]}


def modules_in(*folders):
    for folder in folders:
        for path in PACKAGE.parent.joinpath(*folder.split(".")).glob("*.py"):
            yield folder if path.stem == "__init__" else f"{folder}.{path.stem}"


def test_the_checker_and_the_generator_share_rules_and_no_algorithm():
    drawing = reached(set(modules_in("tisstats.synthetic")) - {OF_THE_CHAPTERS})
    checking = reached({*modules_in(CHECKER[1]), *ANALYSIS, DESCRIPTION})
    found = {}
    for module, name in drawing & checking:
        found.setdefault(module, set()).add(name)
    assert found == SHARED


def test_neither_reaches_into_the_other():
    drawing = reached(set(modules_in("tisstats.synthetic")) - {OF_THE_CHAPTERS})
    checking = reached({*modules_in(CHECKER[1]), *ANALYSIS, DESCRIPTION})
    assert not any(module.startswith(CHECKER) for module, _ in drawing)
    assert not any(module.startswith("tisstats.synthetic") for module, _ in checking)


def test_the_check_uses_no_other_part_of_the_analysis():
    checking = reached({*modules_in(CHECKER[1]), DESCRIPTION})
    of_any_trial = {module for module, _ in checking if module.startswith("tisstats.trial")}
    assert of_any_trial <= ANALYSIS
