"""Many reads in one call, from an honest Multicall3 and from one that lies."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from watcher.evm.multicall import AGGREGATE3, encoded, results_in
from watcher.rpc.errors import GarbledAnswer

RESULTS = [(True, b"yes"), (False, b"why not"), (True, b"")]
HONEST = encode(["(bool,bytes)[]"], [RESULTS])


def test_a_read_that_failed_is_none_and_the_others_count() -> None:
    assert results_in("0x" + HONEST.hex()) == [b"yes", None, b""]


@pytest.mark.parametrize("text", ["0x", "", "0xzz", "hello", "0x" + "ff" * 64, "0x" + "00" * 31])
def test_what_multicall_would_not_say_is_garbled(text: str) -> None:
    with pytest.raises(GarbledAnswer):
        results_in(text)


@given(
    st.text(max_size=100)
    | st.binary(max_size=300).map(lambda raw: "0x" + raw.hex())
    | st.tuples(st.integers(0, len(HONEST) - 1), st.integers(0, 255)).map(
        lambda change: (
            "0x" + (HONEST[: change[0]] + bytes([change[1]]) + HONEST[change[0] + 1 :]).hex()
        )
    )
)
def test_whatever_a_node_answers_it_is_results_or_garbled(text: str) -> None:
    try:
        results = results_in(text)
    except GarbledAnswer:
        return
    assert all(result is None or isinstance(result, bytes) for result in results)


@given(st.lists(st.tuples(st.binary(min_size=20, max_size=20), st.binary(max_size=100))))
def test_many_reads_are_asked_for_in_the_abis_words(reads: list[tuple[bytes, bytes]]) -> None:
    calls = [("0x" + contract.hex(), True, data) for contract, data in reads]
    by_codec = AGGREGATE3 + encode(["(address,bool,bytes)[]"], [calls])
    assert encoded(reads) == "0x" + by_codec.hex()
