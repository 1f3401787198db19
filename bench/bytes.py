"""What each plan of fetching costs in bytes: per block, and per day and chain.

``python -m bench.bytes [--blocks 4] [--transactions 200] [--json]``. Every plan takes the block
with its transactions; the contents are its receipts, all of its logs, or the logs of the topics
that count. Simulated blocks of the same size on every chain, so that the chains differ by their
pace: take the share of your chain's real transactions. ``gzip`` is what travels by default.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from statistics import mean

import msgspec

from bench.report import print_report
from data.chains import known_chains
from sandbox.chain import Chain, chain_spec
from sandbox.chain.rendering import Rendering
from watcher.evm.outcomes import TOPICS

_DAY = 86_400


def main() -> int:
    """Render the answers, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=4)
    parser.add_argument("--transactions", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    lines = [
        f"{'chain':<10}  {'plan':<14}  {'KB/block':>9}  {'gzip':>7}  {'MB/day':>9}  {'gzip':>9}"
    ]
    rows = []
    for name, table in known_chains().items():
        chain = Chain(chain_spec(name), seed=3, start_time=1_760_000_000, history=1)
        sizes: dict[str, list[tuple[int, int]]] = {}
        for head in chain.mine(chosen.blocks, transactions=chosen.transactions):
            block = chain.ledger.at(head.number)
            if block is None:
                raise RuntimeError("the chain forgot a block that it has just mined")
            for plan, answers in _plans(Rendering(block)).items():
                packed = sum(len(gzip.compress(body, 6)) for body in answers)
                sizes.setdefault(plan, []).append((sum(map(len, answers)), packed))
        for plan, found in sizes.items():
            plain, packed_mean = mean(one for one, _ in found), mean(one for _, one in found)
            a_day = _DAY / table.block_time
            rows.append(
                {
                    "chain": name,
                    "plan": plan,
                    "bytes_per_block": round(plain),
                    "gzip_per_block": round(packed_mean),
                    "bytes_per_day": round(plain * a_day),
                    "gzip_per_day": round(packed_mean * a_day),
                }
            )
            lines.append(
                f"{name:<10}  {plan:<14}  {plain / 1e3:>9,.0f}  {packed_mean / 1e3:>7,.0f}"
                f"  {plain * a_day / 1e6:>9,.0f}  {packed_mean * a_day / 1e6:>9,.0f}"
            )
    print_report("bytes", [], lines, {"rows": rows}, as_json=chosen.json)
    return 0


def _plans(rendering: Rendering) -> dict[str, tuple[bytes, bytes]]:
    body = bytes(rendering.full)
    logs = [log for receipt in rendering.receipts for log in receipt["logs"]]
    wanted = [log for log in logs if log["topics"] and log["topics"][0] in TOPICS]
    return {
        "receipts": (body, bytes(rendering.all_receipts)),
        "logs": (body, msgspec.json.encode(logs)),
        "filtered logs": (body, msgspec.json.encode(wanted)),
    }


if __name__ == "__main__":
    sys.exit(main())
