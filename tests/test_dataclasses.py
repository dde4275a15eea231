"""The records of parts that compute or read: none can change, or compares arrays by accident."""

import dataclasses
import importlib
import pkgutil
import re
from functools import cached_property

import pytest

import tisstats

PARTS = ("statistics", "measures", "printed", "forensics", "ledger", "lim2021", "trial", "tables",
         "datapackage")  # fmt: skip

#: Types whose comparison is no truth value, as annotations call them.
ARRAYS = {"NDArray", "ndarray", "DataFrame", "Series", "Ints", "Floats", "Mask", "Names", "Columns"}

#: Records that collect faults or counts while a table is read.
COLLECTORS = {"TableCheck", "Scheduled", "TypedTable", "ScoreCounts", "_Kind", "PlainFile",
              "TableBatches", "DecimalMarks"}  # fmt: skip

#: Records that are compared by identity for another reason: they are large, or mappings themselves.
BY_IDENTITY = {"Ledger", "Report", "PublishedFacts", "TrialDescription"}

#: The records that are sorted.
SORTED = {"ResponderSplit"}

#: The records whose fields are too many, or too alike, to be given by position.
BY_NAME = {"PatientFlow", "OutcomeWords", "Endpoint"}


def records():
    for module in pkgutil.walk_packages(tisstats.__path__, "tisstats."):
        if module.name.split(".")[1] in PARTS:
            for name, each in vars(importlib.import_module(module.name)).items():
                if not isinstance(each, type) or each.__module__ != module.name:
                    continue
                if "__dataclass_params__" in vars(each):  # not only those it inherits from
                    yield name, each


@pytest.fixture(scope="module")
def found():
    found = list(records())  # several may have one name
    assert len(found) > 150
    return found


def test_no_record_can_change_but_those_that_collect(found):
    changeable = {name for name, each in found if not each.__dataclass_params__.frozen}
    assert changeable == COLLECTORS


def test_no_record_can_get_a_further_attribute(found):
    def caches(each):
        return any(isinstance(value, cached_property) for value in vars(each).values())

    free = {name for name, each in found if "__slots__" not in vars(each)}
    assert free == {name for name, each in found if caches(each)}


def test_records_that_hold_arrays_compare_by_identity(found):
    words = {
        name: {
            word
            for field in dataclasses.fields(each)
            if not str(field.type).startswith("Callable")
            for word in re.findall(r"\w+", str(field.type))
        }
        for name, each in found
    }
    holding: set[str] = set()
    while (
        more := {n for n, used in words.items() if used & (ARRAYS | holding - BY_IDENTITY)}
        - holding
    ):
        holding |= more
    by_identity = {name for name, each in found if not each.__dataclass_params__.eq}
    assert by_identity == holding | BY_IDENTITY


def test_records_are_sorted_where_that_means_something(found):
    assert {name for name, each in found if each.__dataclass_params__.order} == SORTED


def test_records_of_many_fields_are_made_by_name(found):
    by_name = {n for n, each in found if all(f.kw_only for f in dataclasses.fields(each))}
    assert by_name == BY_NAME
