"""Native coin that contracts move inside transactions, where nodes can trace: an option.

Nothing in a header bears a trace out, so it is one node's word; it must at least be of the block
that was asked about, and agree with its transactions. A block whose traces cannot be had is used
without them.

- ``parity``  the answer to ``trace_block``: a flat list
- ``geth``    the answer to ``debug_traceBlockByHash``: a tree for each transaction
- ``asking``  which node is asked, and how
"""

from __future__ import annotations

from watcher.evm.traces.asking import OnTraced, Traces

__all__ = ["OnTraced", "Traces"]
