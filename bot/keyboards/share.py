"""Keyboards of links that share, and of what is behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from aiogram.types import InlineKeyboardButton

from bot.buttons.asking import NeverMindButton
from bot.buttons.share import ShareAct, ShareButton, SharedButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _, ngettext
from bot.numbers import grouped
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup

    from data.model import Watch


def share_row(watch: Watch | None = None) -> list[InlineKeyboardButton]:
    """A row for any keyboard: a link to a watch, or to the whole list."""
    act = ShareButton(act=ShareAct.MAKE, watch=watch.id if watch else 0)
    return [button(_("🔗 Share"), act)]


def under_link(
    link: str, watch: int, share: bytes | None, *, has_labels: bool
) -> InlineKeyboardMarkup:
    """Under a link that was made; ``share`` is the stored list that it leads to, ``has_labels``
    whether there are labels that it could tell, too."""
    send = InlineKeyboardButton(
        text=_("↗ Send it"), url=f"https://t.me/share/url?url={quote(link, safe='')}"
    )
    labels = button(_("With the labels"), ShareButton(act=ShareAct.LABELS, watch=watch))
    end = ShareButton(act=ShareAct.END, share=share.hex() if share else "")
    return rows_of(
        [send, *([labels] if has_labels else [])],
        [button(_("End this link"), end)] if share else [],
    )


def opened(sealed: str, count: int) -> InlineKeyboardMarkup:
    """Under what a link holds: take it, or not."""
    every = ngettext("👁 Watch all {count}", "👁 Watch all {count}", count)
    take = _(captions.WATCH_IT) if count == 1 else every.format(count=grouped(count))
    return rows_of([button(take, SharedButton(sealed=sealed)), button(_("No"), NeverMindButton())])
