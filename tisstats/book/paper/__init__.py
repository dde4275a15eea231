"""The book on paper: its pages as one PDF, set by a browser.

`contents` reads the order of the pages, `document` makes one long page of all of them, `press` has
a browser print it, and `edition` is what the command line calls. `sheets` prints slides and sheets
of the class into the finished book.
"""
