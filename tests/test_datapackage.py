"""Faults of a data package: one line each, with file, row, column, value and what is allowed."""

import csv
import json
import os

import pytest

from tisstats.datapackage import find_faults, read_tables
from tisstats.errors import DataError


def lines(folder):
    return [str(fault).replace(f"{folder}/", "") for fault in find_faults(folder)]


def test_the_published_facts_are_valid(copied):
    assert lines(copied) == []
    assert set(read_tables(copied)) >= {"claims", "table1", "table2", "flow", "design"}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "flow.csv",
            "included,Patients included,20",
            "included,Patients included,twenty",
            "flow.csv, row 3, column value, value 'twenty': "
            "must be a number, at least 0; not empty",
        ),
        (
            "flow.csv",
            "screened,Patients screened,59",
            "screened,Patients screened,-59",
            "flow.csv, row 2, column value, value '-59': must be a number, at least 0; not empty",
        ),
        (
            "flow.csv",
            "screened,Patients screened,59",
            "screened,Patients screened,",
            "flow.csv, row 2, column value, value '': must be a number, at least 0; not empty",
        ),
        (
            "flow.csv",
            "screened,Patients screened,59,patients",
            "screened,Patients screened,59,patients,more",
            "flow.csv, row 2: the row has 6 cells; it must have 5",
        ),
        (
            "flow.csv",
            'screened,Patients screened,59,patients,"Results, Patient characteristics"',
            "screened,Patients screened",
            "flow.csv, row 2: the row has 2 cells; it must have 5",
        ),
        (
            "flow.csv",
            'screened,Patients screened,59,patients,"Results, Patient characteristics"',
            "screened",
            "flow.csv, row 2: the row has 1 cell; it must have 5",
        ),
        (
            "flow.csv",
            'screened,Patients screened,59,patients,"Results, Patient characteristics"',
            "",
            "flow.csv, row 2: the row is empty",
        ),
        (
            "flow.csv",
            "id,quantity,value,unit,place",
            "id,quantity,values,unit,place",
            "flow.csv, row 1, value 'id,quantity,values,unit,place': "
            "the columns must be id,quantity,value,unit,place",
        ),
        (
            "flow.csv",
            "included,Patients included",
            "screened,Patients included",
            "flow.csv, row 3, column id, value 'screened': must not repeat another row's id",
        ),
        (
            "citations.csv",
            "2004 ENMC criteria,11",
            "2004 ENMC criteria,12",
            "citations.csv, row 2, column cited_number, value '12': "
            "must stand in column number of references.csv",
        ),
        (
            "significance.csv",
            "mrs,false",
            "mrs,perhaps",
            "significance.csv, row 13, column significant, value 'perhaps': "
            "must be true or false; not empty",
        ),
    ],
)
def test_a_fault_is_one_line(edit, file, old, new, expected):
    assert lines(edit(file, old, new)) == [expected]


def test_every_fault_is_told(edit, copied):
    edit("flow.csv", "screened,Patients screened,59", "screened,Patients screened,many")
    edit("flow.csv", "included,Patients included,20", "included,Patients included,some")
    (copied / "safety.csv").unlink()
    found = lines(copied)
    assert len(found) == 3
    assert "safety.csv: the file is missing" in found
    with pytest.raises(DataError) as error:
        read_tables(copied)
    assert len(error.value.faults) == 3


def package(folder, rows):
    """Write a data package of files with two columns and one row each."""
    schema = {"fields": [{"name": "id", "type": "string"}, {"name": "n", "type": "integer"}]}
    resources = [{"name": name, "path": f"{name}.csv", "schema": schema} for name in rows]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    for name, row in rows.items():
        (folder / f"{name}.csv").write_text(f"id,n\n{row}\n", encoding="utf-8")


def test_far_too_many_cells_are_found_in_every_file_before_rows_are_kept(tmp_path, monkeypatch):
    monkeypatch.delattr("tisstats.datapackage.faults.find_with_care")
    package(tmp_path, {"plain": "1,2", "wide": "1,2" + "," * 200, "last": "," * 300})
    assert [line.partition(" cells")[0] for line in lines(tmp_path)] == [
        "wide.csv, row 2: the row has 202",
        "last.csv, row 2: the row has 301",
    ]


