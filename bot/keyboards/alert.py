"""Keyboards under an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.alert import ALERT_MUTES, AlertAct, AlertButton
from bot.keyboards.rows import button, pairs, rows_of
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Mapping


def link_only(url: str | None) -> InlineKeyboardMarkup | None:
    """Where nobody may tap anything: the way to the explorer, if there is one."""
    return rows_of([_explorer(url)]) if url else None


def actions(
    alert: int, url: str | None, sides: Mapping[AlertAct, str], *, watched: bool, muted: bool
) -> InlineKeyboardMarkup | None:
    """What can be done about an alert. ``sides`` are those of the movement that could be watched,
    by their names; ``watched``: there still is a watch that told of it."""
    first = [_explorer(url)] if url else []
    if watched:
        mute = AlertAct.UNMUTE if muted else AlertAct.MUTES
        caption = captions.UNMUTE if muted else captions.MUTE_IT
        first.append(button(_(caption), AlertButton(alert=alert, act=mute)))
        change = AlertButton(alert=alert, act=AlertAct.THRESHOLD)
        first.append(button(_(captions.CHANGE_THRESHOLD), change))
    offers = [
        button(captions.watch_party(name), AlertButton(alert=alert, act=act))
        for act, name in sides.items()
    ]
    keyboard = rows_of(*pairs([*first, *offers]))
    return keyboard if keyboard.inline_keyboard else None


def durations(alert: int, watch: int) -> InlineKeyboardMarkup:
    """For how long one of the alert's watches is to be quiet."""
    times = [
        button(
            captions.mute_for(minutes),
            AlertButton(alert=alert, act=AlertAct.MUTE, watch=watch, minutes=minutes),
        )
        for minutes in ALERT_MUTES
    ]
    ever = AlertButton(alert=alert, act=AlertAct.FOREVER, watch=watch)
    return rows_of(times, [button(_(captions.MUTE_FOREVER), ever)], _back(alert))


def which(alert: int, names: Mapping[int, str]) -> InlineKeyboardMarkup:
    """Which of the alert's watches is to be quiet; their names by their ids."""
    choices = [
        button(captions.cut(name), AlertButton(alert=alert, act=AlertAct.MUTES, watch=watch))
        for watch, name in names.items()
    ]
    return rows_of(*pairs(choices), _back(alert))


def _explorer(url: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=_(captions.EXPLORER), url=url)


def _back(alert: int) -> list[InlineKeyboardButton]:
    return [button(_(captions.BACK), AlertButton(alert=alert, act=AlertAct.BACK))]
