"""What nodes trace, read with suspicion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.watcher.evm.blocks import ALICE, BLOCK_HASH, BOB, TX_HASH
from watcher.evm.traces.geth import GethTrace, geth_inside
from watcher.evm.traces.parity import ParityTrace, parity_inside
from watcher.evm.transfers import Inside
from watcher.evm.wire import RpcBlock, RpcTransaction
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, RpcError, UntrueAnswer

CAROL = "0x" + "ca" * 20
SECOND = "0x" + "72" * 32
BODY = RpcBlock(
    "0x64", BLOCK_HASH, BLOCK_HASH, "0x1", "0x",
    [RpcTransaction(TX_HASH, ALICE, BOB, "0x5"), RpcTransaction(SECOND, ALICE, BOB, "0x0")],
)  # fmt: skip


def frame(kind: str = "CALL", *calls: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"type": kind, "from": BOB, "to": CAROL, "value": "0x3", "calls": [*calls], **changed}


def geth(*calls: dict[str, Any], **changed: Any) -> dict[int, list[Inside]]:
    """Of a block whose first transaction made those calls."""
    first = {"txHash": TX_HASH, "result": frame("CALL", *calls, value="0x5", **changed)}
    return geth_told([first, {"txHash": SECOND, "result": frame("CALL", value="0x0")}])


def geth_told(answer: object, untraced: frozenset[int] = frozenset()) -> dict[int, list[Inside]]:
    return geth_inside(BODY, msgspec.convert(answer, list[GethTrace] | None), untraced)


def step(path: list[int], kind: str = "call", index: int = 0, **changed: Any) -> dict[str, Any]:
    value = "0x3" if path else BODY.transactions[index].value
    action = {"from": BOB, "to": CAROL, "value": value, "callType": "call"}
    return {
        "type": kind, "blockHash": BLOCK_HASH, "traceAddress": path,
        "transactionHash": BODY.transactions[index].hash, "transactionPosition": index,
        "action": action | changed.pop("action", {}), "result": {}, **changed,
    }  # fmt: skip


def parity(*steps: dict[str, Any]) -> dict[int, list[Inside]]:
    """Of a block whose first transaction did those steps."""
    return parity_told([step([]), *steps, step([], index=1)])


def parity_told(answer: object, untraced: frozenset[int] = frozenset()) -> dict[int, list[Inside]]:
    return parity_inside(BODY, msgspec.convert(answer, list[ParityTrace] | None), untraced)


MOVED = {0: [Inside(BOB, CAROL, "0x3")]}


@pytest.mark.parametrize("kind", ["CALL", "CREATE", "CREATE2", "SELFDESTRUCT"])
def test_calls_creations_and_self_destructions_move_value(kind: str) -> None:
    assert geth(frame(kind)) == MOVED


@pytest.mark.parametrize("kind", ["DELEGATECALL", "STATICCALL", "CALLCODE"])
def test_other_calls_show_a_value_that_they_do_not_move(kind: str) -> None:
    assert geth(frame(kind)) == {}
    assert parity(step([0], action={"callType": kind.lower()})) == {}


@pytest.mark.parametrize(
    "moving",
    [
        step([0]),
        step([0], "create", result={"address": CAROL}, action={"to": None, "callType": None}),
        step([0], "suicide", action={"address": BOB, "refundAddress": CAROL, "balance": "0x3"}),
    ],
)
def test_they_do_so_in_a_flat_list_as_well(moving: dict[str, Any]) -> None:
    assert parity(moving) == MOVED


def test_what_moves_inside_keeps_its_order() -> None:
    nested = frame("CALL", frame(value="0x2"), value="0x1")
    assert [one.value for one in geth(nested, frame())[0]] == ["0x1", "0x2", "0x3"]


def test_what_failed_takes_back_all_that_it_called() -> None:
    failed = frame("CALL", frame("CALL", frame()), error="execution reverted")
    assert geth(failed, frame()) == MOVED
    steps = [step([0], error="Reverted", result=None), step([0, 0]), step([0, 0, 1]), step([1])]
    assert parity(*steps) == MOVED


def test_nothing_moves_inside_a_transaction_that_failed() -> None:
    assert geth(frame(), error="out of gas") == {}
    steps = [step([], error="Out of gas", result=None), step([0]), step([], index=1)]
    assert parity_told(steps) == {}


@pytest.mark.parametrize("value", ["0x0", "0x00", None])
def test_calls_without_value_move_nothing(value: str | None) -> None:
    assert geth(frame(value=value)) == {}
    assert parity(step([0], action={"value": value})) == {}


def test_rewards_are_no_transactions() -> None:
    reward = {
        "type": "reward", "blockHash": BLOCK_HASH, "traceAddress": [], "result": None,
        "transactionHash": None, "transactionPosition": None, "action": {"value": "0x1bc16d67"},
    }  # fmt: skip
    assert parity(step([0]), reward) == MOVED


def test_what_the_chain_puts_in_by_itself_may_be_left_out() -> None:
    assert parity_told([step([]), step([0])], frozenset({1})) == MOVED
    only = [{"txHash": TX_HASH, "result": frame("CALL", frame(), value="0x5")}]
    assert geth_told(only, frozenset({1})) == MOVED


SOUND = {"txHash": SECOND, "result": frame("CALL", value="0x0")}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (lambda: parity_told(None), BlockUnavailable),
        (lambda: geth_told(None), BlockUnavailable),
        (lambda: parity_told([]), UntrueAnswer),
        (lambda: geth_told([]), UntrueAnswer),
        (lambda: parity(step([0], blockHash=TX_HASH)), BlockUnavailable),
        (lambda: parity(step([0], transactionHash=SECOND)), UntrueAnswer),
        (lambda: parity(step([0], transactionPosition=7)), UntrueAnswer),
        (lambda: parity(step([0], transactionPosition=None)), UntrueAnswer),
        (lambda: parity(step([0], action={"value": "three"})), GarbledAnswer),
        (lambda: parity(step([0], action={"from": "0x70"})), GarbledAnswer),
        (lambda: parity_told([step([], action={"value": "0x6"}), step([], index=1)]), UntrueAnswer),
        (lambda: geth(frame(to="0x70")), GarbledAnswer),
        (lambda: geth(frame(value="-0x1")), GarbledAnswer),
        (lambda: geth_told([SOUND, SOUND]), UntrueAnswer),
        (lambda: geth_told([{"txHash": TX_HASH, "result": frame()}, SOUND]), UntrueAnswer),
        (lambda: geth_told([{"txHash": TX_HASH, "error": "timeout"}, SOUND]), BlockUnavailable),
    ],
)
def test_what_cannot_be_so_is_not_believed(
    told: Callable[[], dict[int, list[Inside]]], kind: type[RpcError]
) -> None:
    with pytest.raises(kind):
        told()


_TEXT = st.none() | st.sampled_from([ALICE, BOB, "0x", "0x3", "0x5", "", "call", "create"])
_PATHS = st.lists(st.integers(-1, 2), max_size=4)


@given(st.lists(st.tuples(_PATHS, _TEXT, _TEXT, st.integers(0, 1), st.none() | st.just("x"))))
def test_whatever_the_fields_hold_only_errors_of_the_tree_are_raised(steps: list[Any]) -> None:
    made = [
        step(path, kind or "suicide", index, error=error, action={"value": value, "to": kind})
        for path, kind, value, index, error in steps
    ]
    try:
        inside = parity(*made)
    except RpcError:
        return
    assert all(0 <= index < 2 for index in inside)
