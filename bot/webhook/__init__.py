"""Webhook mode: Telegram calls, instead of being polled. TLS is a proxy's affair.

- ``doorkeeper``  who may come in: addresses, how often, and the secret
- ``intake``      each update handled once, in its chat's order, before it is answered
- ``webhook``     the server, and what Telegram is told of it
"""

from bot.webhook.webhook import Webhook

__all__ = ["Webhook"]
