"""Check the licences of all pinned packages: ``python -m tools.licences``.

The licence is what the metadata of the installed package state. Packages that ``requirements.txt``
pins for other systems or Pythons are not installed: ``permitted.toml`` says what they state.

References
----------
Core metadata specifications of Python packages, 2.4: ``License-Expression``, ``License``,
``Classifier``.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINS = Path(__file__).resolve().parents[2] / "requirements.txt"
PERMITTED = Path(__file__).with_name("permitted.toml")


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may be used."""

    licences: frozenset[str]
    elsewhere: Mapping[str, str]  #: licence by package of another system or Python
    reasons: Mapping[str, str]  #: why a package may be used all the same

    @classmethod
    def read(cls, path: Path = PERMITTED) -> Permitted:
        """Read the file."""
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(frozenset(told["permitted"]), told["elsewhere"], told["reasons"])

    def permits(self, stated: str) -> bool:
        """Test a licence or an SPDX expression: one side of each OR, all sides of each AND.

        Parentheses are not read: an expression that has them is not permitted, and needs a reason.
        """
        return any(
            all(part.strip() in self.licences for part in side.split(" AND "))
            for side in stated.split(" OR ")
        )


def pinned(text: str) -> list[Requirement]:
    """Read the packages of ``requirements.txt``."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+)", text, flags=re.MULTILINE)
    return [Requirement(line.strip()) for line in lines]


def stated_licences(package: Message) -> list[str]:
    """Return what the metadata of a package state: each of it must be permitted."""
    if expression := package.get("License-Expression"):
        return [expression]
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in package.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    if classifiers:
        return classifiers
    lines = package.get("License", "").strip().splitlines()
    return [line for line in lines[:1] if line != "UNKNOWN"]


def faults(pins: list[Requirement], permitted: Permitted) -> Iterator[str]:
    """Yield a line for each package whose licence is not permitted, and each needless entry."""
    needed = set()
    for pin in pins:
        name = canonicalize_name(pin.name)
        try:
            stated = stated_licences(metadata(pin.name))
        except PackageNotFoundError:
            if pin.marker is None or pin.marker.evaluate():
                yield f"{pin.name}: not installed; `make` installs what is pinned"
                continue
            stated = [permitted.elsewhere[name]] if name in permitted.elsewhere else []
        if stated and all(permitted.permits(each) for each in stated):
            continue
        needed.add(name)
        if name not in permitted.reasons:
            what = ", ".join(stated) or "no licence stated"
            yield f"{pin.name}: {what}; {PERMITTED.name} neither permits it nor has a reason"
    for name in sorted(set(permitted.reasons) - needed):
        yield f"{name}: has a reason in {PERMITTED.name} and needs none"
    for name in sorted(set(permitted.elsewhere) - {canonicalize_name(pin.name) for pin in pins}):
        yield f"{name}: stands in {PERMITTED.name} and is not pinned"


def main() -> int:
    """Check all and return 1 if there is a fault."""
    pins = pinned(PINS.read_text(encoding="utf-8"))
    found = list(faults(pins, Permitted.read()))
    for line in found:
        print(line)
    if not found:
        print(f"{len({pin.name for pin in pins})} packages, all with a licence that is permitted")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
