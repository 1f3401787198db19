"""Whole blocks with true roots and blooms, as a node would write them."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import msgspec

from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.rendering import Rendering
from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt

Json = dict[str, Any]


@cache
def _sealed(transactions: int) -> tuple[bytes, bytes]:
    chain = Chain(ethereum_spec(), history=1)
    chain.mine(1, transactions=transactions)
    rendering = Rendering(chain.head)
    return bytes(rendering.full), bytes(rendering.all_receipts)


def sealed(transactions: int = 12) -> tuple[RpcBlock, list[Json]]:
    """A block, and its receipts as JSON that may be tampered with."""
    block, receipts = _sealed(transactions)
    return msgspec.json.decode(block, type=RpcBlock), msgspec.json.decode(receipts)


def receipts_in(told: list[Json]) -> list[RpcReceipt]:
    return msgspec.convert(told, list[RpcReceipt])


def logs_in(told: list[Json]) -> list[RpcLog]:
    return msgspec.convert(told, list[RpcLog])


def renumbered(told: list[Json]) -> list[Json]:
    """The same receipts with their logs numbered as if none were missing or doubled."""
    told = copy.deepcopy(told)
    index = 0
    for receipt in told:
        for log in receipt["logs"]:
            log["logIndex"] = hex(index)
            index += 1
    return told
