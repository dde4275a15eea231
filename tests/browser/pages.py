"""The pages of the book as the browser tests name them."""

from __future__ import annotations

from pathlib import Path

from tisstats.book.run.project import Project

ROOT = Path(__file__).resolve().parents[2]
#: The pages of the table of contents, and those that the theme adds.
PAGES = [*Project.from_folder(ROOT).pages(), "search", "genindex"]
NOTEBOOKS = [f"notebooks/{path.stem}" for path in Project.from_folder(ROOT).notebooks()]
WIDTHS = {"desktop": 1280, "phone": 375}
SCHEMES = ("light", "dark")
