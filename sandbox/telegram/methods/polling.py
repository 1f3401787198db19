"""getUpdates and the webhook that excludes it."""

from __future__ import annotations

import re
from typing import Any

from sandbox.telegram.errors import BadRequest, Conflict
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import Webhook, World

_LOCAL = ("http://127.0.0.1:", "http://[::1]:", "http://localhost:")
"""A Bot API server of one's own, run with --local, calls over plain HTTP as well."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
WEBHOOK_IS_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def _note_allowed(world: World, call: Parameters) -> None:
    """Kept until another list comes; an empty one means the usual, none changes nothing."""
    allowed = call.json("allowed_updates", "Can't parse allowed_updates JSON object")
    if allowed is None:
        return
    if not isinstance(allowed, list):
        raise BadRequest("Expected an Array of String as allowed_updates")
    world.updates.allowed = frozenset(map(str, allowed)) or None


async def get_updates(world: World, call: Parameters) -> list[dict[str, Any]]:
    if world.webhook.url:
        raise Conflict(WEBHOOK_IS_ACTIVE)
    _note_allowed(world, call)
    limit = min(max(call.number("limit", 100), 1), 100)
    timeout = min(max(call.number("timeout"), 0), world.limits.longest_poll)
    found = await world.updates.poll(call.number("offset"), limit, timeout, world.clock())
    return [update.as_api() for update in found]


def set_webhook(world: World, call: Parameters) -> bool:
    url = call.text("url")
    if url and not url.startswith(("https://", *_LOCAL)):
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise BadRequest("secret token contains unallowed characters")
    _note_allowed(world, call)
    if call.flag("drop_pending_updates"):
        world.updates.drop()
    most = min(max(call.number("max_connections", 40), 1), 100)
    world.webhook = Webhook(url, most, call.text("ip_address"), secret)
    world.updates.changed.set()
    if url:
        world.updates.interrupt("terminated by setWebhook request")
    return True


def delete_webhook(world: World, call: Parameters) -> bool:
    if call.flag("drop_pending_updates"):
        world.updates.drop()
    world.webhook = Webhook()
    return True


def get_webhook_info(world: World, _call: Parameters) -> dict[str, Any]:
    info: dict[str, Any] = {
        "url": world.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.queue),
    }
    if world.webhook.url:
        info["max_connections"] = world.webhook.max_connections
    if world.webhook.ip_address:
        info["ip_address"] = world.webhook.ip_address
    if world.webhook.last_error_date is not None:
        info["last_error_date"] = int(world.webhook.last_error_date)
        info["last_error_message"] = world.webhook.last_error_message
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
