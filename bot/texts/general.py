"""Help, and what is said when something is not understood."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain

NOT_UNDERSTOOD = N_(
    "I only understand commands, addresses and transactions: paste an address to watch it, or send"
    " /help."
)
LIST_FORGOTTEN = N_("I don't remember any more what was in that list.")
PAGES_TOO_OFTEN = N_(
    "A group has room for 20 messages a minute, pages among them, and most of it is taken: try"
    " again in half a minute."
)
NO_MEMORY = N_(
    "I cannot reach my memory just now, so I could not do that. Your alerts still come: please try"
    " again in a minute."
)
NO_BOOKS = N_(
    "I cannot reach my records just now, so nothing was changed. Nothing is lost: please try again"
    " in a minute."
)
BUTTON_TOO_OLD = N_("This button is from an older version: send the command again.")


_HELP = (
    N_("<b>What I understand</b>"),
    N_("""<b>Wallets</b>
/watch <code>&lt;address&gt; [threshold] [label]</code>
   <code>/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 50 {coin} Vitalik</code>
/unwatch <code>&lt;number, address or label&gt;</code>
/list – your watches, to change them with buttons
/name <code>[chain] &lt;address&gt; &lt;name&gt;</code> – what alerts call an address; \
<code>-</code> forgets it
/names – the names you gave"""),
    N_("""<b>Your data</b>
/share <code>[number]</code> – a link to your watches, or to one; <code>off</code> ends all links
/export – watches and names as a file; <code>all</code> gives everything I keep
/import – watches from a file
/privacy – what I keep; /forget deletes it"""),
    N_("""<b>Everything big</b>
/whales <code>&lt;chain or all&gt; &lt;value or off&gt;</code>
   <code>/whales {chain} $5m</code>"""),
    N_("""<b>How much is enough</b>
/threshold <code>&lt;value&gt;</code> – for all watches without their own
/threshold <code>&lt;number&gt; &lt;value&gt;</code> – for one watch
A value is <code>250000</code>, <code>$250k</code>, <code>1.5m</code>, <code>50 {coin}</code> or \
<code>1_000_000 USDC</code>.
/unpriced <code>&lt;number&gt; &lt;tell or ignore&gt;</code> – what has no price"""),
    N_("""<b>When</b>
/timing <code>&lt;instant or safe&gt;</code> – at the newest block, or once it is safe"""),
    N_("""<b>Noise</b>
/noise – what I keep from you, to switch it
/why <code>&lt;transaction&gt;</code>, or as a reply to an alert – why, or why not
/history <code>[number]</code> – your alerts, the newest first, or one of them in full"""),
    N_("""<b>Quiet</b>
/mute <code>[number] &lt;duration&gt;</code> – <code>30m</code>, <code>2h</code>, <code>1d</code>
/unmute <code>[number]</code>"""),
    N_("""<b>Less often</b>
/quiet <code>&lt;hours&gt; [city]</code> – like <code>/quiet 23-7 Berlin</code>: what comes then \
waits for one message
/digest <code>&lt;daily 08:00, hourly or off&gt;</code> – one message instead of many"""),
    N_("""<b>Transactions</b>
/tx <code>&lt;hash or link&gt;</code> – followed until it is final, in one message
/gas <code>[chain]</code> – what a transfer and a swap cost now"""),
    N_("""<b>Groups and channels</b>
/channels – set one up from your private chat; /done ends it"""),
    N_("""/status – how far I am on each chain
/language – which language I write in"""),
)


def help_text(chains: Sequence[Chain]) -> str:
    """The answer to ``/help``, with examples that hold for the chains that are followed."""
    first = chains[0]
    chain, coin = escape(first.name), escape(first.native_symbol)
    return "\n\n".join(_(part).format(chain=chain, coin=coin) for part in _HELP)


def unknown_command(name: str, close: str | None) -> str:
    """The answer to a command that does not exist."""
    if close:
        meant = _("I don't know /{name}; did you mean /{close}? /help lists them all.")
        return meant.format(name=escape(name), close=close)
    return _("I don't know /{name}: /help lists what I understand.").format(name=escape(name))


def only_private(command: str) -> str:
    """The answer in a group to a command that has a meaning in private chats alone."""
    return _("/{command} is for my private chat: write it to me there.").format(command=command)


def meant_for_other(command: str, other: str) -> str:
    """The answer to a command that names another bot."""
    return _("That names @{other}, and I am another bot: write just /{command} here.").format(
        other=escape(other), command=command
    )


def failure(code: str) -> str:
    """The answer when something broke in here; the log has the same code."""
    return _(
        "Something went wrong in here and nothing was changed, please try again in a minute;"
        " if it stays, tell whoever runs this bot the code <code>{code}</code>."
    ).format(code=code)
