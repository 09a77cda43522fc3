"""One build at a time writes to a remote store: it puts its name into the graph ``<base>graph/lock``.

    <...graph/lock>  dcterms:creator "host process token" ; dcterms:modified "the server's time" .

A name that has stood there for longer than ``LEASE`` without a sign of life, or whose process on this machine is gone, counts no
more: so a build that was killed holds nobody up for long.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from resograph.errors import StoreError
from resograph.remote.client import Client
from resograph.remote.dataset import RemoteDataset
from resograph.remote.manifest import DCTERMS

LEASE = 600.0
"""Seconds after which the lock of a build that gives no sign of life is void."""
SIGN = 60.0
"""Seconds between two signs of life."""


@contextmanager
def locked(client: Client, base: str, *, wait: bool) -> Iterator[None]:
    """The lock of the store, held by this process and kept alive by a thread."""
    lock = f"{base}graph/lock"
    me = f"{platform.node()} {os.getpid()} {uuid4().hex}"
    dataset = RemoteDataset(client, remember=False)
    while (holder := _take(client, dataset, lock, me)) != me:
        if not wait:
            raise StoreError(f"another build is writing to {client.shown} (on {' '.join(holder.split()[:1])}); wait for it to end (--wait)")
        time.sleep(1.0)
    done = threading.Event()

    def live() -> None:
        while not done.wait(SIGN):
            _sign(client, lock, me)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        client.update(f"DROP SILENT GRAPH <{lock}>")


def _take(client: Client, dataset: RemoteDataset, lock: str, me: str) -> str:
    """Who holds the lock, after this build has tried to take it."""
    holder, since, now = _holder(dataset, lock)
    if holder and not _is_void(holder, since, now):
        return holder
    if holder:
        client.update(f"DROP SILENT GRAPH <{lock}>")
    client.update(
        f'INSERT {{ GRAPH <{lock}> {{ <{lock}> <{DCTERMS}creator> "{me}" ; <{DCTERMS}modified> ?now }} }} '
        f"WHERE {{ BIND(STR(NOW()) AS ?now) FILTER NOT EXISTS {{ GRAPH <{lock}> {{ <{lock}> <{DCTERMS}creator> ?other }} }} }}"
    )
    return _holder(dataset, lock)[0]


def _sign(client: Client, lock: str, me: str) -> None:
    client.update(
        f"DELETE {{ GRAPH <{lock}> {{ <{lock}> <{DCTERMS}modified> ?then }} }} "
        f"INSERT {{ GRAPH <{lock}> {{ <{lock}> <{DCTERMS}modified> ?now }} }} WHERE {{ BIND(STR(NOW()) AS ?now) "
        f'GRAPH <{lock}> {{ <{lock}> <{DCTERMS}creator> "{me}" ; <{DCTERMS}modified> ?then }} }}'
    )


def _holder(dataset: RemoteDataset, lock: str) -> tuple[str, str, str]:
    """Who holds the lock, since when, and what the server's clock says."""
    found: Any = dataset.query(
        f"SELECT ?who ?since (STR(NOW()) AS ?now) WHERE {{ GRAPH <{lock}> "
        f"{{ <{lock}> <{DCTERMS}creator> ?who ; <{DCTERMS}modified> ?since }} }} ORDER BY ?who"
    )
    return next(((str(row["who"].value), str(row["since"].value), str(row["now"].value)) for row in found), ("", "", ""))


def _is_void(holder: str, since: str, now: str) -> bool:
    host, pid, *_ = [*holder.split(), "", ""]
    if host == platform.node() and pid.isdigit() and not _runs(int(pid)):
        return True
    try:
        return (datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds() > LEASE
    except (ValueError, TypeError):
        return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
