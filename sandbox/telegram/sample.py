"""Chats to look at: what a bot like ours might have said lately, through the real methods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.telegram.limits import Limits, RateLimiter
from sandbox.telegram.methods import METHODS
from sandbox.telegram.parameters import Parameters

if TYPE_CHECKING:
    from sandbox.telegram.sandbox import TelegramSandbox

_TX = "https://etherscan.io/tx/0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"
_FROM = "https://etherscan.io/address/0x28C6c06298d514Db089934071355E5743bf21d60"
_TO = "https://etherscan.io/address/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
_COMMANDS = (
    ("watch", "Follow a wallet: /watch <address> [threshold] [label]"),
    ("unwatch", "Stop following a wallet"),
    ("list", "What this chat watches"),
    ("whales", "Large movements of a whole chain"),
    ("threshold", "From which value on an alert is sent"),
    ("mute", "Silence for a while: /mute 2h"),
    ("status", "Are all chains followed?"),
    ("help", "All commands"),
)
_HOSTILE = "&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;FREE&lt;/b&gt; \u202eCDSU"


def _alert(
    title: str, line: str, watch: str = "Whales of Ethereum", chain: str = "Ethereum"
) -> str:
    return (
        f"🐋 <b>{title}</b>\n{line}\n\n"
        f'<a href="{_FROM}">Binance 14</a> → <a href="{_TO}">0xd8dA…6045</a>\n'
        f'{chain} · watch: <i>{watch}</i> · <a href="{_TX}">transaction</a>'
    )


def _buttons(*labels: str) -> str:
    row = [{"text": label, "callback_data": f"sample:{label[:20]}"} for label in labels]
    link = [{"text": "Etherscan", "url": _TX}]
    return json.dumps({"inline_keyboard": [row, link]})


class _Bot:
    """Calls the methods as the server would."""

    def __init__(self, sandbox: TelegramSandbox) -> None:
        self.sandbox = sandbox

    def call(self, method: str, **values: Any) -> Any:
        texts = {name: str(value) for name, value in values.items()}
        return METHODS[method.lower()](self.sandbox.world, Parameters(texts))

    def say(self, chat_id: int, html: str, **values: Any) -> int:
        sent = self.call(
            "sendMessage", chat_id=chat_id, text=html, parse_mode="HTML",
            link_preview_options='{"is_disabled": true}', **values,
        )  # fmt: skip
        return int(sent["message_id"])


async def fill(sandbox: TelegramSandbox) -> None:
    """A private chat, a forum with topics, a group and a channel, all with alerts in them."""
    bot = _Bot(sandbox)
    limiter, sandbox.world.limiter = sandbox.world.limiter, RateLimiter(Limits.none())
    ada = sandbox.create_user("Ada", "Lovelace", "ada")
    joan = sandbox.create_user("Joan", "Clarke", "joan")
    sam = sandbox.create_user("Satoshi", None, "sat")
    offered = [{"command": c, "description": d} for c, d in _COMMANDS]
    bot.call("setMyCommands", commands=json.dumps(offered))
    bot.call("setMyDescription", description="Tells you what the whales just did.")
    _private(sandbox, bot, sandbox.create_private_chat(ada.id).id)
    _forum(sandbox, bot, (ada.id, joan.id, sam.id))
    group = sandbox.create_group("Sunday investors", (joan.id, ada.id))
    sandbox.send_text(group.id, "/whales ethereum 1m", joan.id)
    bot.say(group.id, "✅ Movements of <b>$1,000,000</b> and more on Ethereum are told here.")
    sandbox.send_text(group.id, "nice, finally some quiet", ada.id)
    channel = sandbox.create_channel("Spyhop · large movements", "spyhop_whales", (ada.id,))
    bot.say(channel.id, _alert("Wintermute sent 4,120 ETH", "≈ $12.9M"))
    sandbox.world.limiter = limiter


def _private(sandbox: TelegramSandbox, bot: _Bot, chat_id: int) -> None:
    sandbox.send_text(chat_id, "/start")
    bot.say(
        chat_id,
        "<b>Hello, I am Spyhop.</b>\nI tell you what the wallets you watch just did, and which "
        "movements were big enough to matter.\n\nTry <code>/watch 0xd8dA6BF26964aF9D7eEd9e03E53415"
        "D37aA96045 $250k vitalik.eth</code>\n<blockquote>All amounts are net of what only passed "
        "through.</blockquote>",
        reply_markup=_buttons("What counts?", "Settings"),
    )
    sandbox.send_text(
        chat_id, "/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 $250k vitalik.eth"
    )
    bot.say(chat_id, "✅ Watching <b>vitalik.eth</b> on Ethereum and BSC, from <b>$250,000</b> on.")
    bot.say(
        chat_id,
        _alert("Binance 14 withdrew 12,500,000 USDC", "≈ $12.5M · fee 0.0021 ETH", "vitalik.eth"),
        reply_markup=_buttons("Mute 1 h", "Unwatch"),
    )
    undone = bot.say(chat_id, _alert("vitalik.eth swapped 1,900 ETH → 5,971,230 DAI", "≈ $5.97M"))
    bot.call(
        "editMessageText", chat_id=chat_id, message_id=undone, parse_mode="HTML",
        text="<s>🐋 vitalik.eth swapped 1,900 ETH → 5,971,230 DAI</s>\n<s>≈ $5.97M</s>\n\n"
        "↩️ <b>Taken back:</b> block 23,441,190 was orphaned and its transaction did not return.",
    )  # fmt: skip
    bot.say(chat_id, f"⚠️ Token that calls itself {_HOSTILE}\n<code>9,999,999,999</code> received")


def _forum(sandbox: TelegramSandbox, bot: _Bot, members: tuple[int, ...]) -> None:
    forum = sandbox.create_supergroup("Whale desk", members, topics=("Ethereum", "BSC", "Ops"))
    ethereum, bsc, ops = forum.topics
    sandbox.send_text(forum.id, "/whales ethereum 5m", members[0], ethereum)
    bot.say(
        forum.id, _alert("Jump moved 31,000,000 USDT", "≈ $31.0M"), message_thread_id=ethereum,
        reply_markup=_buttons("Mute 1 h", "Threshold"),
    )  # fmt: skip
    bot.say(
        forum.id, _alert("PancakeSwap: buy of 8,400 BNB", "≈ $5.1M", "Whales of BSC", "BSC"),
        message_thread_id=bsc,
    )  # fmt: skip
    sandbox.send_text(forum.id, "who is on call tonight?", members[1], ops)
    sandbox.send_text(forum.id, "me 🙋", members[2], ops)
