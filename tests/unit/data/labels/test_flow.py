from __future__ import annotations

import pytest

from data.labels import Label, Labels
from data.labels.flow import Flow, FlowDirection, flows
from data.model import MovementKind
from tests.unit.bot.delivery.alerts import BINANCE_14, STRANGER, WALLET, movement

BINANCE_15, KRAKEN, LIDO = b"\x15" * 20, b"\x4b" * 20, b"\x11" * 20
LABELS = Labels(
    {
        ("*", BINANCE_14): Label("Binance", "Binance 14", "exchange"),
        ("*", BINANCE_15): Label("BINANCE", "our own list's", "exchange"),
        ("ethereum", KRAKEN): Label("Kraken", "Kraken 4", "exchange"),
        ("ethereum", LIDO): Label("Lido", "Lido: stETH token", "staking"),
    }
)
INTO_BINANCE = Flow(FlowDirection.IN, "Binance", "exchange")
OUT_OF_BINANCE = Flow(FlowDirection.OUT, "Binance", "exchange")
INTO_KRAKEN = Flow(FlowDirection.IN, "Kraken", "exchange")


@pytest.mark.parametrize(
    ("kind", "address", "counterparty", "expected"),
    [
        (MovementKind.SEND, WALLET, BINANCE_14, (INTO_BINANCE,)),
        (MovementKind.RECEIVE, BINANCE_14, WALLET, (INTO_BINANCE,)),
        (MovementKind.RECEIVE, WALLET, BINANCE_14, (OUT_OF_BINANCE,)),
        (MovementKind.SEND, BINANCE_14, WALLET, (OUT_OF_BINANCE,)),
        (MovementKind.SEND, BINANCE_14, None, (OUT_OF_BINANCE,)),
        (MovementKind.RECEIVE, BINANCE_14, None, (INTO_BINANCE,)),
        (MovementKind.SEND, BINANCE_14, KRAKEN, (OUT_OF_BINANCE, INTO_KRAKEN)),
        (MovementKind.RECEIVE, KRAKEN, BINANCE_14, (OUT_OF_BINANCE, INTO_KRAKEN)),
        (MovementKind.DEPOSIT, WALLET, LIDO, (Flow(FlowDirection.IN, "Lido", "staking"),)),
        (MovementKind.WITHDRAW, WALLET, LIDO, (Flow(FlowDirection.OUT, "Lido", "staking"),)),
        (MovementKind.SEND, WALLET, STRANGER, ()),
        (MovementKind.SWAP, WALLET, BINANCE_14, ()),
        (MovementKind.MINT, BINANCE_14, None, ()),
        (MovementKind.BURN, BINANCE_14, KRAKEN, ()),
        (MovementKind.WRAP, BINANCE_14, KRAKEN, ()),
    ],
)
def test_funds_flow_in_or_out_of_whoever_a_label_knows(
    kind: MovementKind,
    address: bytes,
    counterparty: bytes | None,
    expected: tuple[Flow, ...],
) -> None:
    moved = movement(kind, address=address, counterparty=counterparty)

    assert flows(moved, LABELS) == expected


def test_both_sides_of_a_transfer_tell_the_same() -> None:
    sent = movement(MovementKind.SEND, address=WALLET, counterparty=BINANCE_14)
    received = movement(MovementKind.RECEIVE, address=BINANCE_14, counterparty=WALLET)

    assert flows(sent, LABELS) == flows(received, LABELS)


def test_between_wallets_of_one_entity_nothing_flows_however_it_is_spelled() -> None:
    moved = movement(MovementKind.SEND, address=BINANCE_15, counterparty=BINANCE_14)

    assert flows(moved, LABELS) == (Flow(FlowDirection.SELF, "Binance", "exchange"),)


def test_a_label_counts_on_its_own_chain_only() -> None:
    labels = Labels({("bsc", KRAKEN): Label("Kraken", "Kraken 4", "exchange")})

    assert flows(movement(MovementKind.SEND, counterparty=KRAKEN), labels) == ()
