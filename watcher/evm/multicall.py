"""Many contract reads in one call, through Multicall3's ``aggregate3``.

https://github.com/mds1/multicall3: a call that fails does not fail the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from eth_abi.abi import encode

from watcher.rpc.errors import GarbledAnswer
from watcher.rpc.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.rpc.pool import Pool

AGGREGATE3 = bytes.fromhex("82ad56cb")  # aggregate3((address,bool,bytes)[])
LATEST = "latest"

Read = tuple[bytes, bytes]
"""A contract's address and the data to call it with."""


async def read_all(
    pool: Pool, multicall3: bytes, reads: Sequence[Read], block: str, *, within: float
) -> list[bytes | None]:
    """What each read returned at ``block`` (a tag or a number in hex); None where it failed.

    Raises RpcError when no node answers within so many seconds.
    """
    if not reads:
        return []
    checked: dict[str, list[bytes | None]] = {}
    request = {"to": "0x" + multicall3.hex(), "data": _encoded(tuple(reads))}

    def check(text: str) -> None:
        checked[text] = results_in(text)
        if len(checked[text]) != len(reads):
            raise GarbledAnswer("Multicall3 answered another number of calls")

    answer = await pool.call(
        "eth_call",
        [request, block],
        type=str,
        accept=check,
        rounds=1,
        within=within,
        purpose=Purpose.ASSETS,
    )
    return checked[answer.value]


@lru_cache(maxsize=64)
def _encoded(reads: tuple[Read, ...]) -> str:
    """The feeds of a chain are read again every minute, always in the same words."""
    calls = [("0x" + contract.hex(), True, data) for contract, data in reads]
    return "0x" + (AGGREGATE3 + encode(["(address,bool,bytes)[]"], [calls])).hex()


def results_in(text: str) -> list[bytes | None]:
    """The results of ``aggregate3``, an ABI-encoded ``(bool,bytes)[]``.

    Raises GarbledAnswer when they are none.
    """
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""

    def word(at: int) -> int:
        found = raw[at : at + 32]
        if len(found) != 32:
            raise GarbledAnswer("Multicall3's answer is malformed")
        return int.from_bytes(found)

    def result(at: int) -> bytes | None:
        success, begin = word(at), at + word(at + 32)
        size = word(begin)
        data = raw[begin + 32 : begin + 32 + size]
        if success > 1 or len(data) != size:
            raise GarbledAnswer("Multicall3's answer is malformed")
        return data if success else None

    heads = word(0) + 32
    count = word(heads - 32)
    if count > len(raw) // 32:
        raise GarbledAnswer("Multicall3's answer is malformed")
    return [result(heads + word(heads + 32 * place)) for place in range(count)]
