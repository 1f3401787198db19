"""A peer in a process of its own, so that one that hangs can be ended.

``python -m bench.peer web3.py`` or ``eth_defi`` reads questions from stdin, a JSON object a line:
``urls``, the block's ``number``, and for web3.py the ``way``, receipts or logs. It says when it is
ready, and answers each with the block's token transfers, or with the error. Needs nothing of
Spyhop, so that any Python that has the peers can run it.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
PATIENCE = 5.0
"""Seconds for a request, in place of the peers' half and whole minutes; all else is theirs."""


def web3py(question: dict[str, Any]) -> list[list[Any]]:
    """A provider with its own retries; the block, and its receipts or logs by its hash."""
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(question["urls"][0], request_kwargs={"timeout": PATIENCE}))
    block = web3.eth.get_block(question["number"], full_transactions=True)
    if question["way"] == "logs":
        return _transfers(web3.eth.get_logs({"blockHash": block["hash"], "topics": [TRANSFER]}))
    receipts = web3.eth.get_block_receipts(question["number"])
    found: list[Any] = []
    for _, receipt in zip(block["transactions"], receipts, strict=True):
        if receipt["status"] == 1:
            found.extend(receipt["logs"])
    return _transfers(found)


def eth_defi(question: dict[str, Any]) -> list[list[Any]]:
    """Its fallback over all nodes, and the logs of a range of blocks, as its readers ask."""
    from eth_defi.provider.multi_provider import create_multi_provider_web3

    web3 = create_multi_provider_web3(
        " ".join(question["urls"]), default_http_timeout=(3.0, PATIENCE)
    )
    number = question["number"]
    wanted = {"fromBlock": number, "toBlock": number, "topics": [TRANSFER]}
    return _transfers(web3.eth.get_logs(wanted))


PEERS: dict[str, tuple[str, Callable[[dict[str, Any]], list[list[Any]]]]] = {
    "web3.py": ("web3", web3py),
    "eth_defi": ("eth_defi.provider.multi_provider", eth_defi),
}


def _transfers(logs: Iterable[Any]) -> list[list[Any]]:
    """Transaction, token, sender, recipient and amount, as a reader of the logs believes them."""
    found = []
    for log in logs:
        topics = [_hex(topic) for topic in log["topics"]]
        if len(topics) == 3 and topics[0] == TRANSFER:
            parties = [f"0x{topic[-40:]}" for topic in topics[1:]]
            amount = str(int(_hex(log["data"]), 16))
            found.append([_hex(log["transactionHash"]), log["address"].lower(), *parties, amount])
    return found


def _hex(value: Any) -> str:
    return "0x" + bytes(value).hex() if isinstance(value, bytes) else str(value).lower()


def main() -> None:
    """Answer until stdin ends."""
    logging.disable(logging.CRITICAL)
    module, ask = PEERS[sys.argv[1]]
    importlib.import_module(module)  # which takes seconds that are nobody's block
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        answer: dict[str, Any]
        try:
            answer = {"transfers": ask(json.loads(line))}
        except Exception as error:  # noqa: BLE001 - whatever it is, it was loud
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
