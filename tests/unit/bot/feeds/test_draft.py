"""What has been said of a new feed goes into a button and comes out of it again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.buttons.feeds import NewFeedButton, What
from bot.feeds.draft import OFFERED_TOKENS, Draft, button_of, drafted, offered_symbols
from bot.feeds.subjects import Subject
from data.chains import known_chains
from data.errors import InputError
from data.model import Interest, UnitThreshold, UsdThreshold

CHAINS = list(known_chains().values())
BUTTONS = [
    NewFeedButton(what=what, chain=chain, token=token)
    for what in What
    for chain in ("all", "ethereum", "bsc")
    for token in ("", "USDC", "BNB")
    if (what is What.ASSET) <= bool(token)
    and not (token and what in {What.EVERYTHING, What.STABLECOINS})
    and not (token == "BNB" and chain == "ethereum")
]


@pytest.mark.parametrize("new", BUTTONS, ids=str)
def test_a_button_and_what_it_says_are_the_same(new: NewFeedButton) -> None:
    draft = drafted(new, CHAINS)
    again = button_of(draft, UsdThreshold(Decimal(5)), CHAINS)
    assert again == new.model_copy(update={"usd": 5})
    assert NewFeedButton.unpack(again.pack()) == again


def test_what_no_button_can_say_has_none() -> None:
    half = UsdThreshold(Decimal("0.50"))
    units = UnitThreshold(Decimal(5), "ETH", {("ethereum", None): 5})
    several = frozenset(("ethereum", one) for one in list(known_chains()["ethereum"].tokens)[:3])
    assert button_of(Draft("ethereum", Subject()), half, CHAINS) is None
    assert button_of(Draft("ethereum", Subject()), units, CHAINS) is None
    assert button_of(Draft("ethereum", Subject(only=several)), None, CHAINS) is None
    assert button_of(Draft("ethereum", Subject(Interest.SWAP)), None, CHAINS) is None


@pytest.mark.parametrize(
    "old",
    [
        NewFeedButton(what=What.ASSET, chain="gone", token="USDC"),
        NewFeedButton(what=What.ASSET, chain="ethereum", token="GONE"),
        NewFeedButton(chain="ethereum"),
    ],
    ids=str,
)
def test_a_button_of_what_is_no_longer_known_is_too_old(old: NewFeedButton) -> None:
    with pytest.raises(InputError):
        drafted(old, CHAINS)


def test_the_coin_and_the_common_tokens_are_offered() -> None:
    for chains in (CHAINS[:1], CHAINS):
        offered = offered_symbols(chains)
        assert len(offered) == OFFERED_TOKENS == len(set(offered))
        assert {"ETH", "USDC"} <= set(offered)
        assert not {"WETH"} & set(offered)
        for symbol in offered:
            assert drafted(NewFeedButton(what=What.ASSET, chain="all", token=symbol), chains)
