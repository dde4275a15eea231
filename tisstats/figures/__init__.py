"""Figures: each module draws what it is given and describes it in words; none shows or saves."""
