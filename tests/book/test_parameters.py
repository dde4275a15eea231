import pytest

from tisstats.book.run.parameters import list_parameters, parse_settings, read_parameters
from tisstats.book.run.project import BookError, UsageError

SOURCE = """\
# What a reader may change.
threshold: int = 40  # points
level: float = 0.95  # confidence
strict: bool = False
method: str = "clopper-pearson"  # of the interval
"""


@pytest.fixture
def known(tmp_path, notebook_writer, code_cell):
    first, second = tmp_path / "{one}.ipynb", tmp_path / "two.ipynb"
    notebook_writer(first, code_cell(SOURCE, "parameters"))
    notebook_writer(second, code_cell("threshold: int = 40", "parameters"))
    return read_parameters([first, second])


@pytest.fixture
def declared(tmp_path, notebook_writer, code_cell):
    """Reads one parameters cell a notebook."""

    def read(*sources):
        paths = []
        for number, source in enumerate(sources):
            paths.append(tmp_path / f"book{number}.ipynb")
            notebook_writer(paths[-1], code_cell(source, "parameters"))
        return read_parameters(paths)

    return read


def test_reads_type_default_help_and_the_notebooks_that_have_it(known):
    assert list(known) == ["threshold", "level", "strict", "method"]
    threshold = known["threshold"]
    assert (threshold.type, threshold.default, threshold.help) == ("int", 40, "points")
    assert threshold.notebooks == ("{one}", "two")
    assert known["method"].default == "clopper-pearson"
    assert known["strict"].default is False


def test_a_notebook_without_parameters_has_none(tmp_path, notebook_writer, code_cell):
    notebook_writer(tmp_path / "plain.ipynb", code_cell("x = 1"))
    assert read_parameters([tmp_path / "plain.ipynb"]) == {}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("threshold=20", {"threshold": 20}),
        ("threshold=-3", {"threshold": -3}),
        (" threshold = 20 ", {"threshold": 20}),
        ("level=0.9", {"level": 0.9}),
        ("level=1", {"level": 1.0}),
        ("level=1e-3", {"level": 0.001}),
        ("strict=true", {"strict": True}),
        ("strict=TRUE", {"strict": True}),
        ("method=wilson=x y", {"method": "wilson=x y"}),
        ("method=", {"method": ""}),
    ],
)
def test_a_setting_becomes_a_value_of_its_type(known, setting, expected):
    values = parse_settings([setting], known)
    assert values == expected
    assert [type(value) for value in values.values()] == [type(v) for v in expected.values()]


@pytest.mark.parametrize(
    "setting", ["threshold=40", "level=0.950", "strict=false", "method=clopper-pearson"]
)
def test_setting_the_default_changes_nothing(known, setting):
    assert parse_settings([setting], known) == {}


@pytest.mark.parametrize(
    ("setting", "kind", "default"),
    [
        ("threshold=abc", "int", "40"),
        ("threshold=20.5", "int", "40"),
        ("threshold=1_000", "int", "40"),
        ("threshold=", "int", "40"),
        ("threshold=true", "int", "40"),
        ("level=high", "float", "0.95"),
        ("level=nan", "float", "0.95"),
        ("level=inf", "float", "0.95"),
        ("level=1e999", "float", "0.95"),
        ("strict=1", "bool", "false"),
        ("strict=yes", "bool", "false"),
    ],
)
def test_a_wrong_type_is_told_in_one_line(known, setting, kind, default):
    with pytest.raises(UsageError) as caught:
        parse_settings([setting], known)
    message = str(caught.value)
    name, _, text = setting.partition("=")
    assert "\n" not in message
    for part in (repr(name), repr(text), kind, f"default {default}"):
        assert part in message


def test_an_unknown_name_is_told_with_what_is_known_and_what_is_close(known):
    with pytest.raises(UsageError) as caught:
        parse_settings(["treshold=20"], known)
    message = str(caught.value)
    assert "'treshold'" in message
    assert "did you mean 'threshold'?" in message
    for parameter in known.values():
        assert parameter.describe() in message


