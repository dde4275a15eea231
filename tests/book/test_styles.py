"""The book's own style sheets."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "book" / "assets"
COLOURS = re.compile(r"[\w-]*(?:color|background|fill|stroke|opacity|filter)[\w-]*\s*:[^;{}]*")


def coloured_for_some_widths(css: str) -> list[str]:
    """Return the elements of which a style sheet sets a colour for some widths only."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found = []
    for block in re.finditer(r"@(?:media|container)([^{]*)\{", css):
        if "width" not in block[1]:
            continue
        depth, end = 1, block.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        rules = re.finditer(r"([^{}]*)\{([^{}]*)\}", css[block.end() : end])
        found += [rule[1].strip() for rule in rules if COLOURS.search(rule[2])]
    return found


#: What Axe does not judge: words before and after elements; and the shade beside code that goes on.
NOT_JUDGED = re.compile(r"::(?:before|after)$| pre$| dt\.sig$")


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.css")), ids=lambda path: path.name)
def test_no_colour_that_is_judged_depends_on_the_width(path):
    # So the tests in the browser need not ask for contrasts at every width. Handed-out papers are
    # asked for them on phones, too.
    found = coloured_for_some_widths(path.read_text(encoding="utf-8"))
    judged = [element for element in found if not NOT_JUDGED.search(element)]
    assert judged == (["body"] if path.name == "class_paper.css" else [])


@pytest.mark.parametrize(
    "condition",
    [
        "@media (max-width: 600px)",
        "@media screen and (width < 9em)",
        "@container x (min-width: 1em)",
    ],
)
def test_a_colour_for_some_widths_is_found(condition):
    css = f"a {{ color: red }} {condition} {{ b {{ margin: 0 }} i {{ background-color: blue }} }}"
    assert coloured_for_some_widths(css) == ["i"]
    assert coloured_for_some_widths(css.replace("width", "height")) == []
