"""Discrepancies in the article: places that do not agree, each with what speaks against it.

The texts stand in ``entries.toml``; every number in them is a published fact or computed from
facts. What follows from registrations is read from `data/registry` and says so.
"""
