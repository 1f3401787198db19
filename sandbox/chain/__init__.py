"""A simulated EVM chain behind real JSON-RPC over HTTP: for the demo, the tests and the benches.

`ChainSandbox(ethereum_spec(), nodes=3)` starts everything; `sandbox.chain` has the verbs (transfer,
mine, reorg …), `ChainClient(control_url)` has the same ones from another process.

what a chain is  spec.py, from_table.py (out of data/chains), traits.py (how chains differ),
                 prices.py and market.py (invented), hostile.py (tokens that lie)
who does what    population.py, noise.py, deceit.py, drafts.py, deals.py (with known protocols),
                 events.py
blocks           transaction.py, system.py (what chains put in by themselves), block.py, sealing.py,
                 rlp.py, trie.py, bloom.py, recorded.py, tracing.py
the chain        chain.py (the verbs), mempool.py (what waits), ledger.py (branches),
                 happenings.py (results), miner.py, sibling.py (another fork, for one node)
eth_call         contracts/
JSON-RPC         rendering.py, view.py (what a node sees), asked.py (a call of it), log_filter.py,
                 methods.py, rpc_errors.py, answering.py, subscriptions.py (newHeads), hexes.py
HTTP             listener.py, faulty_server.py, node.py, price_source.py, control.py, client.py
faults           fault.py; tables: transport_faults.py, view_faults.py, answer_faults.py,
                 result_faults.py, log_faults.py, socket_faults.py; catalogue.py (all, by name)
all together     chain_sandbox.py, __main__.py
"""

from sandbox.chain.chain import Chain
from sandbox.chain.chain_sandbox import ChainSandbox
from sandbox.chain.client import ChainClient
from sandbox.chain.fault import Fault
from sandbox.chain.from_table import bsc_spec, chain_spec, ethereum_spec, spec_of
from sandbox.chain.happenings import Head, Mined, Reorg
from sandbox.chain.node import Node
from sandbox.chain.spec import ChainSpec, FeedSpec, NoiseSpec, TokenSpec, WalletSpec

__all__ = [
    "Chain",
    "ChainClient",
    "ChainSandbox",
    "ChainSpec",
    "Fault",
    "FeedSpec",
    "Head",
    "Mined",
    "Node",
    "NoiseSpec",
    "Reorg",
    "TokenSpec",
    "WalletSpec",
    "bsc_spec",
    "chain_spec",
    "ethereum_spec",
    "spec_of",
]
