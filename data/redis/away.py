"""Redis cannot be asked just now: whoever uses this folder may have to go on without."""

from __future__ import annotations

from redis.exceptions import RedisError

RedisAway = RedisError
