"""What a spreadsheet runs when it opens a text file."""

import pytest

from tisstats.tables.formulas import as_text, is_formula


@pytest.mark.parametrize(
    "text",
    [
        "=1", "@SUM(A1)", "\t=1", "＝1", "+A1", "-A1", "-$A$1", "+A1&B2", "-1+2", "+1 + 1", "-5/7",
        "-A1-B22", "+1%*3", "-2+cmd|' /C calc'!A0", "-SUM(A1)", "x;=1+1", "x\t=1", "a|=b", "7;-1+2",
        ";=1", "=1;x", "+A1:B2", "--A1", "-(1)", "+1e5+A1", '-"x"&A1', "+A:B", "+(1", "--1",
        "+A1 B2",
        "+A1,B2", "+Sheet1.A1", "-A1%", "-5<A1", "+((A1))", '-"a"" ("&"b"', "＋A1", "-(A1+2)*3",
        "+'file:///etc/passwd'#$passwd.A1", '-"x;y"&A1', "x;+A1:B2",
        "+A1 ", " +A1 + B2 \t"[1:], "-(A1) ", "-A1% ",
    ],
)  # fmt: skip
def test_formulas_are_known(text):
    assert is_formula(text)
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "", "007", "+12", "-12", "-12%", "-1e5", "-1.2e-5", "+1E+5", "+3.0 (+60%)", "- none",
        "-none", "-0.5 (-1.2 to 0.3)", "-1 to 2", "-DM-01", "+49 170 1234", "a;b", "a; =40",
        "A;-12",
        "1+1", "A1", "+A12345678", "+ABCD1", "+1+x", "-1.5", "+1e5", "-1,234.5", "-0,5", "- 5",
        "-.5 %", "--", "+1:30", "+/-5", "-", "-5)", "-()", "+(A1))", "+CK 300", "+1 2",
        '-"quoted" note', "-1 A1", "- pain & swelling", "-1,5;-2,5", "+A1:", "-&A1", "+%",
        "-2(3)",
    ],
)  # fmt: skip
def test_numbers_and_notes_are_none(text):
    assert not is_formula(text)
    assert as_text(text) == text
