"""Buttons of the greeting."""

from __future__ import annotations

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class Topic(StrEnum):
    """What the buttons of a greeting lead to."""

    WATCH = "watch"
    """under greetings of long ago"""
    WHALES = "whales"
    HELP = "help"


class TopicButton(CallbackData, prefix="m"):
    """Tell about something."""

    topic: Topic
