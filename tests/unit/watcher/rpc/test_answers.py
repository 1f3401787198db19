"""An answer that is decoded in slices is the answer that decoding in one go gives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.rpc import answers, wire
from watcher.rpc.errors import CallReverted, GarbledAnswer, MismatchedAnswer, RpcError

COMPACT, SPACED = (",", ":"), (", ", ": ")


class Log(msgspec.Struct):
    address: str
    topics: list[str] = []


class Receipt(msgspec.Struct):
    hash: str
    logs: list[Log] = []


class Block(msgspec.Struct, frozen=True):
    number: str
    items: list[Receipt] = msgspec.field(name="transactions")


RECEIPTS = list[Receipt] | None
KINDS = [RECEIPTS, list[Receipt], Block, Block | None, list[Log], str, dict[str, Any], msgspec.Raw]


@pytest.fixture(autouse=True)
def small_slices() -> Iterator[None]:
    """As if everything were large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "AT_ONCE", 300)
        patch.setattr(answers, "SLICE", 60)
        yield


def receipts(count: int, logs: int = 2, **other: Any) -> list[dict[str, Any]]:
    return [
        {"hash": f"0x{n}", "logs": [{"address": f"0x{n}{m}"} for m in range(logs)], **other}
        for n in range(count)
    ]


def packed(value: Any, separators: tuple[str, str] = COMPACT) -> bytes:
    return json.dumps(value, separators=separators).encode()


def ok(number: Any, result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def in_one_go(body: bytes, number: int, kind: Any) -> Any:
    return wire.decode(wire.read_call(body, number), kind)


def outcome(act: Callable[[], Any]) -> Any:
    """What came, or what was raised; raw JSON as the text that it is."""
    try:
        value = act()
    except RpcError as error:
        return type(error), error.text
    values = value if isinstance(value, list) else [value]
    return [
        bytes(v) if isinstance(v, msgspec.Raw) else str(v) if isinstance(v, RpcError) else v
        for v in values
    ]


class Turns:
    """Counts the turns that others have, while something is awaited."""

    def __init__(self) -> None:
        self.taken = 0

    async def during(self, act: Any) -> Any:
        async def others() -> None:
            while True:
                self.taken += 1
                await asyncio.sleep(0)

        waiting = asyncio.create_task(others())
        await asyncio.sleep(0)
        self.taken = 0
        try:
            return await act
        finally:
            waiting.cancel()


@pytest.mark.parametrize("separators", [COMPACT, SPACED])
async def test_others_have_their_turn_after_each_slice_of_receipts(
    separators: tuple[str, str],
) -> None:
    # given a large answer
    body = packed(ok(1, receipts(100)), separators)

    # when it is read
    turns = Turns()
    value = await turns.during(answers.read_call(body, 1, RECEIPTS))

    # then it is whole, and was read in about as many slices as it has such lengths
    assert value == in_one_go(body, 1, RECEIPTS)
    assert len(body) / (answers.SLICE * 3) < turns.taken <= len(body) / answers.SLICE + 1


async def test_a_small_answer_is_read_without_a_pause() -> None:
    turns = Turns()

    value = await turns.during(answers.read_call(packed(ok(1, receipts(2))), 1, RECEIPTS))

    assert (len(value), turns.taken) == (2, 0)


@pytest.mark.parametrize("tail", [{}, {"uncles": [], "withdrawals": [{"index": "0x1"}] * 40}])
async def test_a_block_is_filled_in_slices(tail: dict[str, Any]) -> None:
    # given a block with lists before and behind its transactions
    block = {"number": "0x5", "sealFields": ["0x"], "transactions": receipts(100), **tail}
    body = packed(ok(1, block))

    turns = Turns()
    value = await turns.during(answers.read_call(body, 1, Block | None))

    assert value == in_one_go(body, 1, Block)
    assert turns.taken > 20


async def test_items_that_hold_others_of_their_like_are_still_cut_between() -> None:
    # given items in which every log begins with the same key as an item
    body = packed(ok(1, [{"hash": "0x", "logs": [{"hash": "1", "address": "2"}] * 9}] * 40))

    turns = Turns()
    value = await turns.during(answers.read_call(body, 1, RECEIPTS))

    assert value == in_one_go(body, 1, RECEIPTS)
    assert turns.taken > 20


async def test_a_large_batch_is_read_in_slices_and_put_in_order() -> None:
    # given a batch whose answers are small, large and a revert, in another order
    results = [receipts(1), receipts(100), [], receipts(50), None]
    given_ids = [7, 5, 9, 6, 8]
    bodies: list[dict[str, Any]] = [ok(n, r) for n, r in zip(given_ids, results, strict=True)]
    bodies.append({"jsonrpc": "2.0", "id": 10, "error": {"code": 3, "message": "reverted"}})

    turns = Turns()
    value = await turns.during(answers.read_batch(packed(bodies), 5, [RECEIPTS] * 6))

    assert [v if v is None else len(v) for v in value[:5]] == [100, 50, 1, None, 0]
    assert isinstance(value[5], CallReverted)
    assert turns.taken > 50


async def test_a_batch_of_several_types_is_decoded_each_by_its_own() -> None:
    block = {"number": "0x5", "transactions": receipts(20)}
    body = packed([ok(2, receipts(20)), ok(1, block), ok(3, "0x1")])

    value = await answers.read_batch(body, 1, [Block, RECEIPTS, str])

    assert isinstance(value[0], Block)
    assert (len(value[1]), value[2]) == (20, "0x1")


LARGE = packed(ok(1, receipts(100)))
JOINT = b'},{"hash":"0x7"'
REVERTED = {"id": 1, "error": {"code": 3, "message": "no", "data": receipts(50)}}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (packed(ok(2, receipts(100))), MismatchedAnswer),
        (LARGE[:-3], GarbledAnswer),
        (LARGE[:2000], GarbledAnswer),
        (LARGE + b"x", GarbledAnswer),
        (LARGE.replace(b"0x77", b"0x7\xff"), GarbledAnswer),
        (LARGE.replace(b'"0x77"', b"77"), GarbledAnswer),
        (LARGE.replace(JOINT, b"}," + JOINT[1:]), GarbledAnswer),
        (LARGE.replace(JOINT, b"}]," + JOINT[2:]), GarbledAnswer),
        (packed({"id": 1, "x": receipts(100)}), GarbledAnswer),
        (packed(REVERTED), CallReverted),
    ],
)
async def test_a_large_answer_that_is_wrong_is_told_apart(
    body: bytes, kind: type[RpcError]
) -> None:
    with pytest.raises(RpcError) as raised:
        await answers.read_call(body, 1, RECEIPTS)

    assert type(raised.value) is kind


