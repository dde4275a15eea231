"""Run the notebooks and build the book."""
