from __future__ import annotations

import pytest

from bot.delivery.flow import flow_line
from data.labels import Label, Labels
from data.model import MovementKind
from tests.unit.bot.delivery.alerts import BINANCE_14, STRANGER, WALLET, movement

KRAKEN, LIDO, DEAD, HOSTILE = b"\x4b" * 20, b"\x11" * 20, b"\xde" * 20, b"\x66" * 20
LABELS = Labels(
    {
        ("*", BINANCE_14): Label("Binance", "Binance 14", "exchange"),
        ("*", b"\x15" * 20): Label("Binance", "Binance 15", "exchange"),
        ("*", KRAKEN): Label("Kraken", "Kraken 4", "exchange"),
        ("*", LIDO): Label("Lido", "Lido: stETH token", "staking"),
        ("*", DEAD): Label("Burn address", "Burn address", "burn"),
        ("*", HOSTILE): Label("<b>evil.com", "x", "fund"),
        ("*", b"\x0b" * 20): Label("Somebody", "Somebody", "other"),
    }
)


@pytest.mark.parametrize(
    ("source", "target", "line"),
    [
        (WALLET, BINANCE_14, "🏦 Exchange inflow: Binance"),
        (BINANCE_14, WALLET, "🏦 Exchange outflow: Binance"),
        (BINANCE_14, b"\x15" * 20, "🏦 Between wallets of Binance"),
        (BINANCE_14, KRAKEN, "🏦 Exchange to exchange: Binance → Kraken"),
        (KRAKEN, LIDO, "🏦 Exchange outflow: Kraken · 🔒 Staking inflow: Lido"),
        (HOSTILE, WALLET, "💼 Fund outflow: &lt;b&gt;evil․com"),
        (BINANCE_14, None, "🏦 Exchange outflow: Binance"),
        (WALLET, DEAD, ""),
        (WALLET, b"\x0b" * 20, ""),
        (WALLET, STRANGER, ""),
    ],
)
def test_one_short_line_says_where_it_flowed(
    source: bytes, target: bytes | None, line: str
) -> None:
    moved = movement(MovementKind.SEND, address=source, counterparty=target)

    assert flow_line(moved, LABELS) == line


def test_what_the_title_says_already_is_not_repeated() -> None:
    deposit = movement(MovementKind.DEPOSIT, address=BINANCE_14, counterparty=LIDO, venue="Lido")
    unnamed = movement(MovementKind.DEPOSIT, address=WALLET, counterparty=LIDO)

    assert flow_line(deposit, LABELS) == "🏦 Exchange outflow: Binance"
    assert flow_line(unnamed, LABELS) == "🔒 Staking inflow: Lido"
