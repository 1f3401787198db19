"""Forks processes of the product: ``python -m tests.warm.template <socket>``.

Whoever connects sends one line of JSON with ``argv`` (a module's name or a script's, and its
arguments), ``env`` and ``cwd``, and the files for stdin, stdout and stderr. They are told
the process's id at once and its exit status at the end, each on a line; who hangs up ends it. All
end with the template, and that with its stdin.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import traceback
import warnings
from importlib import import_module
from typing import Any

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_LONGEST = 1 << 20
IMPORTED = ("bot.wiring", "bot.delivery", "data.process", "uvloop", "watcher.wiring")
"""With what they import: aiogram alone takes some five seconds."""


def become(order: dict[str, Any], files: list[int]) -> int:
    """What was ordered, in this process; its exit status."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    for to, file in enumerate(files):
        os.dup2(file, to)
        os.close(file)
    name, *_ = sys.argv = order["argv"]
    if action := os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter(action)
    try:
        if name.endswith(".py"):
            runpy.run_path(name, run_name="__main__")
        else:
            if not hasattr(sys.modules.get(name), "__path__"):
                sys.modules.pop(name, None)  # as at a start, where nothing has imported it
            runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


class Template:
    """Listens for orders, and for the ends of what it forked."""

    def __init__(self, path: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._asked = socket.socket(socket.AF_UNIX)
        self._asked.bind(path)
        self._asked.listen(64)
        self._ended, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._clients: dict[int, socket.socket] = {}
        for source in (0, self._asked, self._ended):
            self._selector.register(source, selectors.EVENT_READ)

    def run(self) -> None:
        """Until stdin ends."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == 0:
                    return
                if key.fileobj is self._asked:
                    self._fork(self._asked.accept()[0])
                elif key.fileobj == self._ended:
                    os.read(self._ended, 4096)
                    self._tell_of_ends()
                elif key.data in self._clients:
                    os.kill(key.data, signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _fork(self, client: socket.socket) -> None:
        line, files, *_ = socket.recv_fds(client, _LONGEST, 3)
        while not line.endswith(b"\n"):
            line += client.recv(_LONGEST)
        pid = os.fork()
        if not pid:
            self._live(json.loads(line), files)
        for file in files:
            os.close(file)
        client.sendall(f"{pid}\n".encode())
        self._clients[pid] = client
        self._selector.register(client, selectors.EVENT_READ, pid)

    def _live(self, order: dict[str, Any], files: list[int]) -> None:
        status = 1
        try:
            if _prctl is not None:
                _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for client in (self._asked, *self._clients.values()):
                client.close()
            status = become(order, files)
        except BaseException:  # noqa: BLE001 - a fork never returns to what its parent does
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _tell_of_ends(self) -> None:
        for pid, client in list(self._clients.items()):
            found, status = os.waitpid(pid, os.WNOHANG)
            if not found:
                continue
            del self._clients[pid]
            try:
                self._selector.unregister(client)
                client.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            except (KeyError, OSError):
                pass  # they hung up
            client.close()


def main(path: str) -> None:
    """Import what there is, then take orders."""
    gc.disable()  # nothing of it goes
    for name in IMPORTED:
        import_module(name)
    from bot.languages import load_catalogs
    from data.settings import Settings

    _ = Settings(_env_file=None).labels  # read once for all
    load_catalogs()
    gc.freeze()
    gc.enable()
    template = Template(path)
    os.write(1, b"ready\n")
    template.run()


if __name__ == "__main__":
    main(sys.argv[1])