def test_a_name_like_no_other_gets_no_suggestion(known):
    with pytest.raises(UsageError) as caught:
        parse_settings(["zzz=1"], known)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize("setting", ["threshold", "=5", "", " =5"])
def test_a_setting_needs_a_name_and_a_value(known, setting):
    with pytest.raises(UsageError, match="name=value"):
        parse_settings([setting], known)


@pytest.mark.parametrize("setting", ["{}", "{}=1", "threshold={}", "strict={}"])
@pytest.mark.parametrize("text", ["9" * 5_000, "a\n" * 5_000])
def test_a_very_long_setting_is_cut_on_one_line(known, setting, text):
    with pytest.raises(UsageError) as caught:
        parse_settings([setting.format(text)], known)
    line = str(caught.value).split("\nKnown parameters:")[0]
    assert "\n" not in line
    assert len(line) < 250
    assert " characters)" in line


def test_a_name_may_be_set_once(known):
    with pytest.raises(UsageError, match="'threshold' is set more than once"):
        parse_settings(["threshold=20", "threshold=30"], known)


def test_the_list_names_type_default_and_help(known):
    assert list_parameters(known).splitlines() == [
        "  threshold: int (default 40)  points",
        "  level: float (default 0.95)  confidence",
        "  strict: bool (default false)",
        "  method: str (default clopper-pearson)  of the interval",
    ]


def test_help_may_stand_in_any_of_the_notebooks(declared):
    known = declared("threshold: int = 40", "threshold: int = 40  # points")
    assert known["threshold"].help == "points"


def test_a_whole_number_may_stand_for_a_float(declared):
    default = declared("level: float = 1")["level"].default
    assert isinstance(default, float)


def test_notebooks_must_agree_on_a_type(declared):
    with pytest.raises(BookError) as caught:
        declared("threshold: int = 40", "threshold: float = 40.0")
    for part in ("threshold", "book0", "book1", "int", "float"):
        assert part in str(caught.value)


def test_notebooks_must_agree_on_a_default(declared):
    with pytest.raises(BookError, match="book0 but int = 20 in book1"):
        declared("threshold: int = 40", "threshold: int = 20")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("threshold = 40", "has no type"),
        ("threshold: list = []", "has type list"),
        ("threshold: int = 2 * 20", "must be a literal"),
        ("threshold: int = 40.5", "must be int, got 40.5"),
        ("threshold: bool = 1", "must be bool, got 1"),
        ("threshold: int", "must be a literal"),
    ],
)
def test_a_parameter_that_cannot_be_set_is_an_error_of_the_book(declared, source, complaint):
    with pytest.raises(BookError) as caught:
        declared(source)
    assert "book0" in str(caught.value)
    assert "threshold" in str(caught.value)
    assert complaint in str(caught.value)


def test_help_may_hold_any_sign(declared):
    known = declared("threshold: int = 40  # at least (>=) that many, # of points, in ≥ 1 week")
    assert known["threshold"].help == "at least (>=) that many, # of points, in ≥ 1 week"


def test_a_default_may_hold_the_sign_of_a_comment(declared):
    known = declared('method: str = "# µ"  # of the interval')
    assert (known["method"].default, known["method"].help) == ("# µ", "of the interval")


def test_a_broken_notebook_is_told_by_its_name(tmp_path):
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(BookError, match=r"^broken: "):
        read_parameters([tmp_path / "broken.ipynb"])


def test_a_value_is_refused_by_the_rules_of_the_chapters(known):
    from tisstats.chapters.parameters import refusal

    with pytest.raises(UsageError, match=r"^parameter 'threshold' must be 20 or 40, .*, got 30$"):
        parse_settings(["threshold=30"], known, refusal)
    assert parse_settings(["threshold=20"], known, refusal) == {"threshold": 20}
