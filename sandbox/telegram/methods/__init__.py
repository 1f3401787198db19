"""The Bot API's methods: each takes the world and the call's parameters and returns its result.

polling    getUpdates, webhooks
profile    getMe, commands, names and descriptions, logOut, close
sending    sendMessage, sendPhoto, sendDocument, sendChatAction
editing    editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage(s)
chats      getChat, getChatMember, getChatAdministrators, getChatMemberCount, leaveChat
files      getFile
taps       answerCallbackQuery
inline     answerInlineQuery
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.telegram.methods import chats, editing, files, inline, polling, profile, sending, taps
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

Method = Callable[[World, Parameters], Any | Awaitable[Any]]

METHODS: dict[str, Method] = {
    name.lower(): method
    for part in (chats, editing, files, inline, polling, profile, sending, taps)
    for name, method in part.METHODS.items()
}
