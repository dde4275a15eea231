"""Imports that are put off until they are needed, or done without."""

from __future__ import annotations

import sys


def without_slow_formats() -> None:
    """Keep jsonschema from importing a checker that takes it most of a second to set up.

    The checker compiles the grammar of internationalised addresses, which no notebook holds; both
    papermill and Jupyter Book would wait for it. An entry of None makes the import fail, which
    jsonschema takes for the checker not being installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
