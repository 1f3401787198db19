"""Seven chains fit into what people read and tap."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.commands import COMMANDS
from bot.keyboards import feeds as keyboards
from bot.languages import _, speaking
from bot.parse.threshold import parse_threshold
from bot.texts import buttons as captions
from bot.texts import feeds, first, general
from bot.texts.words import threshold_meaning
from data.chains import known_chains
from data.model import Direction, Language, NoiseRule, UnitThreshold, Watch

CHAINS = tuple(known_chains().values())
LONGEST_MESSAGE, LONGEST_CALLBACK = 4096, 64
LONGEST_CAPTION, LONGEST_DESCRIPTION = 32, 64
"""What a phone shows of a button that has its row, and of a menu's line."""


def test_every_chain_has_a_button_that_telegram_takes() -> None:
    shown = keyboards.feeds(CHAINS)
    values = [keyboards.feed(chain.name, exists=True) for chain in CHAINS]

    titles = [button.text for row in shown.inline_keyboard for button in row]
    assert titles == [*(chain.title for chain in CHAINS), "All chains"]
    assert len(shown.inline_keyboard) <= 5
    for keyboard in (shown, *values):
        for row in keyboard.inline_keyboard:
            for button in row:
                assert len((button.callback_data or "").encode()) <= LONGEST_CALLBACK


@pytest.mark.parametrize("language", Language)
def test_greeting_and_help_name_what_is_followed(language: Language) -> None:
    with speaking(language):
        greeting, help_text = first.greeting(CHAINS), general.help_text(CHAINS)

    assert all(chain.title in greeting for chain in CHAINS)
    assert len(greeting) < LONGEST_MESSAGE
    assert len(help_text) < LONGEST_MESSAGE


@pytest.mark.parametrize("language", Language)
def test_captions_and_commands_are_short_in_every_language(language: Language) -> None:
    constants = [
        text for name, text in vars(captions).items() if name.isupper() and isinstance(text, str)
    ]
    with speaking(language):
        shown = [
            *map(_, constants),
            *(captions.let_in(rule, noise=noise) for rule in NoiseRule for noise in (True, False)),
            captions.mute_for(480),
            captions.threshold_of(999),
        ]
        described = [_(text) for text in COMMANDS.values()]

    assert [text for text in shown if len(text) > LONGEST_CAPTION] == []
    assert [text for text in described if not 0 < len(text) <= LONGEST_DESCRIPTION] == []


def test_units_of_a_coin_mean_it_on_every_chain_that_has_it() -> None:
    threshold = parse_threshold("50 ETH", CHAINS)

    assert isinstance(threshold, UnitThreshold)
    chains = {name for name, _ in threshold.amounts}
    assert chains == {"arbitrum", "base", "bsc", "ethereum", "optimism"}
    meaning = threshold_meaning(threshold, CHAINS) or ""
    assert "ETH and WETH on Base" in meaning
    assert "ETH on BNB Smart Chain" in meaning


def test_a_feed_of_units_on_all_chains_is_told_whole() -> None:
    watch = Watch(
        id=1,
        number=1,
        chat_id=1,
        topic_id=0,
        chain=None,
        address=None,
        threshold=parse_threshold("1_000_000 USDC", CHAINS),
        direction=Direction.BOTH,
        label=None,
        muted_until=None,
        created_at=datetime.now(UTC),
    )

    text = feeds.turned_on(watch, CHAINS, Decimal(100_000), changed=False)

    assert "USDC on Avalanche C-Chain" in text
    assert len(text) < LONGEST_MESSAGE
