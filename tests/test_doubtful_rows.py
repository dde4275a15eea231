"""Checking doubtful rows alone finds the faults that checking every row finds."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.datapackage import faults, find_faults, read_descriptor
from tisstats.datapackage.doubtful_rows import read_plain
from tisstats.datapackage.lost_files import without_lost_references
from tisstats.datapackage.with_care import find_with_care

#: Cells plainly valid, doubtful and wrong.
KEYS = ["a", "b", "c", "", " a"]
WHOLE = ["1", "2", "01", "-3", "", "x", "1.0", "99999999999999999999", " 1", "NA"]
NUMBERS = ["0.5", "3", "1e2", "1e400", "INF", "", "nan", "+1", "2,5", "7.", "NaN"]
TEXTS = ["none", "major", "", "other", "x y"]
TRUTHS = ["true", "false", "True", "1", "", "no"]
SCHEMAS = {
    "patients": {
        "fields": [
            {"name": "id", "type": "string", "constraints": {"required": True}},
            {"name": "age", "type": "integer", "constraints": {"minimum": 1, "maximum": 90}},
        ],
        "primaryKey": "id",
        "missingValues": ["", "NA"],
    },
    "visits": {
        "fields": [
            {"name": "id", "type": "string", "constraints": {"pattern": "[a-z]"}},
            {"name": "week", "type": "integer", "constraints": {"required": True}},
            {"name": "haq", "type": "number", "constraints": {"minimum": 0}},
            {"name": "response", "type": "string", "constraints": {"enum": ["none", "major"]}},
            {"name": "rescue", "type": "boolean"},
            {
                "name": "dead",
                "type": "boolean",
                "trueValues": ["yes", "true"],
                "falseValues": ["no"],
            },
        ],
        "primaryKey": ["id", "week"],
        "foreignKeys": [
            {"fields": ["id"], "reference": {"resource": "patients", "fields": ["id"]}}
        ],
    },
}


def mostly(common, any_of):
    return st.sampled_from(common) | st.sampled_from(common) | st.sampled_from(any_of)


VISIT = st.tuples(
    mostly(["a", "b"], KEYS),
    mostly(["1", "2", "3"], WHOLE),
    mostly(["0.5"], NUMBERS),
    mostly(["none"], TEXTS),
    mostly(["true"], TRUTHS),
    mostly(["no"], TRUTHS),
).map(list)
PATIENT = st.tuples(mostly(["a", "b"], KEYS), mostly(["50"], WHOLE)).map(list)
#: Records with other numbers of cells.
ODD = st.sampled_from([[], ["a"], ["", ""], ["a"] * 7, ['"a"'] * 2])


def write(folder, tables):
    resources = [
        {"name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "schema": schema}
        for name, schema in SCHEMAS.items()
    ]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}))
    for name, records in tables.items():
        header = [field["name"] for field in SCHEMAS[name]["fields"]]
        lines = (",".join(cells) + "\n" for cells in [header, *records])
        (folder / f"{name}.csv").write_text("".join(lines), encoding="utf-8")


@examples(15)
@example(  # a row with a cell too many, whose key another one repeats
    [["a", "50"]],
    [["a", week, "0.5", "none", "true", "no"] for week in ("1", "3")],
    [("visits", ["a", "03", "2", "5", "none", "true", "no"])],
)
@example(  # the same, with cells too few, and before the other
    [["a", "50"]],
    [["a", "3"], ["a", "3", "0.5", "none", "true", "no"]],
    [],
)
@example(  # plain rows whose keys are one number, written in two ways
    [["a", "50"]],
    [["a", week, "0.5", "none", "true", "no"] for week in ("3", "03")],
    [],
)
@example(  # and two texts, which are two keys
    [["1", "50"], ["01", "50"]],
    [],
    [],
)
@given(
    st.lists(PATIENT, max_size=4),
    st.lists(VISIT, max_size=8),
    st.lists(st.tuples(st.sampled_from(["patients", "visits"]), ODD), max_size=1),
)
def test_faults_are_those_of_checking_every_row(tmp_path_factory, patients, visits, odd):
    folder = tmp_path_factory.mktemp("package")
    tables = {"patients": patients, "visits": visits}
    for name, record in odd:
        tables[name] = [*tables[name], record]
    write(folder, tables)
    descriptor, lost = without_lost_references(folder, read_descriptor(folder))
    expected = [*lost, *find_with_care(folder, descriptor)]
    assert list(map(str, find_faults(folder))) == list(map(str, expected))


@pytest.mark.parametrize(
    ("more", "plain"),
    [
        ({}, True),
        ({"title": "Age", "description": "in years", "unit": "years"}, True),
        ({"finite": True}, True),
        ({"format": "default"}, False),
        ({"trueValues": ["1"]}, False),
    ],
)
def test_a_field_with_what_is_known_of_fields_needs_no_careful_look(tmp_path, more, plain):
    (tmp_path / "ages.csv").write_text("age\n50\n", encoding="utf-8")
    schema = {"fields": [{"name": "age", "type": "number"} | more]}
    found = read_plain(tmp_path / "ages.csv", schema, encoding="utf-8", delimiter=",")
    assert (found is not None) == plain
    assert found is None or not found.doubtful.any()


def test_a_valid_package_needs_no_second_look(tmp_path, monkeypatch):
    write(
        tmp_path,
        {"patients": [["a", "50"]], "visits": [["a", "1", "0.5", "none", "true", "no"]] * 1},
    )
    monkeypatch.setattr(faults, "find_with_care", None)
    assert find_faults(tmp_path) == []


@pytest.mark.parametrize("rows", [3, 4_000])
def test_one_fault_among_many_rows_is_named_with_its_row(tmp_path, rows, monkeypatch):
    visits = [["a", str(week), "0.5", "none", "true", "no"] for week in range(rows)]
    visits[-1][2] = "-0.5"
    write(tmp_path, {"patients": [["a", "50"], ["b", "60"]], "visits": visits})
    checked = []
    monkeypatch.setattr(
        faults,
        "find_with_care",
        lambda folder, descriptor: (
            checked.append((folder / "visits.csv").read_text(encoding="utf-8").count("\n"))
            or find_with_care(folder, descriptor)
        ),
    )
    (fault,) = find_faults(tmp_path)
    assert (fault.file, fault.row, fault.value) == (str(tmp_path / "visits.csv"), rows + 1, "-0.5")
    assert checked == [2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "patients.csv: the file is missing"),
        (b"", "patients.csv: is empty"),
        (b"id,age\n", "patients.csv: has no rows, and rows of visits refer to it"),
        (b"id,age\na,50\n\xe8,50\n", "patients.csv: cannot be read as a CSV file in UTF-8"),
        (b"name,age\na,50\n", "patients.csv, row 1, value 'name,age': the columns must be"),
    ],
)
def test_a_file_without_the_rows_that_others_refer_to_is_one_fault(tmp_path, content, expected):
    visits = [["a", week, "0.5", "none", "true", "no"] for week in ("1", "2", "x")]
    write(tmp_path, {"patients": [], "visits": visits})
    file = tmp_path / "patients.csv"
    file.unlink() if content is None else file.write_bytes(content)
    first, second = (str(fault).replace(f"{tmp_path}/", "") for fault in find_faults(tmp_path))
    assert first.startswith(expected)
    assert second.startswith("visits.csv, row 4, column week, value 'x': must be an integer")


def test_a_file_without_rows_to_which_none_refers_is_valid(tmp_path):
    write(tmp_path, {"patients": [], "visits": [["", "1", "0.5", "none", "true", "no"]]})
    assert find_faults(tmp_path) == []


def test_a_key_at_fault_is_one_fault_and_does_not_repeat_another(tmp_path):
    write(tmp_path, {"patients": [["a", "50"], ["", "60"]], "visits": []})
    (fault,) = find_faults(tmp_path)
    assert (fault.row, fault.message) == (3, "must be text; not empty")


def test_an_empty_key_that_no_constraint_forbids_does_not_repeat_another(tmp_path):
    fields = [{"name": name, "type": "string"} for name in ("id", "remark")]
    schema = {"fields": fields, "primaryKey": "id"}
    described = {"resources": [{"name": "notes", "path": "notes.csv", "schema": schema}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    (tmp_path / "notes.csv").write_text("id,remark\na,x\n,y\n", encoding="utf-8")
    (fault,) = find_faults(tmp_path)
    assert (fault.row, fault.message) == (3, "id must not be empty")


def test_the_file_that_has_no_such_row_goes_by_its_own_name(tmp_path):
    visits = [["c", "1", "0.5", "none", "true", "no"]]
    write(tmp_path, {"patients": [["a", "50"]], "visits": visits})
    (tmp_path / "patients.csv").rename(tmp_path / "people of mine.csv")
    path = tmp_path / "datapackage.json"
    path.write_text(path.read_text().replace("patients.csv", "people of mine.csv"))
    (fault,) = find_faults(tmp_path)
    assert fault.message == "must stand in column id of people of mine.csv"


def test_a_file_with_the_line_ends_of_windows_is_plain(tmp_path):
    path, schema = tmp_path / "patients.csv", SCHEMAS["patients"]
    for end in ("\n", "\r\n"):
        path.write_bytes(end.join(["id,age", "a,5", ""]).encode())
        plain = read_plain(path, schema, encoding="utf-8", delimiter=",")
        assert plain is not None
        assert plain.cells.to_numpy().tolist() == [["a", "5"]]


@pytest.mark.parametrize(("kind", "is_plain"), [("string", True), ("date", False)])
def test_files_that_refer_to_each_other_are_checked_in_one_way(tmp_path, kind, is_plain):
    """A file that has to be checked as a whole takes those with it that are linked to it."""
    patients = {**SCHEMAS["patients"]}
    patients["fields"] = [*patients["fields"], {"name": "born", "type": kind}]
    schemas = {"patients": patients, "visits": SCHEMAS["visits"]}
    resources = [
        {"name": name, "path": f"{name}.csv", "schema": schema} for name, schema in schemas.items()
    ]
    for name, schema in schemas.items():
        header = ",".join(given["name"] for given in schema["fields"])
        (tmp_path / f"{name}.csv").write_text(f"{header}\n", encoding="utf-8")
    found = faults._plain_files(tmp_path, {"resources": resources})
    assert [file is not None for file in found.values()] == [is_plain, is_plain]
