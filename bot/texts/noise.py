"""What is kept from a chat, and what it lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts.words import noise_words
from data.model import NoiseRule

if TYPE_CHECKING:
    from data.model import Chat

_WHAT = {
    NoiseRule.LOOKALIKE: (
        "transfers of nothing, or of next to nothing, with an address made to look like one that"
        " you watch or that it has dealt with"
    ),
    NoiseRule.IMITATION: (
        "tokens that pass themselves off as a known one, and those whose name sends you to a site"
    ),
    NoiseRule.AIRDROP: "one transaction that gives a token of no known worth to a hundred or more",
}


def overview(chat: Chat) -> str:
    """The three rules, and which of them hold here."""
    lines = ["🧹 <b>What I keep from you</b>", ""]
    for rule in NoiseRule:
        is_in = rule in chat.noise_let_in
        sign, state = ("🔊", "told, with a warning") if is_in else ("🔇", "kept out")
        name = noise_words(rule).capitalize()
        lines += [f"{sign} <b>{name}</b>, {state}: {_WHAT[rule]}.", ""]
    return "\n".join([*lines, "/why says of any transaction which rule did what."])


def changed(rule: NoiseRule, *, let_in: bool) -> str:
    """After a switch."""
    name = noise_words(rule).capitalize()
    return f"{name} are told now, with a warning" if let_in else f"{name} are kept out now"
