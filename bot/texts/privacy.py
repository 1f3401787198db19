"""What is kept about a chat, and that it was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.numbers import grouped
from data.model import Level

if TYPE_CHECKING:
    from data.settings import Settings

KEPT = N_("All right, everything stays as it is.")
ASKED_LONG_AGO = N_("That question is too old: send /forget again.")
_ASK = N_(
    "🗑 <b>Forget everything about this chat?</b>\n\n"
    "Its watches, names, settings, history, links and followed transactions are deleted at once."
    " Nothing stays, and nothing can be brought back: /export all first, if you may want it again."
)
_A_STRANGER = N_(
    "🚪 This bot is private: afterwards this chat is a stranger to it, and the people who run it"
    " have to let it in anew."
)
_NO_ADMIN = N_("🛠 You are an admin of this bot, and afterwards no more.")
FORGOTTEN = N_("🗑 <b>Forgotten.</b> I know nothing about this chat any more. /start begins afresh.")
FORGOTTEN_STRANGER = N_(
    "🗑 <b>Forgotten.</b> I know nothing about this chat any more. /start asks for it to be let in."
)


def ask(before: Level, after: Level) -> str:
    """Whether to forget it, and what that takes away: what the chat may do now, and then."""
    lost = []
    if after is Level.GUEST:
        lost.append(_(_A_STRANGER))
    if before is Level.ADMIN:
        lost.append(_(_NO_ADMIN))
    return "\n\n".join([_(_ASK), *lost])


def about(settings: Settings) -> str:
    """The answer to ``/privacy``."""
    return "\n\n".join(
        [
            _("🔒 <b>What I keep about this chat</b>"),
            "\n".join(
                [
                    _(
                        "• its name on Telegram, settings and language; of a group who added me,"
                        " too"
                    ),
                    _("• watches and names, until you remove them"),
                    _("• alerts and followed transactions, for {time}").format(
                        time=_days(settings.keep_alerts_days)
                    ),
                    _("• what a link of yours shows, for {time}").format(
                        time=_days(settings.keep_shares_days)
                    ),
                ]
            ),
            _(
                "It is in the database of whoever runs this bot, and goes to nobody but Telegram."
                " Nodes are asked about blocks, contracts and transactions, never told who asks."
            ),
            _("/export all gives it to you, /forget deletes all of it at once."),
        ]
    )


def _days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(count=grouped(count))
