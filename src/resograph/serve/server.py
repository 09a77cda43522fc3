"""``resograph serve``: the application behind uvicorn."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from resograph.errors import ResographError
from resograph.remote import RemoteReader
from resograph.serve.app import application, evaluator_of
from resograph.serve.evaluate import Cut, is_damage
from resograph.serve.heads import BoundedProtocol
from resograph.serve.observe import log_to
from resograph.serve.site import Reader
from resograph.serve.workers import Limits

GRACE = 5
"""Seconds that requests under way have to end after SIGTERM."""


class _Server(uvicorn.Server):
    """A server that says where it is once it accepts requests."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            print(_address(sockets[0]), flush=True)


class _OneLine(logging.Filter):
    """What is no fault of the program is one line in the log, not a traceback: an answer that broke off, a damaged store.

    Requests that the end of the server cut short are none: uvicorn has said how many.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        errors = list(_leaves(record.exc_info[1])) if record.exc_info and record.exc_info[1] else []
        if not errors:
            return True
        if all(isinstance(error, asyncio.CancelledError) for error in errors):
            return False
        rest = [error for error in errors if not isinstance(error, asyncio.CancelledError)]
        if all(isinstance(error, Cut) or is_damage(error) for error in rest):
            record.msg, record.args, record.exc_info = "%s", (" ".join(str(rest[0]).split()),), None
        return True


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors of a group of groups."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def run(
    store: str | os.PathLike[str] | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    base: str | None = None,
    limits: Limits | None = None,
    body_limit: int = 1_000_000,
    grace: float = GRACE,
    log: str | None = None,
    proxies: Sequence[str] = (),
    services: Sequence[str] = (),
    token: str = "",
    own_default: bool = False,
) -> None:
    """Serve the *store*, a folder or the URL of a server, until SIGTERM or SIGINT; port 0 takes any free one.

    Requests under way then have *grace* seconds to end.  *log* is a file for lines of JSON.  From *proxies* (addresses, networks)
    the X-Forwarded-For header is believed.  Queries may ask the endpoints *services*.  With a *token* whoever has it may change the
    store; *own_default*: the default graph is not the union of all.  ``ResographError`` where the store is missing or the address is
    taken.
    """
    from resograph.dataset import location
    from resograph.serve.writes import Writes
    from resograph.store import Reader as Folder

    limits = limits or Limits()
    where = store if isinstance(store, Path) else location(os.fspath(store) if store is not None else None)
    if isinstance(where, str) and token:
        raise ResographError("a store on a server is changed with that server's own tools; leave out --writable")
    reader: Reader = Folder(where) if isinstance(where, Path) else RemoteReader(where, remember=False, patience=limits.seconds)
    listener = _listen(host, port)
    if log is not None:
        log_to(log)
    writer = Writes(where) if token and isinstance(where, Path) else None
    evaluator = evaluator_of(reader, limits)
    try:
        app = application(
            reader,
            base=base,
            evaluator=evaluator,
            body_limit=body_limit,
            services=tuple(services),
            writer=writer,
            token=token,
            own_default=own_default,
        )
        config = uvicorn.Config(
            app,
            log_config=None if log is not None else LOGGING_CONFIG,
            log_level="warning",
            access_log=False,
            server_header=False,
            http=BoundedProtocol,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=math.ceil(grace),
        )
        logging.getLogger("uvicorn.error").addFilter(_OneLine())
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again when it has stopped: that is the end we want
        _Server(config).run(sockets=[listener])
    finally:
        evaluator.close()
        if writer is not None:
            writer.close()
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket at *host* and *port*; ``ResographError`` in one line where there can be none."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResographError(f"cannot listen at {host}:{port} ({reason}); choose another --port or --host") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
