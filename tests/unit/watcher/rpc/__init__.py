"""The nodes' part of the watcher, against real servers on this machine that misbehave."""
