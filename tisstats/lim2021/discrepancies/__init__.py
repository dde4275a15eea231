"""Discrepancies in the article: places that do not agree, each with its counterargument.

The texts are in ``entries.toml``; every number in them is a published fact or computed from
facts. What rests on registrations is read from `data/registry` and says so.
"""
