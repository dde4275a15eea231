"""Sphinx extensions and HTML rendering."""
