"""The settings of Sphinx that the configuration of the book amounts to."""

from __future__ import annotations

import pprint
from typing import Any

#: What Jupyter Book loads and the book has a use for.
EXTENSIONS = [
    "sphinx_togglebutton",
    "sphinx_copybutton",
    "myst_nb",
    "sphinx_external_toc",
    "sphinx_design",
    "sphinx_book_theme",
]

#: Names in Sphinx of settings at the top of the configuration.
_TOP = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "exclude_patterns": "exclude_patterns",
    "only_build_toc_files": "external_toc_exclude_missing",
    "bibtex_bibfiles": "bibtex_bibfiles",
}
#: The same by section.
_SECTIONS = {
    "html": {"favicon": "html_favicon", "baseurl": "html_baseurl"},
    "parse": {"myst_enable_extensions": "myst_enable_extensions"},
    "execute": {
        "execute_notebooks": "nb_execution_mode",
        "timeout": "nb_execution_timeout",
        "stderr_output": "nb_output_stderr",
    },
}
#: Settings of theme and links that stand elsewhere in the configuration.
_THEME = {"announcement": "announcement"}
_REPOSITORY = {
    "url": "repository_url",
    "branch": "repository_branch",
    "path_to_book": "path_to_docs",
}


def sphinx_settings(config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of Sphinx for the contents of a ``_config.yml``."""
    settings: dict[str, Any] = {
        "extensions": list(EXTENSIONS),
        "external_toc_path": "_toc.yml",
        "html_theme": "sphinx_book_theme",
        "html_sourcelink_suffix": "",
        "myst_url_schemes": ["mailto", "http", "https"],
        "suppress_warnings": ["myst.domains"],
    }
    settings |= _renamed(config, _TOP)
    for section, names in _SECTIONS.items():
        settings |= _renamed(config.get(section) or {}, names)
    if settings.get("nb_execution_mode") is False:  # YAML reads "off" so
        settings["nb_execution_mode"] = "off"
    own = config.get("sphinx") or {}
    if config.get("bibtex_bibfiles"):
        settings["extensions"].append("sphinxcontrib.bibtex")
    settings["extensions"] += own.get("extra_extensions") or []
    options = _renamed(config.get("html") or {}, _THEME)
    options |= _renamed(config.get("repository") or {}, _REPOSITORY)
    given = own.get("config") or {}
    settings |= given
    settings["html_theme_options"] = options | (given.get("html_theme_options") or {})
    return settings


def _renamed(section: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {new: section[old] for old, new in names.items() if section.get(old) is not None}


def conf_py(settings: dict[str, Any]) -> str:
    """Return the settings as the text of a ``conf.py``."""
    lines = [f"{name} = {pprint.pformat(value)}" for name, value in sorted(settings.items())]
    return "\n".join(lines) + "\n"
