"""Who is on either side of a movement, as a chat calls them."""

from __future__ import annotations

from bot.delivery.markup import plain_text
from bot.delivery.parties import Names, way
from data.chains import known_chains
from data.labels import Label, Labels, curated_labels
from data.model import MovementKind
from tests.unit.bot.delivery.alerts import BINANCE_14, STRANGER, WALLET, movement, watch

ETHEREUM = known_chains()["ethereum"]
SHORT = "0x0000…0099"


def names(labels=None, watches=(), chain=ETHEREUM) -> Names:
    return Names.of("ethereum", chain, watches, labels or curated_labels())


def test_the_chats_own_name_goes_before_the_watchs_label_and_that_before_the_known_one() -> None:
    labels = curated_labels()
    watches = [watch(address=BINANCE_14, label="The watch's")]

    assert "Binance 14" in names(labels).party(BINANCE_14)
    assert "The watch's" in names(labels, watches).party(BINANCE_14)
    mine = labels.for_chat({("", BINANCE_14): "Mine"})
    assert ">Mine<" in names(mine, watches).party(BINANCE_14)


def test_a_name_for_one_chain_goes_before_the_one_for_all_and_holds_there_only() -> None:
    mine = curated_labels().for_chat(
        {("", STRANGER): "Everywhere", ("ethereum", STRANGER): "Here", ("bsc", WALLET): "There"}
    )

    assert ">Here<" in names(mine).party(STRANGER)
    assert "There" not in names(mine).party(WALLET)


def test_a_name_of_which_nothing_can_be_seen_is_none() -> None:
    mine = curated_labels().for_chat({("", BINANCE_14): "\u202e\u2800"})

    assert "Binance 14" in names(mine).party(BINANCE_14)


def test_a_name_cannot_link_or_mark_up_anything() -> None:
    mine = curated_labels().for_chat({("", STRANGER): "<a href=x>evil.com</a> @admin"})

    text = names(mine).party(STRANGER)
    assert text.count("<a") == 1
    assert "evil.com" not in text
    assert "@admin" not in text


def test_who_is_out_of_business_is_said_to_be() -> None:
    labels = Labels({("*", STRANGER): Label("FTX", "FTX 2", "exchange", defunct=True)})

    assert "FTX 2 (defunct)" in names(labels).party(STRANGER)


def test_a_contract_without_a_name_is_called_one_and_still_linked() -> None:
    text = names().party(STRANGER, is_contract=True)

    assert plain_text(text) == f"contract {SHORT}"
    assert text.startswith('contract <a href="https://etherscan.io/address/0x')
    assert names().party(STRANGER, is_contract=False) == names().party(STRANGER)
    assert plain_text(names().party(BINANCE_14, is_contract=True)) == "Binance 14"
    assert names(chain=None).party(STRANGER, is_contract=True) == f"contract 0x{'00' * 19}99"


def test_each_side_is_told_from_people_by_what_the_block_shows_of_it() -> None:
    sent = movement(
        MovementKind.SEND,
        counterparty=STRANGER,
        is_contract=False,
        counterparty_is_contract=True,
    )
    by_contract = movement(
        MovementKind.RECEIVE, address=STRANGER, counterparty=WALLET, is_contract=True
    )

    assert plain_text(way(sent, names())) == f"0x0000…0077 → contract {SHORT}"
    assert plain_text(way(by_contract, names())) == f"0x0000…0077 → contract {SHORT}"


def test_a_deposit_leads_away_from_the_depositor_and_a_withdrawal_back() -> None:
    into = movement(MovementKind.DEPOSIT, counterparty=BINANCE_14)
    back = movement(MovementKind.WITHDRAW, counterparty=BINANCE_14)
    both = movement(MovementKind.SWAP, counterparty=BINANCE_14)

    assert plain_text(way(into, names())) == "0x0000…0077 → Binance 14"
    assert plain_text(way(back, names())) == "Binance 14 → 0x0000…0077"
    assert plain_text(way(both, names())) == "0x0000…0077 at Binance 14"


def test_where_the_venue_is_named_only_who_did_it_is() -> None:
    swapped = movement(MovementKind.SWAP, counterparty=STRANGER, venue="Uniswap v3")

    assert plain_text(way(swapped, names())) == "0x0000…0077"
