"""Every pinned package has a licence that is permitted, and one that has none is named."""

from email.message import Message

import pytest

from tools.licences import __main__ as licences

PERMITTED = licences.Permitted.read()


def package(*classifiers, **fields):
    message = Message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    for classifier in classifiers:
        message["Classifier"] = classifier
    return message


def test_every_pinned_package_has_a_licence_that_is_permitted(capsys):
    assert licences.main() == 0, capsys.readouterr().out


def test_all_pins_are_read(checkout):
    text = (checkout / "requirements.txt").read_text(encoding="utf-8")
    pins = licences.pinned(text)
    assert len(pins) == text.count("==") - text.count(" == ")
    assert {"numpy", "colorama", "yarl"} <= {pin.name for pin in pins}


@pytest.mark.parametrize(
    ("stated", "permitted"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND BSD-3-Clause", True),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("", False),
    ],
)
def test_an_expression_needs_one_side_of_or_and_all_of_and(stated, permitted):
    assert PERMITTED.permits(stated) is permitted


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        (package(License_Expression="MIT", License="GPL"), ["MIT"]),
        (package("License :: OSI Approved :: MIT License", License="text"), ["MIT License"]),
        (
            package("License :: OSI Approved :: BSD License", "License :: Other", "Topic :: Text"),
            ["BSD License", "Other"],
        ),
        (package("License :: OSI Approved", License="ISC\nand its text"), ["ISC"]),
        (package(License="UNKNOWN"), []),
        (package("Topic :: Text"), []),
    ],
)
def test_what_a_package_states(stated, licence):
    assert licences.stated_licences(stated) == licence


@pytest.fixture
def found(monkeypatch):
    """A function of the faults of one installed package with this metadata."""

    def faults(metadata, **entries):
        monkeypatch.setattr(licences, "metadata", lambda _: metadata)
        told = licences.Permitted(
            frozenset({"MIT", "MIT License"}),
            entries.get("elsewhere", {}),
            entries.get("reasons", {}),
        )
        return list(licences.faults(licences.pinned("pack==1 \\\n"), told))

    return faults


def test_a_licence_that_is_not_permitted_is_named(found):
    line = "pack: GPL-3.0-only; permitted.toml neither permits it nor has a reason"
    assert found(package(License_Expression="MIT")) == []
    assert found(package(License_Expression="GPL-3.0-only")) == [line]
    assert found(package(License_Expression="GPL-3.0-only"), reasons={"pack": "a program"}) == []


def test_every_classifier_must_be_permitted(found):
    both = package("License :: OSI Approved :: MIT License", "License :: Free To Use")
    line = "pack: MIT License, Free To Use; permitted.toml neither permits it nor has a reason"
    assert found(both) == [line]


def test_a_package_that_states_nothing_is_named(found):
    line = "pack: no licence stated; permitted.toml neither permits it nor has a reason"
    assert found(package()) == [line]


def test_an_entry_that_nothing_needs_is_named(found):
    mit = package(License_Expression="MIT")
    assert found(mit, reasons={"pack": "none"}) == [
        "pack: has a reason in permitted.toml and needs none"
    ]
    assert found(mit, elsewhere={"gone": "MIT"}) == [
        "gone: stands in permitted.toml and is not pinned"
    ]


def test_a_package_of_another_system_is_looked_up():
    pins = licences.pinned('no-such-pack==1 ; sys_platform == "none" \\\n')
    told = licences.Permitted(frozenset({"MIT"}), {"no-such-pack": "MIT"}, {})
    assert list(licences.faults(pins, told)) == []
    told = licences.Permitted(frozenset({"MIT"}), {}, {})
    assert list(licences.faults(pins, told)) == [
        "no-such-pack: no licence stated; permitted.toml neither permits it nor has a reason"
    ]


def test_a_package_that_should_be_installed_and_is_not_is_named():
    pins = licences.pinned("no-such-pack==1 \\\n")
    told = licences.Permitted(frozenset({"MIT"}), {}, {})
    assert list(licences.faults(pins, told)) == [
        "no-such-pack: not installed; `make` installs what is pinned"
    ]
