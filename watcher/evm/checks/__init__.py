"""Whether what a node tells of a block can be true.

- ``block``          the block that was asked for
- ``receipts``       as many as transactions, in order, all of the block
- ``logs``           those of ``eth_getLogs``, all of them or filtered ones
- ``bloom``          the header's filter, recomputed from all logs
- ``header``         bloom and receipts root against the header, where they hold
- ``receipts_root``  the header's root, recomputed from all receipts: the audit
- ``rlp``, ``trie``  what that root is made with
- ``slices``         room for everybody else during long checks
"""
