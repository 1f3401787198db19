"""What is kept from a chat, and what it lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.texts.words import noise_words
from data.model import NoiseRule

if TYPE_CHECKING:
    from data.model import Chat

_WHAT = {
    NoiseRule.LOOKALIKE: N_(
        "transfers of nothing, or of next to nothing, with an address made to look like one that"
        " you watch or that it has dealt with"
    ),
    NoiseRule.IMITATION: N_(
        "tokens that pass themselves off as a known one, and those whose name sends you to a site"
    ),
    NoiseRule.AIRDROP: N_(
        "one transaction that gives a token of no known worth to a hundred or more"
    ),
}


def overview(chat: Chat) -> str:
    """The three rules, and which of them hold here."""
    lines = [_("🧹 <b>What I keep from you</b>"), ""]
    for rule in NoiseRule:
        line = _("🔇 <b>{noise}</b>, kept out: {what}.")
        if rule in chat.noise_let_in:
            line = _("🔊 <b>{noise}</b>, told, with a warning: {what}.")
        lines += [line.format(noise=_name(rule), what=_(_WHAT[rule])), ""]
    return "\n".join([*lines, _("/why says of any transaction which rule did what.")])


def changed(rule: NoiseRule, *, let_in: bool) -> str:
    """After a switch."""
    said = _("{noise} are told now, with a warning") if let_in else _("{noise} are kept out now")
    return said.format(noise=_name(rule))


def _name(rule: NoiseRule) -> str:
    return noise_words(rule).capitalize()
