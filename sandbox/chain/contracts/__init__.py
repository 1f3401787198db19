"""What `eth_call` finds at an address, without an EVM: contracts are functions of a block and
call data.

registry.py    which contract stands where; `Contracts.call` and `Contracts.code`
token.py       ERC-20 metadata, also in its odd forms
aggregator.py  Chainlink proxies: rounds, heartbeats, bounds, and feeds that have gone wrong
sequencer.py   the uptime feed of a rollup's sequencer
exchange.py    factories and their pools, v2- and v3-like, and pools that lie
multicall.py   Multicall3
call.py        the call itself, and how it reverts
"""

from sandbox.chain.contracts.call import Call, RevertedCallError
from sandbox.chain.contracts.registry import Contracts

__all__ = ["Call", "Contracts", "RevertedCallError"]
