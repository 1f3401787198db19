"""What is in blocks, asked of one node in the best way that it has.

Receipts, else all logs, else the logs of chosen topics. Blocks are asked for together: one or more,
and what belongs to them in as few requests as the node takes. Everything is asked for by block
hash: a node that lacks the block then says so, instead of answering with an empty list
(go-ethereum issue 24078).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from watcher.evm.abilities import Abilities, Ability
from watcher.evm.checks.logs import check_logs
from watcher.evm.checks.receipts import check_receipts
from watcher.evm.checks.slices import others_turn
from watcher.evm.outcomes import TOPICS, receipts_made
from watcher.evm.several import several
from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt
from watcher.rpc.asking import Asking
from watcher.rpc.errors import (
    BlockUnavailable,
    MethodUnsupported,
    RateLimited,
    RequestTooLarge,
    UnexplainedError,
)
from watcher.rpc.wire import Call

_FILTERED = "the node gives the logs of chosen topics only"


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a block: a receipt for each transaction, made of logs where the node
    gave logs only (``made``), and only those of some topics (``filtered``). ``texts`` are the
    addresses and topics of the logs.
    ``missing``: why not all is in there.
    """

    receipts: list[RpcReceipt]
    texts: set[str]
    made: bool = False
    filtered: bool = False
    missing: str | None = None


async def contents_of(
    asking: Asking, bodies: Sequence[RpcBlock], abilities: Abilities
) -> list[Contents]:
    """The contents of checked blocks, one for each, themselves checked against the blocks.

    Raises MethodUnsupported for a node that has no way, and errors of the tree.
    """
    for ability, way in _WAYS.items():
        if not abilities.may(asking.name, ability):
            continue
        try:
            found = await way(asking, bodies, abilities)
        except MethodUnsupported:
            abilities.cannot(asking.name, ability)
        except (UnexplainedError, RequestTooLarge):
            # perhaps only for now, or for this block
            abilities.refused(asking.name, ability)
        except (BlockUnavailable, RateLimited):
            # a node that answers so every time, for blocks that it has just given, means never
            abilities.refused(asking.name, ability)
            raise
        else:
            abilities.did(asking.name, ability)
            return found
    raise MethodUnsupported("it gives heads only: neither the receipts nor the logs of a block")


async def _by_receipts(
    asking: Asking, bodies: Sequence[RpcBlock], abilities: Abilities
) -> list[Contents]:
    kind = list[RpcReceipt] | None
    calls = [Call("eth_getBlockReceipts", [body.hash], kind) for body in bodies]
    found = []
    for body, receipts in zip(bodies, await several(asking, calls, abilities), strict=True):
        await others_turn()
        texts = await check_receipts(body, receipts)
        found.append(Contents(receipts or [], texts))
    return found


async def _by_logs(
    asking: Asking, bodies: Sequence[RpcBlock], abilities: Abilities
) -> list[Contents]:
    return await _from_logs(asking, bodies, abilities, {})


async def _by_filtered_logs(
    asking: Asking, bodies: Sequence[RpcBlock], abilities: Abilities
) -> list[Contents]:
    return await _from_logs(asking, bodies, abilities, {"topics": [sorted(TOPICS)]})


async def _from_logs(
    asking: Asking, bodies: Sequence[RpcBlock], abilities: Abilities, narrow: dict[str, Any]
) -> list[Contents]:
    kind = list[RpcLog] | None
    calls = [Call("eth_getLogs", [{"blockHash": body.hash, **narrow}], kind) for body in bodies]
    filtered = bool(narrow)
    logs, texts = [], []
    for body, answer in zip(bodies, await several(asking, calls, abilities), strict=True):
        await others_turn()
        by_transaction, found = await check_logs(body, answer, filtered=filtered)
        logs.append(by_transaction)
        texts.append(found)
    made = await receipts_made(asking, bodies, logs, abilities, filtered=filtered)
    return [
        Contents(receipts, found, True, filtered, _FILTERED if filtered else lack)
        for (receipts, lack), found in zip(made, texts, strict=True)
    ]


_Way = Callable[[Asking, Sequence[RpcBlock], Abilities], Awaitable[list[Contents]]]
_WAYS: dict[Ability, _Way] = {
    Ability.RECEIPTS: _by_receipts,
    Ability.LOGS: _by_logs,
    Ability.FILTERED: _by_filtered_logs,
}
