"""Endpoints for the W3C tests: the application over a store on disk, and the whole server behind a socket."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import pyoxigraph as ox

from resograph.serve import application
from resograph.serve.writes import Writes
from resograph.store import Reader, writing
from w3c.manifests import Data
from w3c.results import load

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TOKEN = "the-token-of-the-tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def fill(folder: Path, data: Data) -> None:
    """Make *data*, and nothing else, what the store in *folder* holds."""
    with writing(folder) as writer:
        writer.store.clear()
        load(writer.store, data)
        writer.commit()


class Endpoint:
    """The application over a store of its own; writable, and its default graph is the one without a name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = Data()
        fill(folder, self._data)
        self._reader = Reader(folder)
        self._writes = Writes(folder)
        app = application(self._reader, writer=self._writes, token=TOKEN, own_default=True)
        self._web = TestClient(app, raise_server_exceptions=False)

    def __enter__(self) -> Endpoint:
        self._web.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._web.__exit__(kind, error, trace)
        self._writes.close()

    def holding(self, data: Data, *, anew: bool = False) -> Endpoint:
        """This endpoint, with *data* in its store."""
        if anew or data != self._data:
            fill(self._folder, data)
            self._data = data
        return self

    def query(self, text: str, accept: str) -> Any:
        return self._web.post("/sparql", content=text, headers={"content-type": "application/sparql-query", "accept": accept})

    def update(self, text: str) -> Any:
        return self._web.post("/sparql", content=text, headers={"content-type": "application/sparql-update", **BEARER})

    def quads(self) -> list[ox.Quad]:
        """All that the store holds."""
        return list(self._reader.store)
