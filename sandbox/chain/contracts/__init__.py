"""What `eth_call` finds at an address, without an EVM: contracts are functions of a block and
call data.

registry.py    which contract stands where; `Contracts.call` and `Contracts.code`
token.py       ERC-20 metadata, also in its odd forms
aggregator.py  Chainlink proxies: rounds, heartbeats, and feeds that have gone wrong
multicall.py   Multicall3
call.py        the call itself, and how it reverts
"""

from sandbox.chain.contracts.call import Call, RevertedCallError
from sandbox.chain.contracts.registry import Contracts

__all__ = ["Call", "Contracts", "RevertedCallError"]
