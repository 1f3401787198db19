"""What moved in transactions as web3.py's codec reads it, written from the standards alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from web3 import Web3
from web3._utils.events import get_event_data
from web3._utils.method_formatters import log_entry_formatter
from web3.exceptions import LogTopicError, Web3Exception

from data.model import Chain

ZERO = "00" * 20


class Moved(NamedTuple):
    """A transfer without our types: hashes and addresses in hex, ``kind`` a standard or native."""

    tx: str
    kind: str
    token: str
    sender: str
    recipient: str
    amount: int
    number: int | None


def _event(name: str, *inputs: str) -> dict[str, Any]:
    """From words like ``indexed address from``."""
    told = [one.rsplit(" ", 2) for one in inputs]
    return {
        "anonymous": False, "name": name, "type": "event",
        "inputs": [
            {"indexed": len(one) == 3, "type": one[-2], "name": one[-1]} for one in told
        ],
    }  # fmt: skip


_FROM, _TO = "indexed address sender", "indexed address recipient"
_ERC20 = _event("Transfer", _FROM, _TO, "uint256 amount")
_ERC721 = _event("Transfer", _FROM, _TO, "indexed uint256 number")
_SINGLE = _event(
    "TransferSingle", "indexed address operator", _FROM, _TO, "uint256 number", "uint256 amount"
)
_BATCH = _event(
    "TransferBatch",
    "indexed address operator",
    _FROM,
    _TO,
    "uint256[] numbers",
    "uint256[] amounts",
)
_DEPOSIT = _event("Deposit", _TO, "uint256 amount")
_WITHDRAWAL = _event("Withdrawal", _FROM, "uint256 amount")
_EVENTS = (_ERC20, _ERC721, _SINGLE, _BATCH, _DEPOSIT, _WITHDRAWAL)


def by_codec(
    chain: Chain, transactions: Sequence[dict[str, Any]], receipts: Sequence[dict[str, Any]]
) -> Counter[Moved]:
    """Of the transactions that succeeded; and what a deposit minted, whatever became of it."""
    codec, wrapped = Web3().codec, chain.wrapped_native.hex()
    found: Counter[Moved] = Counter()
    for body, receipt in zip(transactions, receipts, strict=True):
        tx, signer = _bare(body["hash"]), _bare(body.get("from") or "0x" + ZERO)
        if int(body.get("mint") or "0x0", 16):
            found[Moved(tx, "native", "", ZERO, signer, int(body["mint"], 16), None)] += 1
        if receipt.get("status") not in (None, "0x1"):
            continue
        into = body.get("to") or receipt.get("contractAddress")
        value = int(body.get("value") or "0x0", 16)
        if value and into:
            found[Moved(tx, "native", "", signer, _bare(into), value, None)] += 1
        for log in receipt["logs"]:
            found.update(_of_log(codec, tx, log, wrapped))
    return found


def _of_log(codec: Any, tx: str, log: dict[str, Any], wrapped: str) -> Iterator[Moved]:
    token = _bare(log["address"])
    for event in _EVENTS:
        try:
            told = get_event_data(codec, event, log_entry_formatter(log))["args"]
        except (LogTopicError, Web3Exception, ValueError, IndexError):
            continue  # another event, or not of its shape
        parties = [_bare(told.get(name, "0x" + token)) for name in ("sender", "recipient")]
        if event in (_DEPOSIT, _WITHDRAWAL):
            if token == wrapped:
                yield Moved(tx, "erc20", token, parties[0], parties[1], told["amount"], None)
        elif event is _ERC20:
            yield Moved(tx, "erc20", token, parties[0], parties[1], told["amount"], None)
        elif event is _ERC721:
            yield Moved(tx, "erc721", token, parties[0], parties[1], 1, told["number"])
        else:
            numbers = told["numbers"] if event is _BATCH else [told["number"]]
            amounts = told["amounts"] if event is _BATCH else [told["amount"]]
            for number, amount in zip(numbers, amounts, strict=True):
                yield Moved(tx, "erc1155", token, parties[0], parties[1], amount, number)


def _bare(text: str) -> str:
    return text.lower().removeprefix("0x")
