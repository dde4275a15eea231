"""How to cite the book and its sources: read from ``CITATION.cff``, written in four formats."""
