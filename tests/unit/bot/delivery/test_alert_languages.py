"""Alerts in other languages: everything is translated, and nothing foreign is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import languages
from bot.delivery.listing import render_message
from bot.delivery.markup import plain_text
from bot.delivery.pursuit import Story, pursuit_text
from bot.languages import speaking
from data.chains import known_chains
from data.labels import curated_labels
from data.model import (
    AlertState,
    Certainty,
    Depth,
    Language,
    Mark,
    MovementKind,
    NoiseRule,
    PriceState,
    PursuitState,
    Replacement,
)
from tests.made_up import MadeUp, left_over
from tests.unit.bot.delivery.alerts import (
    FAKE,
    NOW,
    alert,
    chat,
    doodle,
    ether,
    movement,
    price,
    usdc,
    watch,
)
from tests.unit.bot.delivery.test_pursuit_text import CHAINS, FOUND, mined

FOREIGN = [
    "Ethereum", "BNB Smart Chain", "ETH", "WETH", "USDC", "Doodles", "Cold wallet", "Binance",
    "Uniswap v3", "chainlink",
]  # fmt: skip
PURSUITS = [
    *(mined(state) for state in PursuitState),
    *(replace(FOUND, state=state) for state in PursuitState),
    *(replace(FOUND, chain=None, state=state) for state in PursuitState),
    *(
        replace(FOUND, state=PursuitState.REPLACED, told=replace(FOUND.told, replacement=how))
        for how in Replacement
    ),
    mined(taken_back=1),
    mined(taken_back=2, depth=Depth.SAFE),
    replace(FOUND, told=replace(FOUND.told, taken_back=1, replaced_by=b"\3" * 32)),
]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    catalog = MadeUp()
    monkeypatch.setitem(languages._catalogs, Language.CHINESE, catalog)
    return catalog


def told(alerts, movements, watches=None, **options) -> str:
    watches = {1: watch()} if watches is None else watches
    return render_message(
        alerts, movements, watches, chat(), known_chains(), curated_labels(), NOW, **options
    ).text


def kinds():
    for kind in MovementKind:
        for venue in (None, "Uniswap v3"):
            yield movement(kind, [ether("-2"), usdc(5_000)], venue=venue)
            yield movement(kind, [usdc(5_000)], venue=venue, counterparty=None)
            yield movement(kind, [ether("-2"), ether("1"), doodle(3)], venue=venue)
            yield movement(kind, [doodle(3), doodle(4), *([usdc(1)] * 3)], venue=venue)
    thin = price(state=PriceState.THIN, as_of=NOW + timedelta(hours=3))
    yield movement(legs=[ether("2", price=thin)])
    yield movement(legs=[ether("2", token=FAKE, symbol="USDC", price=None)])
    yield movement(legs=[ether("2", token=FAKE, symbol="", decimals=None, price=None)])
    yield movement(block=replace(movement().block, time=NOW - timedelta(days=3)))


@pytest.mark.parametrize("address", [True, False], ids=["wallet", "feed"])
def test_no_alert_says_what_was_not_translated(made_up: MadeUp, address: bool) -> None:
    ours = watch() if address else watch(address=None, label=None)
    every_warning = {Mark.IMITATION, Mark.AIRDROP}
    with speaking(Language.CHINESE):
        for one in kinds():
            odd = replace(
                one,
                left_out=2,
                marks=frozenset(every_warning),
                is_contract=True,
                counterparty_is_contract=True,
            )
            for moved in (one, odd):
                for state, noise in (
                    (AlertState.SENT, ()),
                    (AlertState.RETRACTED, (NoiseRule.LOOKALIKE,)),
                ):
                    the_alert = alert(state=state, noise=frozenset(noise))
                    text = told(
                        [the_alert],
                        {1: moved},
                        {1: ours},
                        repeats={the_alert.id},
                        certainty=Certainty.FINALIZED,
                    )
                    assert not left_over(text, FOREIGN), text


def test_no_list_says_what_was_not_translated(made_up: MadeUp) -> None:
    moved = movement(block=replace(movement().block, time=NOW - timedelta(hours=3)))
    alerts = [alert(id=number, state=AlertState.RETRACTED) for number in range(1, 40)]
    with speaking(Language.CHINESE):
        text = told(
            alerts,
            {1: moved},
            repeats={1},
            certainty=Certainty.CONFIRMED,
        )

    assert not left_over(text, FOREIGN), text


def test_no_followed_transaction_says_what_was_not_translated(made_up: MadeUp) -> None:
    with speaking(Language.CHINESE):
        for one in PURSUITS:
            story = Story(one, CHAINS, curated_labels(), unseen=["BNB Smart Chain"])
            text = pursuit_text(story)
            assert not left_over(text, [*FOREIGN, "Nonce", "wei"]), text


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            Language.RUSSIAN,
            [
                "🟢 Получено 1 250 ETH · 3,12 млн $ 🐋",
                "Binance 14 → Cold wallet",
                "🏦 С биржи: Binance",
                "Ethereum · блок 18 000 000 · 14:03 UTC · транзакция ↗",
                "👁 #1 Cold wallet · ✓ подтверждено",
            ],
        ),
        (
            Language.CHINESE,
            [
                "🟢 收到 1,250 ETH · US$312.5万 🐋",
                "Binance 14 → Cold wallet",
                "🏦 流出交易所：Binance",
                "Ethereum · 区块 18,000,000 · 14:03 UTC · 交易 ↗",
                "👁 #1 Cold wallet · ✓ 已确认",
            ],
        ),
        (
            Language.SPANISH,
            [
                "🟢 Recibido 1 250 ETH · 3,12 M US$ 🐋",
                "Binance 14 → Cold wallet",
                "🏦 Sale de exchange: Binance",
                "Ethereum · bloque 18 000 000 · 14:03 UTC · transacción ↗",
                "👁 #1 Cold wallet · ✓ confirmado",
            ],
        ),
    ],
)
def test_the_same_alert_in_each_language(language: Language, lines: list[str]) -> None:
    with speaking(language):
        text = told([alert()], {1: movement()}, certainty=Certainty.CONFIRMED)

    assert plain_text(text).replace("\xa0", " ").splitlines() == lines
