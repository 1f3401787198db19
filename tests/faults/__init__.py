"""Whatever fails or dies, no alert is lost, and none is doubled but where nobody can know.

Every fault that a node can have, under the real watcher:

- lookout.py  a chain of two nodes or more, a watcher over it, chats that watch, what was alerted

The faults by name are the sandbox's: `sandbox/chain/catalogue.py`.

Processes and servers that are killed:

- points.py   where a process can be made to die, between any two steps
- mortal.py   the program that dies there · lives.py: one such process after another, or several
- crowd.py    many chats with alerts to come; what was lost, repeated, out of order; the table
"""
