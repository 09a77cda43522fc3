"""Two real SPARQL servers for tests: Oxigraph's (PyPI ``oxigraph``) and Virtuoso (Debian ``virtuoso-opensource-7-bin``), each on free
ports of this machine with its data in a folder that goes away.  A test that needs one that is not installed is skipped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ENGINES = ("oxigraph", "virtuoso")
STARTING = 60.0
"""Seconds that a server may take to begin."""

VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(engine: str) -> Iterator[str]:
    """The URL of a server of that kind, with who may write to it; skips the test where it is not installed."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="resograph-test-", ignore_cleanup_errors=True) as folder:
        command, url = _oxigraph(folder, port) if engine == "oxigraph" else _virtuoso(folder, port)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as server:
            try:
                _wait(server, port)
                yield url
            finally:
                server.kill()


def _oxigraph(folder: str, port: int) -> tuple[list[str], str]:
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        pytest.skip("the Oxigraph server is not installed: pip install oxigraph")
    return [program, "serve", "--location", folder, "--bind", f"127.0.0.1:{port}"], f"http://127.0.0.1:{port}"


def _virtuoso(folder: str, port: int) -> tuple[list[str], str]:
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    (Path(folder) / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, port=free_port(), http=port))
    command = [program, "+foreground", "+configfile", f"{folder}/virtuoso.ini"]
    return command, f"http://dba:dba@127.0.0.1:{port}/sparql"


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None:
                raise RuntimeError(f"the server ended with {server.returncode}") from None
            time.sleep(0.1)
    raise RuntimeError(f"the server does not answer after {STARTING:g} s")
