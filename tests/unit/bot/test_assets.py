"""Tokens as people type them, and as they are shown back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import assets
from bot.assets import meant_assets, named
from bot.texts import scope as texts
from data.chains import known_chains
from data.errors import InputError
from data.model import Asset, Direction, Interest, Scope, UnitThreshold, UsdThreshold, Watch
from data.queries import tokens

CHAINS = [known_chains()["ethereum"], known_chains()["bsc"]]
USDC = bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
STRANGE = bytes([0x5A]) * 20


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[bytes, Any]]:
    """What stands in the table of tokens, by chain."""
    table: dict[str, dict[bytes, Any]] = {}

    async def of_addresses(_: object, chain: str, wanted: list[bytes]) -> dict[bytes, Any]:
        return {one: row for one, row in table.get(chain, {}).items() if one in wanted}

    monkeypatch.setattr(tokens, "of_addresses", of_addresses)
    return table


async def meant(text: str) -> frozenset[tuple[str, bytes | None]]:
    return await meant_assets(None, text, CHAINS)  # type: ignore[arg-type] # the table is above


async def test_a_symbol_means_its_curated_contracts_and_a_coin_what_wraps_it() -> None:
    usdc = await meant("usdc")
    assert ("ethereum", USDC) in usdc
    assert {chain for chain, _ in usdc} == {"ethereum", "bsc"}
    ether = await meant("ETH")
    assert {("ethereum", None), ("ethereum", CHAINS[0].wrapped_native)} <= ether
    assert await meant("ethereum USDC") == {("ethereum", USDC)}
    assert await meant("all USDC") == usdc


async def test_a_contract_counts_where_it_was_seen_and_else_everywhere(
    seen: dict[str, dict[bytes, Any]],
) -> None:
    text = f"0x{STRANGE.hex()}"
    assert await meant(text) == {("ethereum", STRANGE), ("bsc", STRANGE)}
    assert await meant(f"bsc {text}") == {("bsc", STRANGE)}
    seen["bsc"] = {STRANGE: SimpleNamespace(symbol="X")}
    assert await meant(text) == {("bsc", STRANGE)}
    assert await meant(f"0x{USDC.hex()}") == {("ethereum", USDC)}


@pytest.mark.parametrize("text", ["", "NOPE", "mars USDC", "0x12", "bsc bsc NOPE", "vitalik.eth"])
async def test_what_is_no_token_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError) as refused:
        await meant(text)
    assert len(str(refused.value)) < 200


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"(eth|bsc|all|0x)?[ 0-9a-fA-Fx]{0,45}"))
async def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = await meant(text)
    except InputError:
        return
    assert found
    for one in named(found, CHAINS):
        assert one.name
        assert 0 <= one.short_name < 10**12


def test_what_a_contract_calls_itself_stands_beside_its_address() -> None:
    lies: dict[Asset, str] = {("ethereum", STRANGE): "<b>USDC</b>\u202e", ("bsc", STRANGE): "USDC"}
    (one,) = named(lies, CHAINS, lies)
    assert "&lt;b&gt;USDC" in one.html
    assert "0x5a5A…5A5A" in one.html
    assert "0x5a5A…5A5A" in one.name
    (one,) = named([("bsc", STRANGE)], CHAINS, {("bsc", STRANGE): "USDC"})
    assert "(not the real one)" in one.html
    (one,) = named([("gone", STRANGE), ("gone", None)][:1], CHAINS)
    assert STRANGE.hex() in one.html


def test_short_names_tell_tokens_apart_and_stay_the_same() -> None:
    every = {("ethereum", one) for one in CHAINS[0].tokens} | {
        ("bsc", one) for one in CHAINS[1].tokens
    }
    found = named(every, CHAINS)
    assert len({one.short_name for one in found}) == len(found)
    usdc = next(one for one in found if one.name == "USDC")
    (alone,) = named([("bsc", next(t for c, t in usdc.assets if c == "bsc"))], CHAINS)
    assert alone.short_name == usdc.short_name


WATCH = Watch(
    id=1,
    number=1,
    chat_id=1,
    topic_id=0,
    chain=None,
    address=STRANGE,
    threshold=UsdThreshold(1),  # type: ignore[arg-type] # any will do
    direction=Direction.BOTH,
    label=None,
    muted_until=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def test_every_kind_has_a_name_and_a_new_watch_nothing_to_say() -> None:
    assert texts.everything() == sum(Interest)
    assert list(texts.lines(WATCH, CHAINS)) == []


@pytest.mark.parametrize(
    ("scope", "never"),
    [
        (Scope(), False),
        (Scope(only=frozenset({("ethereum", USDC)})), True),
        (Scope(without=frozenset({("ethereum", None)})), True),
        (Scope(without=frozenset({("bsc", None)})), False),
        (Scope(not_on=frozenset({"ethereum"})), True),
    ],
)
def test_it_is_said_when_the_threshold_counts_what_is_left_out(scope: Scope, never: bool) -> None:
    threshold = UnitThreshold(1, "ETH", {("ethereum", None): 1})  # type: ignore[arg-type]
    watch = replace(WATCH, threshold=threshold, scope=scope)
    assert texts.never_counts(watch) is never
    assert any("never alerts" in line for line in texts.lines(watch, CHAINS)) is never


def test_many_tokens_are_not_all_named() -> None:
    many = {("ethereum", bytes([number]) * 20) for number in range(20)}
    text = texts.choose_tokens("x", named(many, CHAINS), [])
    assert "14 more" in text
    assert assets.named(set(), CHAINS) == []
