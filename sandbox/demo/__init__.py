"""``make demo``: the real watcher and bot between a simulated Telegram and simulated chains.

- ``stage``     the sandbox and the product's processes, started and ended together
- ``story``     what the demo's person types, and what the whales do meanwhile
- ``terminal``  the chat's messages, printed as they arrive
"""
