"""Real processes without the seconds that importing takes.

- ``template``  imports everything once and forks whatever is ordered
- ``process``   orders one, and knows what became of it

What runs is the program's own ``__main__`` in a process of its own, with the environment, the
folder and the files that it is given: only what it imports is there already. Tests that are about a
start itself start the program cold.
"""
