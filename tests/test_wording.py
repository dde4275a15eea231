"""Sentences that promise something without exception state their condition; words are the field's.

What counts as such a sentence, and how to register one, stands in ``tests/wording``.
"""

import pytest

from tests import wording

PAGES = list(wording.pages())


@pytest.mark.parametrize("page", PAGES)
def test_absolute_sentences_are_registered_with_their_condition(page):
    rows = [row["sentence"] for row in wording.missing(page)]
    assert rows == [], (
        "state a condition in each of these sentences, or delete the absolute word; then add the "
        "rows that `python -m tests.wording --missing` prints to tests/wording/"
        f"{wording.REGISTER.name}, with the phrase that states it, or with "
        f"{wording.NONE_NEEDED!r} and the reason"
    )


def test_each_condition_is_a_phrase_of_its_sentence_or_the_reason_why_none_is_needed():
    faults = [(row["sentence"], wording.fault(row)) for row in wording.register()]
    assert [fault for fault in faults if fault[1]] == []


def test_no_row_outlives_its_sentence():
    assert wording.stale() == [], "remove them with `python -m tests.wording --prune`"


def test_the_register_holds_no_row_twice():
    rows = [(row["page"], row["sentence"]) for row in wording.register()]
    assert len(rows) == len(set(rows)) > 0


@pytest.mark.parametrize("page", PAGES)
def test_pages_avoid_words_that_sound_translated(page):
    assert wording.avoided(page) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "This is proven.",
        "It cannot arise, whatever the data.",
        "No other program does.",
        "All cohorts have it.",
        "Every printed number holds.",
        "None can be ruled out.",
        "It is the only one.",
        "The first open implementation.",
        "This never happens.",
    ],
)
def test_an_absolute_word_is_seen(sentence):
    assert wording.ABSOLUTE.search(sentence)


@pytest.mark.parametrize(
    "sentence", ["Eight of nineteen responded.", "All in all it improves.", "An improvement."]
)
def test_an_ordinary_sentence_passes(sentence):
    assert not wording.ABSOLUTE.search(sentence)


def test_markup_is_taken_off_and_sentences_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(wording, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(
        "# Never\n\n"
        "Of {glue:text}`../notebooks/a.ipynb::total:s` **none** can be\n"
        "[met](x.md) {cite}`rider2004`, e.g. here. A {term}`word <Term>`!\n\n"
        "- an item that\n  goes on\n- another\n\n"
        "```bash\nnever code\n```\n\n"
        ":::{glossary}\na term\n  What it is. Always.\n:::\n",
        encoding="utf-8",
    )
    assert wording.sentences("page.md") == [
        "Never",
        "Of {total} none can be met, e.g. here.",
        "A word!",
        "an item that goes on",
        "another",
        "a term",
        "What it is.",
        "Always.",
    ]
    assert wording.absolute("page.md") == [
        "Never",
        "Of {total} none can be met, e.g. here.",
        "Always.",
    ]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", '"""Never this."""\nTEXT = f"Never {2}."\nraise ValueError("never that one")\n'),
        ("a.toml", '[[entry]]\nkey = "never"\ntext = ["""\nNever\n{value}."""]\n'),
        ("a.json", '{"never this": [{"description": "Never {value}."}]}'),
    ],
)
def test_the_texts_of_other_files_are_read(name, source, tmp_path, monkeypatch):
    monkeypatch.setattr(wording, "ROOT", tmp_path)
    (tmp_path / name).write_text(source, encoding="utf-8")
    assert wording.absolute(name) == ["Never {value}."]


@pytest.mark.parametrize(
    "page",
    [
        "CONTRIBUTING.md",
        "data/bounds/datapackage.json",
        "tisstats/book/trial_report/notebooks/scores.ipynb",
        "tisstats/chapters/trial_report/scores.py",
        "tisstats/figures/swimmer.py",
        "tisstats/lim2021/discrepancies/entries.toml",
        "tisstats/teaching/slides.toml",
    ],
)
def test_pages_have_every_kind_of_file_with_prose(page):
    assert page in PAGES


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("of nineteen", "has fewer than 3 words"),
        ("in every other trial", "does not stand in the sentence"),
        ("It never happens in this trial.", "is the whole sentence"),
        ("in this trial.", ""),
        ("none needed: obvious", "has fewer than 3 words"),
        ("none needed: never happens in this", "only repeats the sentence"),
        ("none needed: true by definition", ""),
    ],
)
def test_a_condition_that_is_none_is_refused(condition, message):
    row = {"sentence": "It never happens in this trial.", "condition": condition}
    assert message in wording.fault(row)
    assert bool(message) == bool(wording.fault(row))
