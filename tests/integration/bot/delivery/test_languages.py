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
        told = {
            language: await telegram.wait_for_messages(place, 2, 30)
            for language, place in places.items()
        }
    # then
    for language, (notice, alert) in told.items():
        with speaking(language or Language.ENGLISH):
            assert notice.text == _(TOPIC_LOST)
        assert said[language] in alert.text