def test_a_cell_beyond_what_is_read_does_not_end_the_search(tmp_path, monkeypatch):
    monkeypatch.delattr("tisstats.datapackage.faults.find_with_care")
    before = csv.field_size_limit(1_000)  # which libraries set to gigabytes
    try:
        package(tmp_path, {"long": f"{'x' * 1_001},2,3", "wide": "1,2" + "," * 200})
        (line,) = lines(tmp_path)
    finally:
        csv.field_size_limit(before)
    assert line.startswith("wide.csv, row 2: the row has 202 cells")


def test_semicolons_are_a_fault_unless_described(copied):
    path = copied / "flow.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert lines(copied) == [
        "flow.csv, row 1, value 'id;quantity;value;unit;place': "
        "the columns must be id,quantity,value,unit,place"
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "?", " "])
def test_a_described_delimiter_is_read(copied, delimiter):
    for name in ("flow",):
        path = copied / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    descriptor = json.loads((copied / "datapackage.json").read_text(encoding="utf-8"))
    (flow,) = (r for r in descriptor["resources"] if r["name"] == "flow")
    flow["dialect"] = {"csv": {"delimiter": delimiter}}
    (copied / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert read_tables(copied)["flow"].loc[0, "value"] == "59"


def test_a_byte_order_mark_is_no_fault(copied):
    path = copied / "flow.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_tables(copied)["flow"].columns[0] == "id"


def described_in(folder, encoding, text_in):
    """Write a file in one encoding and describe it as being in another."""
    path, description = folder / "flow.csv", folder / "datapackage.json"
    text = path.read_text(encoding="utf-8").replace("Patients included", "Patients (Köln)")
    path.write_bytes(text.encode(text_in))
    descriptor = json.loads(description.read_text(encoding="utf-8"))
    (flow,) = (r for r in descriptor["resources"] if r["name"] == "flow")
    flow["encoding"] = encoding
    description.write_text(json.dumps(descriptor), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_is_described(copied, encoding):
    described_in(copied, encoding, text_in=encoding)
    assert lines(copied) == []
    assert read_tables(copied)["flow"].loc[1, "quantity"] == "Patients (Köln)"


@pytest.mark.parametrize(
    ("encoding", "text_in", "said"),
    [
        ("utf-8", "latin-1", "flow.csv: cannot be read as a CSV file in UTF-8: 'utf-8' codec can"),
        ("ascii", "latin-1", "flow.csv: cannot be read as a CSV file in ascii: 'ascii' codec can"),
        ("klingon", "utf-8", "datapackage.json: resource flow: unknown encoding 'klingon'"),
        ("base64", "utf-8", "datapackage.json: resource flow: unknown encoding 'base64'"),
        (None, "utf-8", "datapackage.json: resource flow: unknown encoding None"),
    ],
)
def test_an_encoding_that_does_not_fit_is_one_line(copied, encoding, text_in, said):
    described_in(copied, encoding, text_in)
    (line,) = lines(copied)
    assert line.startswith(said)
    with pytest.raises(DataError):
        read_tables(copied)


def test_a_file_that_is_no_csv(copied):
    (copied / "flow.csv").write_bytes(b"\xff\xfe\x00")
    (line,) = lines(copied)
    assert line.startswith("flow.csv: cannot be read as a CSV file in UTF-8: ")
    assert "can't decode byte 0xff" in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "describes no files"),
        ('{"resources": 3}', "describes no files"),
        ('{"resources": [{"name": "flow"}]}', "datapackage.json"),
    ],
)
def test_a_description_that_is_none(copied, content, said):
    (copied / "datapackage.json").write_text(content, encoding="utf-8")
    try:
        found = lines(copied)
    except DataError as error:
        found = [str(fault) for fault in error.faults]
    assert len(found) == 1
    assert said in found[0]
    assert "\n" not in found[0]


