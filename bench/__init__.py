"""Benchmarks: ratios against peers and floors, from interleaved runs of the same work.

``python -m bench.<name>`` prints a table for people, ``--json`` one object for programs. A bench
fails when the peers did not do the same work.

- ``pipeline``  blocks/s from a node to the outbox, beside its peers and its floor
- ``scaling``   what a block costs with more transfers in it, and with more watches
- ``memory``    resident memory over many blocks
- ``steps``     the longest step without a pause, for a very large block
- ``latency``   from a block at the node to its alerts in the outbox, five chains at once
- ``bytes``     what each plan of fetching costs in bytes, per block and per day

what they stand on

- ``node``        a node with ready-made answers, in a process of its own
- ``ground``      servers and processes to run on: the node, PostgreSQL or SQLite, Valkey
- ``crowd``       chats with watches by the million
- ``contenders``  ours in its shapes, its floor, and the peers
- ``report``      how figures are printed
"""
