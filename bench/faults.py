"""What each fault of one node, with a healthy one beside it, does to whoever reads a block.

``python -m bench.faults [--only name …] [--peers-python /path/to/python] [--json]``. Every
contender reads the same block's token transfers, the faulty node first: ours over both nodes,
web3.py over the first with its own retries (it has no fallback), web3-ethereum-defi's fallback over
both. The right transfers are known. Exits with 1 where ours is silently wrong, or does not come to
the right ones.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from itertools import count

from bench.contenders import Contender, Loud, Ours, Peer, Question, Transfers
from bench.peer import TRANSFER
from bench.report import Cell, Verdict, print_matrix
from data.chains import known_chains
from data.logging import set_up_logging
from sandbox.chain import ChainSandbox, ethereum_spec, hexes
from sandbox.chain.block import Block
from sandbox.chain.catalogue import ANSWERS, HEADS, LOGS, TRANSPORT, Case

CHAIN = known_chains()["ethereum"]
CELL = 45.0
"""Seconds for one contender's block; whoever is silent for longer was loud enough."""
WORKERS = 4
HUGE = ("500 MB", "gzip bomb")
OF_BATCHES = ("batch out of order", "batch in part", "no batches")
MODULES = {"web3.py": "web3", "eth_defi": "eth_defi"}
ADVICE = {
    "web3.py": "make bench installs it",
    "eth_defi": "constraints-bench-defi.txt has it; --peers-python names another Python for it",
}
PAYER = "0x" + "a1" * 20
USDT = 10**6


def cases() -> dict[str, Case]:
    """Without those of batches, which nobody needs for one block; of the lies about logs those
    in `eth_getLogs`, which all contenders ask for."""
    every = {**TRANSPORT, **ANSWERS, **LOGS, **HEADS}
    return {
        name: case
        for name, case in every.items()
        if name not in OF_BATCHES and not (name in LOGS and name.endswith("in receipts"))
    }


def way(name: str) -> str:
    """How web3.py reads: by receipts, unless the fault is about logs."""
    return "logs" if name in LOGS or name == "filtered logs only" else "receipts"


def mine(sandbox: ChainSandbox) -> Transfers:
    """The block to be read becomes the newest one; what is right about it.

    Its parent has payments, too, and so has an orphan at its height: some that it has not. Each
    goes to somebody else, as in most blocks.
    """
    chain = sandbox.chain
    numbers = count(100_000)

    def pay() -> str:
        number = next(numbers)
        recipient = f"0x{number:040x}"
        return chain.transfer_erc20("USDT", PAYER, recipient, number * USDT, mine=False).tx_hash

    made: list[str] = []
    for payments in (5, 12):
        made = [pay() for _ in range(payments)]
        chain.mine()
    chain.reorg(1, keep=made[:8], length=1)
    block = chain.head
    if not isinstance(block, Block):
        raise TypeError("the block to be read is not the sandbox's own")
    return Counter(
        (
            hexes.data(transaction.hash),
            hexes.data(log.address),
            *(hexes.data(topic[12:]) for topic in log.topics[1:]),
            str(int.from_bytes(log.data, "big")),
        )
        for transaction in block.transactions
        for log in transaction.draft.logs
        if hexes.data(log.topics[0]) == TRANSFER
    )


async def judged(contender: Contender, question: Question, right: Transfers) -> Cell:
    """Read once, and see what came of it."""
    await contender.ready()
    begun = time.perf_counter()
    try:
        found = await contender.read(question)
    except TimeoutError:
        return Cell(Verdict.LOUD, time.perf_counter() - begun, "no answer")
    except Loud as error:
        return Cell(Verdict.LOUD, time.perf_counter() - begun, str(error))
    seconds = time.perf_counter() - begun
    if found == right:
        return Cell(Verdict.CORRECT, seconds)
    missing, extra = (right - found).total(), (found - right).total()
    return Cell(Verdict.WRONG, seconds, f"{missing} transfers missing, {extra} that are not there")


async def column(
    workers: Sequence[Contender], questions: Mapping[str, Question], right: Transfers
) -> dict[str, Cell]:
    """One contender's cells; the huge answers one at a time, after the others."""
    cells: dict[str, Cell] = {}
    light: deque[str] = deque(name for name in questions if name not in HUGE)

    async def work(worker: Contender) -> None:
        while light:
            name = light.popleft()
            cells[name] = await judged(worker, questions[name], right)

    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(work(worker))
    for name in questions:
        if name in HUGE:
            cells[name] = await judged(workers[0], questions[name], right)
    return {name: cells[name] for name in questions}


async def matrix(
    chosen: Mapping[str, Case], peers: Mapping[str, str]
) -> dict[str, dict[str, Cell]]:
    """By contender, then by fault. `peers` says under which Python each one is to be had."""
    async with ChainSandbox(ethereum_spec(), nodes=len(chosen) + 1, clock=None) as sandbox:
        for node, case in zip(sandbox.nodes, chosen.values(), strict=False):
            await node.set_faults(case)
        right = mine(sandbox)
        healthy, number = sandbox.rpc_urls[-1], sandbox.chain.head.number
        questions = {
            name: Question((url, healthy), number, way(name))
            for name, url in zip(chosen, sandbox.rpc_urls, strict=False)
        }
        columns = {"ours": await column([Ours(CHAIN, CELL)], questions, right)}
        for name, python in peers.items():
            workers = [Peer(name, python, CELL) for _ in range(WORKERS)]
            try:
                columns[name] = await column(workers, questions, right)
            finally:
                for worker in workers:
                    await worker.close()
        return columns


def installed(name: str, python: str) -> bool:
    """Whether that Python has the peer."""
    asked = f"import importlib.util as u, sys; sys.exit(u.find_spec({MODULES[name]!r}) is None)"
    return subprocess.run([python, "-c", asked], check=False).returncode == 0


def main() -> int:
    """The matrix; 1 where ours failed in any row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="faults by name; all of them by default")
    parser.add_argument("--peers-python", default=sys.executable, help="the Python with the peers")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("CRITICAL", "console")
    every = cases()
    unknown = sorted(set(chosen.only or ()) - set(every))
    if unknown:
        parser.error(f"no such fault: {', '.join(unknown)}; there are {', '.join(every)}")
    wanted = {name: case for name, case in every.items() if name in (chosen.only or every)}
    peers = {}
    for name in MODULES:
        if installed(name, chosen.peers_python):
            peers[name] = chosen.peers_python
        else:
            print(f"not installed: {name}; {ADVICE[name]}", file=sys.stderr)
    columns = asyncio.run(matrix(wanted, peers))
    print_matrix("faults", columns, as_json=chosen.json)
    return int(any(cell.verdict is not Verdict.CORRECT for cell in columns["ours"].values()))


if __name__ == "__main__":
    sys.exit(main())
