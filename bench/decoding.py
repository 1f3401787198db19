"""What moved, by our reading and by web3.py's codec: they must find the very same.

``python -m bench.decoding [folder] [--json]``. In the folder and those below it: ``block.json``
with ``receipts.json`` beside it, as ``eth_getBlockByHash`` and ``eth_getBlockReceipts`` answered,
and JSON lines of ``eth_getTransactionReceipt``, each with a ``result``, gzipped or not. The chain
is the one of which the path speaks, else Ethereum. Without a folder: blocks of the sandbox.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.codec import Moved, by_codec
from data.chains import known_chains
from data.model import Chain
from sandbox.chain import Chain as SandboxChain
from sandbox.chain import chain_spec
from sandbox.chain.rendering import Rendering
from watcher.evm.transfers import Reading, customs_of
from watcher.evm.wire import RpcReceipt, RpcTransaction

T = TypeVar("T")

SANDBOX_BLOCKS, SANDBOX_TRANSACTIONS = 2, 200
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Recorded:
    """Transactions of one source, each with its receipt, as nodes wrote them."""

    name: str
    chain: Chain
    height: int
    transactions: list[dict[str, Any]]
    receipts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far both agree: transfers by their standard, those that only one of them found."""

    name: str
    transactions: int
    transfers: dict[str, int]
    only_ours: list[str]
    only_theirs: list[str]


def ours(recorded: Recorded) -> Counter[Moved]:
    """By the product's own reading."""
    customs = customs_of(recorded.chain, recorded.height)
    bodies = _typed(recorded.transactions, list[RpcTransaction])
    receipts = _typed(recorded.receipts, list[RpcReceipt])
    return Counter(
        Moved(
            found.hash.hex(),
            one.standard.value if one.token else "native",
            (one.token or b"").hex(),
            one.sender.hex(),
            one.recipient.hex(),
            one.amount,
            one.token_id,
        )
        for found in Reading(bodies, receipts, customs).all()
        for one in found.transfers
    )


def _typed(told: list[dict[str, Any]], kind: type[T]) -> T:
    return msgspec.json.decode(msgspec.json.encode(told), type=kind)


def compared(recorded: Recorded) -> Outcome:
    """Both readings of one source."""
    mine = ours(recorded)
    theirs = by_codec(recorded.chain, recorded.transactions, recorded.receipts)
    kinds: Counter[str] = Counter()
    for moved, times in mine.items():
        kinds[moved.kind] += times
    return Outcome(
        recorded.name,
        len(recorded.receipts),
        dict(sorted(kinds.items())),
        [str(one) for one in mine - theirs],
        [str(one) for one in theirs - mine],
    )


def recorded_in(folder: Path) -> Iterator[Recorded]:
    """Everything that the folder holds."""
    for path in sorted(folder.rglob("block.json")):
        block = _result(json.loads(path.read_text()))
        receipts = _result(json.loads((path.parent / "receipts.json").read_text()))
        name = f"{path.parent.relative_to(folder)}"
        yield Recorded(
            name, _chain_of(path), int(block["number"], 16), block["transactions"], receipts
        )
    for path in sorted(folder.rglob("*eth_getTransactionReceipt.jsonl*")):
        receipts = [one for one in map(_result, _lines(path)) if one]
        bodies = {
            one["hash"]: one
            for near in path.parent.glob(f"{path.name.split('.')[0]}.eth_getTransactionByHash*")
            for one in map(_result, _lines(near))
            if one
        }
        transactions = [bodies.get(one["transactionHash"]) or _bare(one) for one in receipts]
        yield Recorded(path.name, _chain_of(path), 0, transactions, receipts)


def of_sandbox() -> Iterator[Recorded]:
    """Blocks of every chain, with all that happens in them."""
    for name, chain in known_chains().items():
        made = SandboxChain(chain_spec(name), history=1)
        for _ in range(SANDBOX_BLOCKS):
            made.mine(1, transactions=SANDBOX_TRANSACTIONS)
            block, rendering = made.head, Rendering(made.head)
            title = f"sandbox {name} {block.number}"
            yield Recorded(title, chain, block.number, rendering.transactions, rendering.receipts)


def _bare(receipt: dict[str, Any]) -> dict[str, Any]:
    """A transaction of which only the receipt was recorded; its value is not known."""
    return {
        "hash": receipt["transactionHash"], "from": receipt["from"], "to": receipt["to"],
        "value": "0x0", "input": "0x",
    }  # fmt: skip


def _chain_of(path: Path) -> Chain:
    chains = known_chains()
    words = {word for part in path.parts for word in part.split(".")}
    return next((chains[name] for name in chains if name in words), chains["ethereum"])


def _lines(path: Path) -> list[Any]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _result(answer: Any) -> Any:
    return answer["result"] if isinstance(answer, dict) and "result" in answer else answer


def main() -> int:
    """0 where both agree on everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = of_sandbox() if chosen.folder is None else recorded_in(chosen.folder)
    outcomes = [compared(one) for one in found]
    if chosen.json:
        print(json.dumps([asdict(one) for one in outcomes]))
    else:
        for one in outcomes:
            _tell(one)
    return 0 if outcomes and not any(one.only_ours or one.only_theirs for one in outcomes) else 1


def _tell(one: Outcome) -> None:
    counts = ", ".join(f"{times} {kind}" for kind, times in one.transfers.items()) or "nothing"
    differs = len(one.only_ours) + len(one.only_theirs)
    verdict = f"MISS: {differs} differ" if differs else "ok"
    print(f"{one.name}: {one.transactions} transactions, {counts}: {verdict}")
    for title, some in (("only we", one.only_ours), ("only web3.py", one.only_theirs)):
        for text in some[:_SHOWN]:
            print(f"  {title}: {text}")


if __name__ == "__main__":
    sys.exit(main())
