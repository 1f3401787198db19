"""Metrics for Prometheus, served over HTTP by the process that counts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from data.errors import ConfigurationError


@contextmanager
def metrics_served(setting: str, host: str, port: int | None) -> Iterator[None]:
    """``http://host:port/metrics`` while inside; nothing at all without a port.

    ``setting`` is where the port comes from: raises ConfigurationError naming it when nobody can
    listen there.
    """
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        msg = f"{setting} or METRICS_HOST is wrong: {host}:{port} cannot be used ({error.strerror})"
        raise ConfigurationError(msg) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
