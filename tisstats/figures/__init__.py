"""Figures: each module draws what it is given and tells the same in words; none shows or saves."""
