"""What a page says may run: what book and theme bring along, by its hash; nothing else."""

import base64
import hashlib
import html
import re

import pytest

from tisstats.book.site.policy import content_policy, with_policy

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<script>{}</script><script src="_static/a.js"></script>
</head><body></body></html>
"""


def hashes(policy):
    return set(re.findall(r"'sha256-([^']+)'", policy))


def hash_of(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize(
    "script",
    [
        "DOCUMENTATION_OPTIONS.pagename = 'book/intro';",
        "\n  let toggleOpenOnPrint = 'true';\n",
        'window.MathJax = {"options": {}}',
    ],
)
def test_scripts_of_the_theme_run_as_they_are(script):
    found = hashes(content_policy(PAGE.format(script)))
    assert found == {hash_of(script), hash_of("window.print()")}


@pytest.mark.parametrize(
    "script",
    [
        "alert(1)",
        "DOCUMENTATION_OPTIONS.pagename = ''; alert(1)",
        "let toggleHintShow = ''; alert('');",
        "var togglebuttonSelector = '.toggle'; alert(1);",
        "/* */ window.MathJax = {}",
    ],
)
def test_no_other_script_runs(script):
    assert hashes(content_policy(PAGE.format(script))) == {hash_of("window.print()")}


def test_nothing_comes_from_elsewhere():
    parts = dict(part.split(" ", 1) for part in content_policy(PAGE).split("; "))
    assert parts["default-src"] == "'self' file: data: blob:"
    assert parts["object-src"] == "'none'"
    assert parts["base-uri"] == "'self'", "the page for wrong addresses names its base"
    assert "'unsafe-inline'" not in parts["script-src"]
    assert "'unsafe-eval'" not in parts["script-src"]
    assert not any("http" in part or "*" in part.split() for part in parts.values())


def test_the_policy_stands_before_all_it_concerns():
    page = with_policy(PAGE.format("alert(1)"))
    before, _, after = page.partition('<meta http-equiv="Content-Security-Policy" content="')
    assert before.endswith('<meta charset="utf-8">\n')
    assert html.unescape(after.partition('"')[0]) == content_policy(PAGE)
    assert with_policy("<p>no head</p>") == "<p>no head</p>"
