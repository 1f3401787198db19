"""What a person, a page or a test can do to the world; the same verbs in Python and over HTTP.

hand       `Hand`, what all verbs share: the world, and service messages
people     users, private chats, texts, taps, blocking
places     groups, supergroups, channels, topics, the bot's place in them, migration
trouble    faults switched on and off, revoking the token
watch      looking: chats, messages, calls, and waiting for them
"""
