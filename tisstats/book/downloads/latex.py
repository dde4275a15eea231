"""Tables in LaTeX for pdflatex, with the packages booktabs, array, longtable and pdflscape."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tisstats.book.downloads.tables import PageTable
from tisstats.book.downloads.widths import LONGEST_WORD, Fitted, fit_columns, squeeze_columns

#: Tables with more rows than a page holds run over several, with the head repeated.
ROWS_OF_A_PAGE = 40

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        (
            *("alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon"),
            *("varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi"),
            *("Sigma", "Phi", "Psi", "Omega"),
        ),
        strict=True,
    )
)

#: LaTeX for what has a meaning in LaTeX, and for characters that pdflatex does not know from UTF-8
#: alone. Letters with accents need no entry: inputenc's tables have all that the font has.
_REPLACEMENTS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\ensuremath{<}",  # else an inverted exclamation mark in the default encoding
        ">": r"\ensuremath{>}",
        "|": r"\ensuremath{|}",
        # After the end of a row these would belong to its command.
        "[": "{[}",
        "*": "{*}",
        "\u00a0": "~",
        "\u2009": r"\,",
        "\u202f": r"\,",
        "–": "--",
        "—": "---",
        "‘": "`",
        "’": "'",
        "“": "``",
        "”": "''",
        "…": r"\ldots{}",
        "§": r"\S{}",
        "†": r"\dag{}",
        "‡": r"\ddag{}",
        "\u2212": r"\ensuremath{-}",
        "±": r"\ensuremath{\pm}",
        "×": r"\ensuremath{\times}",
        "÷": r"\ensuremath{\div}",
        "·": r"\ensuremath{\cdot}",
        "≤": r"\ensuremath{\leq}",
        "≥": r"\ensuremath{\geq}",
        "√": r"\ensuremath{\surd}",
        "≠": r"\ensuremath{\neq}",
        "≈": r"\ensuremath{\approx}",
        "∞": r"\ensuremath{\infty}",
        "→": r"\ensuremath{\rightarrow}",
        "←": r"\ensuremath{\leftarrow}",
        "°": r"\ensuremath{^\circ}",
        "¹": r"\textsuperscript{1}",
        "²": r"\textsuperscript{2}",
        "³": r"\textsuperscript{3}",
        "½": r"\ensuremath{\frac{1}{2}}",
        "\u00b5": r"\ensuremath{\mu}",  # the sign of a unit; the letter is among the Greek ones
        **{letter: rf"\ensuremath{{\{name}}}" for letter, name in _GREEK.items()},
    }
)


def escape(text: str) -> str:
    r"""Return text as LaTeX.

    Examples
    --------
    >>> print(escape("55% & p_1 ≥ 2 – 3"))
    55\% \& p\_1 \ensuremath{\geq} 2 -- 3
    """
    return text.translate(_REPLACEMENTS)


@dataclass(frozen=True, slots=True)
class _Setting:
    """A size of type on a page: article's, at 10 points."""

    command: str  #: that sets the size
    upright: bool
    line: float  #: length of a line, average characters
    gap: float  #: space between two columns, average characters
    lines: int  #: lines of a page that a table may take


#: Settings from the most to the least legible; lines have 345 points upright, 550 in landscape.
_SETTINGS = (
    _Setting("", upright=True, line=66, gap=2.35, lines=ROWS_OF_A_PAGE + 1),
    _Setting(r"\small", upright=True, line=73, gap=2.6, lines=45),
    _Setting(r"\footnotesize", upright=True, line=81, gap=2.9, lines=52),
    _Setting(r"\small", upright=False, line=116, gap=2.6, lines=26),
    _Setting(r"\footnotesize", upright=False, line=129, gap=2.9, lines=30),
    _Setting(r"\scriptsize", upright=False, line=143, gap=3.2, lines=36),
    _Setting(r"\tiny\setlength{\tabcolsep}{2pt}", upright=False, line=170, gap=1.3, lines=48),
)

#: Rows are not taller than so many lines if another setting avoids it.
_TALLEST = 6


def latex(table: PageTable, note: str = "") -> str:
    """Return a table as LaTeX, ready to be included in a document.

    A table that is too wide for the line is wrapped, set in smaller type or in landscape; one that
    is too long for a page runs over several, with its head repeated.

    Parameters
    ----------
    note
        What a reader must know about it; below the table.
    """
    setting, fitted = _fitted(table)
    marks = [_breakable if wrapped else escape for wrapped in fitted.wrapped]
    # pandas takes a head for a format, in which a brace is written twice.
    heads = [mark(text) for mark, text in zip(marks, table.columns, strict=True)]
    columns = [head.replace("{", "{{").replace("}", "}}") for head in heads]
    cells = [[mark(cell) for mark, cell in zip(marks, row, strict=True)] for row in table.rows]
    # Numbered, since pandas wants columns to differ.
    frame = pd.DataFrame(cells, columns=range(len(columns)), dtype=object)
    long = fitted.lines > setting.lines
    below = " ".join((*table.notes, *([note] if note else ())))
    caption = escape(f"{table.caption.removesuffix('.')}. {below}" if below else table.caption)
    text = frame.to_latex(
        index=False,
        header=columns,
        escape=False,
        caption=caption,
        label=f"tab:{table.name}",
        column_format=_column_format(setting, fitted),
        longtable=long,
    )
    packages = ["booktabs", "array", *["longtable"] * long, *["pdflscape"] * (not setting.upright)]
    return f"% In the preamble: \\usepackage{{{','.join(packages)}}}\n{_set(text, setting, long)}"


def _fitted(table: PageTable) -> tuple[_Setting, Fitted]:
    """Return the first setting in which a table fits, not too tall if possible, and its columns."""
    found = [
        (each, fit_columns(table, each.line - each.gap * len(table.columns))) for each in _SETTINGS
    ]
    fits = [(each, fitted) for each, fitted in found if fitted is not None]
    low = [(each, fitted) for each, fitted in fits if fitted.tallest <= _TALLEST]
    last = _SETTINGS[-1]
    squeezed = squeeze_columns(table, last.line - last.gap * len(table.columns))
    return next(iter(low or fits), (last, squeezed))


def _set(text: str, setting: _Setting, long: bool) -> str:
    """Return a table in its size, upright or in landscape."""
    size = f"{setting.command}\n" if setting.command else ""
    if long:
        # Else its caption is narrower than the table.
        text = f"\\begingroup\n{size}\\setlength{{\\LTcapwidth}}{{\\linewidth}}\n{text}\\endgroup\n"
    else:
        text = text.replace("\\begin{tabular}", f"{size}\\begin{{tabular}}", 1)
    return text if setting.upright else f"\\begin{{landscape}}\n{text}\\end{{landscape}}\n"


def _breakable(text: str) -> str:
    r"""Return text as LaTeX whose names and very long words may be broken.

    Examples
    --------
    >>> print(_breakable("a_b"))
    a\_\allowbreak{}b
    """
    words = text.split(" ")
    return " ".join(
        r"\allowbreak{}".join(map(escape, word))
        if len(word) > LONGEST_WORD
        else escape(word).replace(r"\_", r"\_\allowbreak{}").replace("/", r"/\allowbreak{}")
        for word in words
    )


def _column_format(setting: _Setting, fitted: Fitted) -> str:
    """Return the columns: as wide as they are, or a share of the line, wrapped."""
    return "".join(
        rf">{{\raggedright\arraybackslash\hspace{{0pt}}}}p{{{width / setting.line:.3f}\linewidth}}"
        if wrapped
        else "l"
        for width, wrapped in zip(fitted.widths, fitted.wrapped, strict=True)
    )
