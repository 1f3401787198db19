"""What groups and channels are told about themselves, as HTML."""

TOPIC_LOST = (
    "ℹ️ The topic that some alerts went to is closed or deleted. They come here from now on; the"
    " watches are kept."
)
