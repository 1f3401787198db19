"""One test, both databases: what is stored comes back, and is found, the same on each.

``samples.py`` makes the nouns; the files are named after those of ``data.queries``.
"""
