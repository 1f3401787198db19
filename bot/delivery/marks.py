"""Claims that hold while Redis is away as well: then they stand in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from data.queries import send_claims
from data.redis.away import RedisAway
from data.redis.claims import AlreadySent, Claimed, HeldByOther, Uncertain

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.delivery.alone import Alone
    from data.database import Database
    from data.redis.claims import Answer, Claims


class Marks:
    """One owner's claims, first in Redis.

    ``look_in_database`` says that the database may hold some of a time without Redis. Nothing here
    fails because Redis is away.
    """

    def __init__(
        self,
        claims: Claims,
        database: Database,
        owner: str,
        lease_for: timedelta,
        alone: Alone,
    ) -> None:
        self._alone = alone
        self._claims = claims
        self._database = database
        self._owner = owner
        self._lease_for = lease_for
        self.look_in_database = True

    async def claim(self, keys: Sequence[str]) -> list[Answer]:
        """Take the right to send, each key on its own; answers in the order of the keys."""
        noted: dict[str, Answer] = {}
        if self.look_in_database and not self._alone.is_so:
            # first: a database that is away must leave nothing claimed
            async with self._database.read() as connection:
                noted = await self._known(keys, connection)
        free = [key for key in keys if key not in noted or _is_ours(noted[key])]
        answers = await self._claim_in_redis(free)
        if answers is None:
            return await self._claim_in_database(keys)
        found = noted | {
            key: _sterner(one, noted.get(key, one)) for key, one in zip(free, answers, strict=True)
        }
        return [found[key] for key in keys]

    async def sent(self, keys: Sequence[str], message_id: int) -> None:
        """Telegram has accepted them as that message."""
        # Redis first: the database may fail, and then it alone remembers
        knows = await self._tell_redis(self._claims.sent(keys, message_id))
        if self.look_in_database:
            async with self._database.write() as connection:
                await self._leave(connection, keys, redis_knows=knows)
                await send_claims.sent(connection, keys, message_id)

    async def release(self, claimed: Sequence[str], uncertain: Sequence[str]) -> None:
        """The send certainly did not happen. What was uncertain before stays uncertain."""
        knows = await self._tell_redis(self._claims.release(claimed, uncertain))
        if self.look_in_database:
            async with self._database.write() as connection:
                await send_claims.forget(connection, claimed)
                await self._leave(connection, uncertain, redis_knows=knows)

    async def doubt(self, keys: Sequence[str]) -> None:
        """The send is over and nobody knows how it ended: the next claim finds it uncertain."""
        knows = await self._tell_redis(self._claims.doubt(keys))
        if self.look_in_database:
            async with self._database.write() as connection:
                await self._leave(connection, keys, redis_knows=knows)

    async def _leave(
        self, connection: AsyncConnection, keys: Sequence[str], *, redis_knows: bool
    ) -> None:
        """They were tried, and are nobody's. The database remembers what Redis was not told, also
        of what was claimed there."""
        if redis_knows:
            await send_claims.doubt(connection, keys)
        else:
            await send_claims.claim(connection, keys, self._owner, timedelta())

    async def _claim_in_redis(self, keys: Sequence[str]) -> list[Answer] | None:
        if not self._alone.is_so:
            try:
                return await self._claims.claim(keys) if keys else []
            except RedisAway:
                self._alone.begin()
        return None

    async def _claim_in_database(self, keys: Sequence[str]) -> list[Answer]:
        self.look_in_database = True
        async with self._database.write() as connection:
            known = await self._known(keys, connection)
            ours = [key for key in keys if _is_ours(known[key])]
            await send_claims.claim(connection, ours, self._owner, self._lease_for)
        return [known[key] for key in keys]

    async def _tell_redis(self, telling: Coroutine[Any, Any, None]) -> bool:
        """Whether it knows now; what it was not told, the database has to be asked for."""
        if self._alone.is_so:
            telling.close()
        else:
            try:
                await telling
            except RedisAway:
                self._alone.begin()
            else:
                return True
        self.look_in_database = True
        return False

    async def _known(self, keys: Sequence[str], connection: AsyncConnection) -> dict[str, Answer]:
        found = await send_claims.of_keys(connection, keys)
        known: dict[str, Answer] = dict.fromkeys(keys, Claimed())
        for key, (_, message_id, left) in found.items():
            if message_id is not None:
                known[key] = AlreadySent(message_id)
            elif left > timedelta():
                known[key] = HeldByOther(left)
            else:
                known[key] = Uncertain()
        return known


def _is_ours(answer: Answer) -> bool:
    return isinstance(answer, Claimed | Uncertain)


def _sterner(one: Answer, other: Answer) -> Answer:
    """What both know together: a send that either knows of was made."""
    order = (AlreadySent, HeldByOther, Uncertain, Claimed)
    return min(one, other, key=lambda answer: order.index(type(answer)))
