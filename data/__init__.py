"""What is known: the part that both processes share, and that imports neither of them.

- ``model``       the nouns, as plain values (standard library only)
- ``errors``      the tree of errors that people may see
- ``settings``    the environment, checked
- ``chains``      one table a chain: nodes, tokens, price feeds, explorer (``chains/*.toml``)
- ``venues``      known protocols: where people swap, lend, stake and cross over (``venues/*.csv``)
- ``labels``      known addresses and who is behind them (``labels/*.csv``)
- ``imitation``   tokens that call themselves like a known one (with ``confusables``, letters that
  are drawn alike)
- ``shortfall``   what a movement lacks to be what a watch asks for
- ``addresses``   20 bytes inside, EIP-55 on the screen
- ``lookalike``   addresses that are made to be taken for another one
- ``database``    the engine, its pool, and the two kinds of transaction
- ``columns``     how amounts, dollars, times and bytes are stored on each database
- ``tables``      the tables
- ``queries``     everything that is ever asked of the tables, one file a noun
- ``migrations``  how the tables came to be · ``migrate``: brings a database there
- ``health``      what the loops wrote of their own progress, judged
- ``metrics``     what a process counts, served to Prometheus
- ``process``     what both processes have in common · ``logging``: their log ·
  ``faults``: what it calls errors, counted
- ``supervisor``  keeps child processes running · ``child_process``, ``pid_file``: one of them, and
  who runs · ``redis_server``: the embedded Valkey
- ``together``    parts of a process's work that run, fail and end together
- ``redis``       keys and scripts of what is shared, fast and re-creatable
"""
