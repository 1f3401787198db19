"""Every fault that a node can have, under the real watcher: no alert is lost, none is doubled.

lookout.py  a chain of two nodes or more, a watcher over it, chats that watch, and what was alerted
The faults by name are the sandbox's: `sandbox/chain/catalogue.py`.
"""
