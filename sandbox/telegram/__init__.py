"""A Telegram Bot API server on one's own machine, as strict as the real one, with a chat page.

The way of a call: `server` routes it, `dispatch` reads its `parameters`, lets `faults` spoil it,
runs its function of `methods/`, which checks and changes the `world`, and notes it in `calls`.

    the nouns     users · chats · messages · callbacks · inline · commands · webhook · files · calls
    their rules   text/ (HTML, MarkdownV2, entities) · markup · limits · access · errors · clock
    the world     world (all of it) · events (what the page sees)
    to the bot    updates (what it polls) · courier (brings them to a webhook)
    the hands     verbs/ (what a person or a test can do) · sandbox (`TelegramSandbox`)
    over HTTP     server · control (`/sandbox/…`) · client (`TelegramClient`) · page/
    the process   __main__ (`python -m sandbox.telegram`) · sample (chats to look at)
"""

from sandbox.telegram.client import TelegramClient
from sandbox.telegram.clock import ManualClock
from sandbox.telegram.limits import Limits
from sandbox.telegram.messages import Message
from sandbox.telegram.sandbox import TelegramSandbox

__all__ = ["Limits", "ManualClock", "Message", "TelegramClient", "TelegramSandbox"]
