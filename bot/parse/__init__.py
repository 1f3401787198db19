"""What people type, as values: pure functions that raise InputError with one helpful sentence.

- ``text``       text from people: stripped of what cannot be seen, shortened to be shown back
- ``number``     ``1,250,000.50`` as an exact Decimal, sized and signed as it must be
- ``threshold``  ``$250k``, ``50 ETH``
- ``duration``   ``1h30m``
- ``address``    ``0x…``, or an explorer's link to one
- ``transaction``  a hash, or an explorer's link to one
- ``pasted``     whatever there is of both in a text
- ``reference``  which watch is meant: its number, its address, its label
- ``chain``      ``ethereum``, ``BNB``, ``all``
"""
