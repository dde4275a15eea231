"""Tables in LaTeX for pdflatex, with the packages booktabs, array and longtable."""

from __future__ import annotations

import pandas as pd

from tisstats.book.downloads.tables import PageTable

#: Tables with more rows than a page holds run over several, with the head repeated.
ROWS_OF_A_PAGE = 40

#: Columns with longer cells are wrapped, in characters.
_SHORT = 22

#: What a short column takes of the line, about, and what is left to wrapped ones in any case.
_SHORT_SHARE, _LEAST_SHARE = 0.1, 0.3

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


def latex(table: PageTable, note: str = "") -> str:
    """Return a table as LaTeX, ready to be included in a document.

    Parameters
    ----------
    note
        What a reader must know about it; below the table.
    """
    # pandas takes a head for a format, in which a brace is written twice.
    columns = [escape(column).replace("{", "{{").replace("}", "}}") for column in table.columns]
    cells = [[escape(cell) for cell in row] for row in table.rows]
    # Numbered, since pandas wants columns to differ.
    frame = pd.DataFrame(cells, columns=range(len(columns)), dtype=object)
    long = len(cells) > ROWS_OF_A_PAGE
    below = " ".join((*table.notes, *([note] if note else ())))
    caption = escape(f"{table.caption.removesuffix('.')}. {below}" if below else table.caption)
    text = frame.to_latex(
        index=False,
        header=columns,
        escape=False,
        caption=caption,
        label=f"tab:{table.name}",
        column_format=_column_format(table),
        longtable=long,
    )
    packages = "booktabs, array, longtable" if long else "booktabs, array"
    return f"% In the preamble: \\usepackage{{{packages.replace(' ', '')}}}\n{text}"


def _column_format(table: PageTable) -> str:
    """Return the columns: as wide as they are if short, else a share of the line, wrapped."""
    longest = [max(map(len, cells)) for cells in zip(*table.rows, strict=True)] or [0] * len(
        table.columns
    )
    wrapped = sum(cell for cell in longest if cell > _SHORT)
    share = max(_LEAST_SHARE, 1 - _SHORT_SHARE * sum(cell <= _SHORT for cell in longest))
    return "".join(
        "l"
        if cell <= _SHORT
        else rf">{{\raggedright\arraybackslash}}p{{{share * cell / wrapped:.2f}\linewidth}}"
        for cell in longest
    )
