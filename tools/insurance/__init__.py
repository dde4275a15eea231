"""Insurance against the end of Jupyter Book 1.x: the same sources, built with plain Sphinx.

``make insurance`` builds the staged sources with a newer series of Sphinx, in an environment of its
own (``requirements.txt`` beside this file), and compares each page with that of the book, word by
word. Nothing here imports Jupyter Book.
"""
