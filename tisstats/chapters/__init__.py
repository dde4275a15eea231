"""One module per notebook: the tables, numbers and figures that its page shows.

A long chapter is a folder, with a module per section of its page; `chapter` puts them together.
"""