def test_no_folder_and_no_description(tmp_path):
    with pytest.raises(DataError, match="there is no such folder"):
        find_faults(tmp_path / "nowhere")
    with pytest.raises(DataError, match="json: there is no such file; a data package needs this"):
        find_faults(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is a file; name the folder that holds datapackage"):
        find_faults(tmp_path / "file")


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ("flow.csv", 'resource 1: must be an object with a name, a path and a schema, got "flow'),
        ({"path": ["flow.csv"]}, 'resource 1: path must be the name of one CSV file, got ["flow'),
        (
            {"path": "flow.csv", "dialect": ";"},
            'resource 1: dialect must be an object, such as {"delimiter": ";"}, got ";"',
        ),
        ({"path": "flow.csv", "dialect": {"csv": ";"}}, "resource 1: dialect must be an object"),
        *(
            (
                {"path": "flow.csv", "dialect": dialect},
                "resource 1: delimiter must be one character",
            )
            for given in ("", ";;", None, "\n", "§", '"', "'", "a", "1", [","])
            for dialect in ({"delimiter": given}, {"csv": {"delimiter": given}})
        ),
        (
            {"path": "flow.csv", "schema": {"fields": [{"name": "id", "type": ["string"]}]}},
            'resource 1: the type of a field must be a name, got ["string"]',
        ),
    ],
)
def test_a_resource_that_is_none(copied, resource, said):
    path = copied / "datapackage.json"
    if isinstance(resource, dict):
        resource = {"name": "flow", **resource}
    path.write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        find_faults(copied)
    (fault,) = caught.value.faults
    assert said in str(fault)


def test_a_package_without_files_is_none(copied):
    (copied / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    with pytest.raises(DataError, match="describes no files"):
        find_faults(copied)


def test_a_resource_without_a_path_has_one_fault(copied):
    (copied / "datapackage.json").write_text('{"resources": [{"name": "flow"}]}', encoding="utf-8")
    (line,) = lines(copied)
    assert line.endswith('one of the properties "path" or "data" is required')


def test_infinite_numbers_are_faults_once_each_in_the_order_of_the_file(copied):
    flow = copied / "flow.csv"
    text = flow.read_text(encoding="utf-8")
    text = text.replace(",59,", ",1e400,").replace(",20,", ",-1,").replace(",19,", ",INF,")
    flow.write_text(text, encoding="utf-8")
    rows = [line for line in lines(copied) if "flow.csv" in line]
    places = [int(line.partition("row ")[2].partition(",")[0]) for line in rows]
    assert places == sorted(places)
    assert len(rows) == text.count("1e400") + text.count(",-1,") + text.count(",INF,")
    allowed = "must be finite: a number, at least 0; not empty"
    assert f"flow.csv, row 2, column value, value '1e400': {allowed}" in rows


def test_an_empty_file_and_a_folder_in_its_place(copied):
    (copied / "flow.csv").write_text("")
    (copied / "safety.csv").unlink()
    (copied / "safety.csv").mkdir()
    assert sorted(lines(copied)) == [
        "flow.csv: is empty",
        "safety.csv: is a folder; it must be a CSV file",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_in_the_place_of_a_file_is_not_read(copied):
    (copied / "flow.csv").unlink()
    os.mkfifo(copied / "flow.csv")
    (copied / "safety.csv").unlink()
    (copied / "safety.csv").symlink_to("/dev/zero")
    expected = ["flow.csv: is not a regular file", "safety.csv: is not a regular file"]
    assert sorted(lines(copied)) == expected
    with pytest.raises(DataError, match="is not a regular file"):
        read_tables(copied)


def test_a_key_may_be_described_as_text(copied):
    path, flow = copied / "datapackage.json", copied / "flow.csv"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    (described,) = (each for each in descriptor["resources"] if each["name"] == "flow")
    described["schema"]["primaryKey"] = "id"
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace("included,Pat", "screened,Pat"), encoding="utf-8")
    assert "flow.csv, row 3, column id, value 'screened': must not repeat another row's id" in (
        lines(copied)
    )
