"""The search of a book: what its pages say, cut into passages, in one file beside them.

Sphinx's own search knows words of the sources: no table, no number that code pastes, no synonym,
and it shows no excerpt unless it may fetch pages, which browsers refuse for files. This one reads
the finished pages. Its code is its own, `search_engine.js` and `search.js` among the assets,
because the parts that matter here would be ours with any library: numbers compared by value (42
finds 42.0, and "42,1" finds 42.1), synonyms of several words, rows of tables and of the ledger as
hits, excerpts, hits by page. What MiniSearch or Lunr would add, an inverted index with a rank for
each hit, takes some forty lines; neither is a package of PyPI, so that either would have to be
kept as a copy. The index is made when a reader starts to search, from the text that excerpts need
in any case: that takes a fraction of a second for all of a book, and saves to load it twice.
"""
