"""Delivery tells each chat in its own language, whoever's turn came before."""

from __future__ import annotations

import pytest

from bot.languages import _, speaking
from bot.texts.groups import TOPIC_LOST
from data.model import Language
from data.queries import chats
from tests.integration.bot.delivery.running import delivering


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


async def test_each_chat_is_told_in_its_language(telegram, outbox, means, database):
    # given
    said = {Language.RUSSIAN: "Получено", Language.SPANISH: "Recibido", None: "Received"}
    places = {}
    for language in said:
        person = telegram.create_user("Ada")
        telegram.create_private_chat(person.id)
        await outbox.chat(person.id)
        async with database.write() as connection:
            await chats.set_language(connection, person.id, language)
            await chats.set_notice(connection, person.id, TOPIC_LOST)
        await outbox.alert(await outbox.watch(person.id))
        places[language] = person.id
    # when
    async with delivering(*means):
        for language, place in places.items():
            # then
            with speaking(language or Language.ENGLISH):
                notice = _(TOPIC_LOST)
            # the notice, which nobody claims, comes again where its answer was late
            await telegram.wait_for_messages(place, 1, 30, notice)
            (alert,) = await telegram.wait_for_messages(place, 1, 30, said[language])
            assert notice not in alert.text
