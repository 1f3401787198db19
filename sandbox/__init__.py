"""A Telegram and a few chains on your own machine, speaking the real protocols.

- ``telegram``  a Bot API server as strict as the real one, with a chat page in the browser
- ``chain``     simulated chains behind JSON-RPC nodes, with verbs and faults
- ``demo``      both, with the real watcher and bot between them (``make demo``)

The product never imports or names any of it.
"""
