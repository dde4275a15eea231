"""Outcome measures and dosing; knows nothing of any study."""

from tisstats.measures.scales import SCALES, Scale

__all__ = ["SCALES", "Scale"]
