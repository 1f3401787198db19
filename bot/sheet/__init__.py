"""A watchlist as a file for spreadsheets, and such files as a watchlist. Pure, but for ``load``.

- ``columns``  what the columns are called, here and elsewhere
- ``cells``    what stands in a cell, both ways; nothing that a spreadsheet would take for a formula
- ``writing``  watches and names as a file
- ``reading``  a file as rows, whoever wrote it
- ``lines``    a row as what it asks for
- ``load``     a whole file as lines, in turns with everybody else
- ``plan``     what lines would change in a watchlist
- ``turns``    so that a long list keeps nobody waiting
"""
