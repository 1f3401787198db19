"""A checked connection to Redis or Valkey."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from data.errors import ConfigurationError

_SAFE_POLICIES = {"noeviction"}


def open_redis(url: str) -> Redis:
    """A client for ``redis://``, ``rediss://`` or ``unix://``. Connects at the first command.

    Raises ConfigurationError for any other URL.
    """
    try:
        redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=10, socket_connect_timeout=5
        )
        pool = redis.connection_pool
        pool.connection_class(**pool.connection_kwargs)  # it only now reads the URL's options
    except ValueError:
        msg = "REDIS_URL is wrong: it reads redis://host:6379/0, rediss://… or unix:///path"
        raise ConfigurationError(msg) from None
    except TypeError:
        msg = "REDIS_URL has an option after the ? that Redis connections do not know"
        raise ConfigurationError(msg) from None
    return redis


async def refuse_eviction(redis: Redis) -> None:
    """Raise ConfigurationError when the server may throw claims away for want of memory.

    The same when it refuses the URL's password. A hosted server that hides CONFIG is taken at its
    word, and one that is away may come back later.
    """
    try:
        answer = await redis.config_get("maxmemory-policy")
    except RedisError as error:
        # a refused pair comes as a lost connection: only its words tell
        if isinstance(error, AuthenticationError) or "password" in str(error):
            msg = "REDIS_URL: the server refuses its user name or password"
            raise ConfigurationError(msg) from None
        return
    policy = answer.get("maxmemory-policy", "noeviction")
    if policy not in _SAFE_POLICIES:
        msg = (
            f"REDIS_URL: the server evicts keys (maxmemory-policy {policy}), which would make"
            " alerts repeat; set maxmemory-policy noeviction"
        )
        raise ConfigurationError(msg)
