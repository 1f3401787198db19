"""What the bot may know of a chat and its members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.telegram.access import chat_of, check_presence
from sandbox.telegram.chats import Chat, MemberStatus
from sandbox.telegram.errors import BadRequest
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.users import User
from sandbox.telegram.world import World

_ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_send_welcome_messages", "can_delete_stories",
)  # fmt: skip
_MEMBER_RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def member_as_api(user: User, status: MemberStatus) -> dict[str, Any]:
    """The Bot API's `ChatMember` with every field that its type demands."""
    member: dict[str, Any] = {"user": user.as_api(), "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member |= dict.fromkeys(_ADMIN_RIGHTS, True)
        member |= {"can_be_edited": False, "is_anonymous": False}
        member |= {"can_post_messages": True, "can_edit_messages": True, "can_pin_messages": True}
    elif status == "restricted":
        member |= dict.fromkeys(_MEMBER_RIGHTS, False)
        member |= {"is_member": True, "until_date": 0}
    elif status == "kicked":
        member["until_date"] = 0
    return member


def _status_of(world: World, chat: Chat, user_id: int) -> MemberStatus:
    if user_id == world.bot.id:
        return chat.bot_status
    if chat.user_id == user_id:
        return "member"
    return chat.members.get(user_id, "left")


def get_chat(world: World, call: Parameters) -> dict[str, Any]:
    chat = chat_of(world, call)
    if chat.type in ("supergroup", "channel"):
        check_presence(world, chat)
    return {
        **world.chat_as_api(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }


def get_chat_member(world: World, call: Parameters) -> dict[str, Any]:
    user_id = call.number("user_id")
    if user_id <= 0:
        raise BadRequest("invalid user_id specified")
    chat = chat_of(world, call)
    check_presence(world, chat)
    user = world.users.by_id.get(user_id)
    if user is None:
        raise BadRequest("user not found")
    return member_as_api(user, _status_of(world, chat, user_id))


def get_chat_administrators(world: World, call: Parameters) -> list[dict[str, Any]]:
    chat = chat_of(world, call)
    if chat.type == "private":
        raise BadRequest("there are no administrators in the private chat")
    check_presence(world, chat)
    everybody: dict[int, MemberStatus] = {**chat.members, world.bot.id: chat.bot_status}
    return [
        member_as_api(world.users.get(user_id), status)
        for user_id, status in everybody.items()
        if status in ("creator", "administrator")
    ]


def get_chat_member_count(world: World, call: Parameters) -> int:
    chat = chat_of(world, call)
    check_presence(world, chat)
    if chat.type == "private":
        return 2
    return 1 + sum(1 for status in chat.members.values() if status not in ("left", "kicked"))


def leave_chat(world: World, call: Parameters) -> bool:
    chat = chat_of(world, call)
    check_presence(world, chat)
    if chat.type == "private":
        raise BadRequest("chat member status can't be changed in private chats")
    world.put_chat(replace(chat, bot_status="left"))
    return True


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}
