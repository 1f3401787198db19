"""Faults of the logs, the same in `eth_getLogs` and in receipts.

empty_logs              there are none
partial_logs(keep=50)   only so many percent of the block's
duplicate_logs          the last one comes twice
foreign_logs(disguised) those of the newest older block that has logs; disguised: they claim to be
                        of the block that was asked for
fork_logs(disguised)    those of the orphaned sibling at the same height; where there is none, the
                        right ones with an orphan's hash
removed_logs            the last one once more, marked as taken back by a reorg
swapped_logs(disguised) the first and the last change places; disguised: only what they say does,
                        indexes and transactions stay (the receipts root alone can tell)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from eth_hash.auto import keccak

from sandbox.chain import hexes
from sandbox.chain.asked import Asked
from sandbox.chain.fault import Fault
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.log_filter import LogFilter

Logs: TypeAlias = list[Any]
LogFault: TypeAlias = Callable[[Asked, list[Logs], Fault], list[Logs]]
"""From the logs of each transaction to what is told of them."""

_SAID = ("address", "topics", "data")


def share(items: list[Any], fault: Fault) -> list[Any]:
    """So many percent of the items, from the first on."""
    return items[: len(items) * int(fault.number("keep", 50)) // 100]


def _partial(_: Asked, groups: list[Logs], fault: Fault) -> list[Logs]:
    left = sum(map(len, groups)) * int(fault.number("keep", 50)) // 100
    told = []
    for logs in groups:
        told.append(logs[:left])
        left = max(0, left - len(logs))
    return told


def _with_last(groups: list[Logs], **changes: Any) -> list[Logs]:
    """The last log of all comes once more."""
    told = [list(logs) for logs in groups]
    for logs in reversed(told):
        if logs:
            logs.append({**logs[-1], **changes})
            break
    return told


def _swapped(_: Asked, groups: list[Logs], fault: Fault) -> list[Logs]:
    places = [(i, k) for i, logs in enumerate(groups) for k in range(len(logs))]
    if len(places) < 2:
        return groups
    told = [list(logs) for logs in groups]
    (i, k), (j, m) = places[0], places[-1]
    first, last = told[i][k], told[j][m]
    told[i][k], told[j][m] = last, first
    if fault.params.get("disguised"):
        told[i][k] = {**first, **{name: last[name] for name in _SAID}}
        told[j][m] = {**last, **{name: first[name] for name in _SAID}}
    return told


def _of_block(asked: Asked, block: AnyBlock) -> list[Logs]:
    return [receipt["logs"] for receipt in asked.view.rendering(block).receipts]


def _older(asked: Asked, block: AnyBlock) -> list[Logs]:
    for number in range(block.number - 1, asked.view.ledger.lowest - 1, -1):
        candidate = asked.view.ledger.at(number)
        if candidate is not None and candidate.receipts_bloom:
            return _of_block(asked, candidate)
    return []


def _foreign(asked: Asked, groups: list[Logs], fault: Fault) -> list[Logs]:
    block = asked.block
    return groups if block is None else _told_as(asked, _older(asked, block), groups, fault)


def _of_fork(asked: Asked, groups: list[Logs], fault: Fault) -> list[Logs]:
    block = asked.block
    if block is None:
        return groups
    orphan = asked.view.ledger.orphan_at(block.number)
    if orphan is not None:
        return _told_as(asked, _of_block(asked, orphan), groups, fault)
    invented = hexes.data(keccak(b"orphan" + block.hash))
    return [[{**log, "blockHash": invented} for log in logs] for logs in groups]


def _told_as(asked: Asked, others: list[Logs], groups: list[Logs], fault: Fault) -> list[Logs]:
    """Another block's logs in place of ours, receipt by receipt or all together."""
    if asked.method == "eth_getLogs":
        wanted = LogFilter.parse(asked.params[0])
        others = [[log for logs in others for log in logs if wanted.matches(log)]]
    others = [*others, *([] for _ in groups)][: len(groups)]
    block = asked.block
    if not fault.params.get("disguised") or block is None:
        return others
    place = {"blockHash": hexes.data(block.hash), "blockNumber": hexes.quantity(block.number)}
    return [[{**log, **place} for log in logs] for logs in others]


LOGS: Mapping[str, LogFault] = {
    "empty_logs": lambda _asked, groups, _fault: [[] for _ in groups],
    "partial_logs": _partial,
    "duplicate_logs": lambda _asked, groups, _fault: _with_last(groups),
    "foreign_logs": _foreign,
    "fork_logs": _of_fork,
    "removed_logs": lambda _asked, groups, _fault: _with_last(groups, removed=True),
    "swapped_logs": _swapped,
}

NAMES = frozenset(LOGS)


def spoiled(asked: Asked, result: Any, fault: Fault) -> Any:
    """The result with the logs that the fault makes of its logs."""
    change = LOGS[fault.name]
    match asked.method:
        case "eth_getLogs":
            return change(asked, [result], fault)[0]
        case "eth_getBlockReceipts":
            told = change(asked, [receipt["logs"] for receipt in result], fault)
            return [{**receipt, "logs": logs} for receipt, logs in zip(result, told, strict=True)]
        case "eth_getTransactionReceipt":
            return {**result, "logs": change(asked, [result["logs"]], fault)[0]}
    return result
