"""Why a chat was told of a transaction, or was not.

- ``case``      everything that is known about it, read at once
- ``findings``  what each watch made of it. Pure
- ``words``     a case in sentences, with the switches that would have changed it
"""
