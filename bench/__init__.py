"""Benchmarks: ratios against peers and floors, from interleaved runs of the same work.

``python -m bench.<name>`` prints a table for people, ``--json`` one object for programs. A bench
fails when the peers did not do the same work.

- ``pipeline``  blocks/s from a node to the outbox, beside its peers and the floor under it
- ``scaling``   what a block costs with more transfers in it, and with more watches
- ``memory``    resident memory over many blocks
- ``steps``     the longest step without a pause, for a very large block
- ``latency``   from a block at the node to its alerts in the outbox, five chains at once
- ``delivery``  messages at Telegram's limit, beside what others do; its ``letters``, ``senders``,
  ``virtual`` time, and ``outing`` in real time
- ``alerting``  from an alert in the outbox to its request at the Bot API
- ``commands``  how long answers take, with a million watches and a hundred people
- ``bytes``     what each plan of fetching costs in bytes, per block and per day
- ``enrich``    what it costs to tell what moved and what it was worth
- ``decoding``  what moved, by our reading and by web3.py's ``codec``: the very same
- ``faults``    what each fault of a node does to a reader: ours, web3.py, web3-ethereum-defi
- ``fanout``    one feed event for 100,000 chats, and what concerns one of them meanwhile
- ``throng``    who is told in it
- ``contenders``, ``peer``  who reads in it, peers in processes of their own
- ``racers``, ``rivals``  who runs in the others: ours in its shapes with its floor, and the peers
- ``ground``    servers and processes to run on
- ``crowd``     chats with watches by the million
- ``node``      a node with ready-made answers, in a process of its own · ``mines``: chains whose
  blocks come by the clock
- ``report``    how figures are printed
"""