texts = st.text(max_size=8) | st.sampled_from(
    ['},{"hash"', '"}]', "[{", "]}", '\\"},{"hash":', "\\", '},{"jsonrpc":"2.0","id":1']
)
logs = st.fixed_dictionaries({"address": texts}, optional={"topics": st.lists(texts, max_size=2)})
items = st.fixed_dictionaries(
    {"hash": texts},
    optional={"logs": st.lists(logs, max_size=3), "x": st.lists(logs, max_size=2), "y": texts},
) | st.fixed_dictionaries({"y": texts, "hash": texts, "logs": st.lists(logs, max_size=2)})
results = (
    st.lists(items, max_size=12)
    | st.none()
    | texts
    | st.fixed_dictionaries(
        {"number": texts},
        optional={"transactions": st.lists(items, max_size=12), "more": st.lists(logs, max_size=4)},
    )
    | st.fixed_dictionaries({"x": st.lists(items), "number": texts, "transactions": st.just([])})
)
errors = st.fixed_dictionaries({"code": st.just(3), "message": texts})
responses = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0"),
        "id": st.integers(1, 3),
        "result": results,
        "error": errors,
    },
)
formats = st.sampled_from([COMPACT, SPACED, (" ,", " : ")])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """What a node may say, in any spelling, and sometimes damaged."""
    order = draw(st.permutations(["jsonrpc", "id", "result"]))
    whole = {"jsonrpc": "2.0", "id": 1, "result": draw(results)}
    one = draw(responses) if draw(st.booleans()) else {name: whole[name] for name in order}
    said = draw(st.lists(responses, max_size=4)) if draw(st.booleans()) else one
    if isinstance(said, list) and draw(st.booleans()):
        said = [{**whole, "id": n} for n in draw(st.permutations([1, 2, 3]))]
    text = json.dumps(said, separators=draw(formats), ensure_ascii=draw(st.booleans()))
    body = text.encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        return body
    place = draw(st.integers(0, len(body)))
    return body[:place] + draw(st.binary(max_size=2)) + body[place + draw(st.integers(0, 3)) :]


@settings(deadline=None)
@given(bodies(), st.sampled_from(KINDS), st.sampled_from([0, 40, 10_000]))
def test_slices_and_one_go_agree_on_any_answer(body: bytes, kind: Any, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "AT_ONCE", at_once)
        patch.setattr(answers, "SLICE", 10)

        sliced = outcome(lambda: asyncio.run(answers.read_call(body, 1, kind)))

    assert sliced == outcome(lambda: in_one_go(body, 1, kind))


@settings(deadline=None)
@given(bodies(), st.sampled_from(KINDS), st.sampled_from([0, 40, 10_000]))
def test_slices_and_one_go_agree_on_any_batch(body: bytes, kind: Any, at_once: int) -> None:
    def whole() -> list[Any]:
        return [
            wire.decode(item, kind) if isinstance(item, msgspec.Raw) else item
            for item in wire.read_batch(body, 1, 3)
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "AT_ONCE", at_once)
        patch.setattr(answers, "SLICE", 10)

        sliced = outcome(lambda: asyncio.run(answers.read_batch(body, 1, [kind] * 3)))

    assert sliced == outcome(whole)
