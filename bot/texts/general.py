"""Greeting, help, and what is said when something is not understood."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain

NOT_UNDERSTOOD = (
    "I only understand commands, addresses and transactions: paste an address to watch it, or send"
    " /help."
)
GROUPS = "I work in private chats only for now: write to me directly, and we'll set up your alerts."
OLD_BUTTON = "This button no longer does anything: send the command again."
LIST_FORGOTTEN = "I don't remember any more what was in that list."
PAGES_TOO_OFTEN = (
    "Telegram lets me show 20 messages a minute in a group, pages among them, and most of these are"
    " used up: try again in half a minute."
)
BUTTON_TOO_OLD = "This button is from an older version: send the command again."


def greeting(chains: Sequence[Chain]) -> str:
    """The answer to ``/start``."""
    titles = escape(listed([chain.title for chain in chains]))
    return (
        "🐋 <b>Hello, I'm Spyhop.</b>\n\n"
        f"I follow {titles} block by block, and tell you within seconds when a wallet you watch"
        " moves funds, or when anything big enough moves at all.\n\n"
        "Paste an address to watch it, or begin here:"
    )


_HELP = """<b>What I understand</b>

<b>Wallets</b>
/watch <code>&lt;address&gt; [threshold] [label]</code>
   <code>/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 50 {coin} Vitalik</code>
/unwatch <code>&lt;number, address or label&gt;</code>
/list – your watches, to change them with buttons
/name <code>[chain] &lt;address&gt; &lt;name&gt;</code> – what alerts call an address; \
<code>-</code> forgets it
/names – the names you gave

<b>Everything big</b>
/whales <code>&lt;chain or all&gt; &lt;value or off&gt;</code>
   <code>/whales {chain} $5m</code>

<b>How much is enough</b>
/threshold <code>&lt;value&gt;</code> – for all watches without their own
/threshold <code>&lt;number&gt; &lt;value&gt;</code> – for one watch
A value is <code>250000</code>, <code>$250k</code>, <code>1.5m</code>, <code>50 {coin}</code> or \
<code>1_000_000 USDC</code>.
/unpriced <code>&lt;number&gt; &lt;tell or ignore&gt;</code> – what has no price

<b>When</b>
/timing <code>&lt;instant or safe&gt;</code> – at the newest block, or once it is safe

<b>Noise</b>
/noise – what I keep from you, to switch it
/why <code>&lt;transaction&gt;</code>, or as a reply to an alert – why, or why not
/history <code>[number]</code> – your alerts, the newest first, or one of them in full

<b>Quiet</b>
/mute <code>[number] &lt;duration&gt;</code> – <code>30m</code>, <code>2h</code>, <code>1d</code>
/unmute <code>[number]</code>

<b>Transactions</b>
/tx <code>&lt;hash or link&gt;</code> – followed until it is final, in one message
/gas <code>[chain]</code> – what a transfer and a swap cost now

/status – how far I am on each chain"""


def help_text(chains: Sequence[Chain]) -> str:
    """The answer to ``/help``, with examples that hold for the chains that are followed."""
    first = chains[0]
    return _HELP.format(chain=escape(first.name), coin=escape(first.native_symbol))


def unknown_command(name: str, close: str | None) -> str:
    """The answer to a command that does not exist."""
    if close:
        return f"I don't know /{escape(name)}; did you mean /{close}? /help lists them all."
    return f"I don't know /{escape(name)}: /help lists what I understand."


def meant_for_other(command: str, other: str) -> str:
    """The answer to a command that names another bot."""
    return f"That names @{escape(other)}, and I am another bot: write just /{command} here."


def failure(code: str) -> str:
    """The answer when something broke in here; the log has the same code."""
    return (
        f"Something went wrong in here and nothing was changed, please try again in a minute;"
        f" if it stays, tell whoever runs this bot the code <code>{code}</code>."
    )
