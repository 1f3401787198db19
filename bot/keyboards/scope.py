"""Keyboards of what a watch is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.watch import Act, WatchButton
from bot.keyboards.rows import button, pairs, rows_of
from bot.keyboards.watch import back
from bot.languages import _
from bot.texts import buttons as captions
from bot.texts.scope import DIRECTIONS, everything
from bot.texts.subjects import KINDS, kind_caption
from data.model import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.assets import NamedAssets
    from data.model import Chain, Watch

_ACTS = {Direction.IN: Act.IN, Direction.OUT: Act.OUT, Direction.BOTH: Act.BOTH}


def directions(watch: Watch) -> InlineKeyboardMarkup:
    """In, out, both; the one that holds is ticked."""
    choices = [
        _button(watch, _(name) + " ✓" * (direction is watch.direction), _ACTS[direction])
        for direction, name in DIRECTIONS.items()
    ]
    return rows_of(choices, back(watch))


def kinds(watch: Watch) -> InlineKeyboardMarkup:
    """A switch for each kind of movements, and one for all."""
    on = everything() if watch.scope.interests is None else watch.scope.interests
    switches = [
        _button(
            watch,
            captions.switched(kind_caption(kind), on=kind in on),
            Act.KIND_OFF if kind in on else Act.KIND_ON,
            int(kind),
        )
        for kind in KINDS
    ]
    every = _button(watch, _(captions.ALL_KINDS), Act.KIND_ON, int(everything()))
    return rows_of(*pairs(switches), [every] if on != everything() else [], back(watch))


def chains(watch: Watch, known: Sequence[Chain]) -> InlineKeyboardMarkup:
    """A switch for each chain."""
    off = watch.scope.not_on
    switches = [
        _button(
            watch,
            captions.switched(chain.title, on=chain.name not in off),
            Act.CHAIN_ON if chain.name in off else Act.CHAIN_OFF,
            chain.chain_id,
        )
        for chain in known
    ]
    return rows_of(*pairs(switches), back(watch))


def tokens(
    watch: Watch, only: Sequence[NamedAssets], without: Sequence[NamedAssets]
) -> InlineKeyboardMarkup:
    """Asks for tokens, and takes them off again."""
    drops = [
        _button(watch, f"✕ {captions.cut(one.name)}", Act.DROP, one.short_name)
        for one in dict.fromkeys([*only, *without])
    ]
    ask = [
        _button(watch, _(captions.ONLY_TOKEN), Act.ASK_ONLY),
        _button(watch, _(captions.WITHOUT_TOKEN), Act.ASK_WITHOUT),
    ]
    every = [_button(watch, _(captions.ALL_TOKENS), Act.ALL_TOKENS)] if drops else []
    return rows_of(ask, *pairs(drops), every, back(watch))


def topics(watch: Watch, known: Mapping[int, int], here: int | None) -> InlineKeyboardMarkup:
    """The topics that are known, by the lowest number of a watch that tells there; ``here`` is
    where the button was tapped, None where that is another chat."""
    names = {0: _(captions.GENERAL_TOPIC)}
    names |= {topic: captions.topic_with(number) for topic, number in known.items() if topic}
    if here:
        names[here] = _(captions.HERE)
    choices = [
        _button(watch, name + " ✓" * (topic == watch.topic_id), Act.TOPIC, topic)
        for topic, name in names.items()
    ]
    return rows_of(*pairs(choices), back(watch))


def _button(watch: Watch, text: str, act: Act, value: int = 0) -> InlineKeyboardButton:
    return button(text, WatchButton(id=watch.id, act=act, value=value))
