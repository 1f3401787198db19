"""Benchmarks: ratios against peers and floors, from interleaved runs of the same work.

``python -m bench.<name>`` prints a table for people, ``--json`` one object for programs. A bench
fails when the peers did not do the same work.

- ``pipeline``  blocks/s from a node to the outbox, beside web3.py's fetch and decode
- ``faults``    what each fault of a node does to a reader: ours, web3.py, web3-ethereum-defi
- ``contenders``, ``peer``  who reads in it, peers in processes of their own
- ``node``      a node with ready-made answers, in a process of its own
- ``report``    how figures are printed
"""
