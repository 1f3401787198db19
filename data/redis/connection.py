"""A checked connection to Redis or Valkey."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from data.errors import ConfigurationError

_SAFE_POLICIES = {"noeviction"}


def open_redis(url: str) -> Redis:
    """A client for ``redis://``, ``rediss://`` or ``unix://``. Connects at the first command.

    Raises ConfigurationError for any other URL.
    """
    try:
        return Redis.from_url(
            url, decode_responses=True, socket_timeout=10, socket_connect_timeout=5
        )
    except ValueError:
        msg = "REDIS_URL starts with redis://, rediss:// or unix://"
        raise ConfigurationError(msg) from None


async def refuse_eviction(redis: Redis) -> None:
    """Raise ConfigurationError when the server may throw claims away for want of memory.

    A hosted server that hides CONFIG is taken at its word.
    """
    try:
        answer = await redis.config_get("maxmemory-policy")
    except RedisError:
        return
    policy = answer.get("maxmemory-policy", "noeviction")
    if policy not in _SAFE_POLICIES:
        msg = (
            f"REDIS_URL: the server evicts keys (maxmemory-policy {policy}), which would make"
            " alerts repeat; set maxmemory-policy noeviction"
        )
        raise ConfigurationError(msg)
