"""What groups and channels are told about themselves, as HTML."""

from __future__ import annotations

from bot.languages import N_

TOPIC_LOST = N_(
    "ℹ️ The topic that some alerts went to is closed or deleted. They come here from now on; the"
    " watches are kept."
)
