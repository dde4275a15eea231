"""Make the pages: what Sphinx is given beyond the sources, and what notebooks display as HTML."""
