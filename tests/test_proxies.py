"""The files for nginx and Caddy in deploy/, in the real programs before a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, SPECIMENS, served
from sparql_servers import free_port

from resograph.build import build

DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
CADDY = shutil.which("caddy")
HOST = {"Host": "resograph.example.org"}
QUERY = {"query": "ASK { ?s ?p ?o }"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "access.jsonl"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[str]:
    """The address of the server that the proxies pass requests on to."""
    store = tmp_path_factory.mktemp("behind") / "store"
    build([SPECIMENS / "wtsa-9018-2024.txt"], store, jobs=1)
    with served(store, "--proxy", "127.0.0.1", "--log", str(log)) as address:
        yield address


@contextmanager
def running(command: list[str], client: httpx.Client, folder: Path) -> Iterator[httpx.Client]:
    """*client* of the proxy that *command* starts, once it answers."""
    said = folder / "said"
    with (
        said.open("w") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "HOME": str(folder)}) as process,
        client,
    ):
        try:
            for _ in range(100):
                try:
                    client.get("/health")
                    break
                except httpx.TransportError:
                    assert process.poll() is None, said.read_text(encoding="utf-8")
                    time.sleep(0.1)
            yield client
        finally:
            process.terminate()


@contextmanager
def nginx(address: str, folder: Path) -> Iterator[httpx.Client]:
    folder.chmod(0o755)
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=resograph.example.org"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    plain, secure = free_port(), free_port()
    for ours, here in (
        ("127.0.0.1:8000", address.removeprefix("http://")),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("/etc/ssl/resograph", str(folder)),
        ("/var/cache/nginx/resograph", str(folder / "cache")),
    ):
        assert ours in text, ours
        text = text.replace(ours, here)
    text = re.sub(r"^\s*listen \[::\].*$", "", text, flags=re.MULTILINE)
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
    (folder / "nginx.conf").write_text(("user root;\n" if os.geteuid() == 0 else "") + whole, encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    context = ssl._create_unverified_context()
    with running(command, httpx.Client(base_url=f"https://127.0.0.1:{secure}", verify=context, headers=HOST, timeout=20), folder) as client:
        redirected = httpx.get(f"http://127.0.0.1:{plain}/questions?a=b", headers=HOST)
        assert (redirected.status_code, redirected.headers["location"]) == (308, "https://resograph.example.org/questions?a=b")
        yield client


@contextmanager
def caddy(address: str, folder: Path) -> Iterator[httpx.Client]:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    port = free_port()
    for ours, here in (
        ("127.0.0.1:8000", address.removeprefix("http://")),
        ("resograph.example.org {", f"{{\n\tadmin off\n\tauto_https off\n}}\nhttp://resograph.example.org:{port} {{"),
    ):
        assert ours in text, ours
        text = text.replace(ours, here)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(command, httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HOST, timeout=20), folder) as client:
        yield client


PROXIES = [
    pytest.param(nginx, marks=pytest.mark.skipif(not (NGINX and shutil.which("openssl")), reason="apt-get install nginx-light")),
    pytest.param(caddy, marks=pytest.mark.skipif(not CADDY, reason="apt-get install caddy")),
]


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_passes_on_what_it_should(proxy, behind: str, log: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with proxy(behind, tmp_path) as client:
        answer = client.get("/sparql", params={**QUERY, "format": "json"}, headers={"X-Forwarded-For": "192.0.2.7"})
        assert (answer.status_code, answer.json()["boolean"]) == (200, True)
        assert answer.headers["strict-transport-security"]
        assert {json.loads(line)["client"] for line in log.read_text(encoding="utf-8").splitlines()} == {"127.0.0.1"}, (
            "it believes a client"
        )
        page = client.get("/questions/lineage", params={"work": "WTSA Resolution 9018"})
        assert page.status_code == 200
        assert (
            client.get(
                "/questions/lineage", params={"work": "WTSA Resolution 9018"}, headers={"If-None-Match": page.headers["etag"]}
            ).status_code
            == 304
        )
        assert "https://resograph.example.org" in client.get("/.well-known/void", headers={"Accept": "text/turtle"}).text or proxy is caddy
        assert client.post("/sparql", data={"query": "ASK {}" + " " * 1_100_000}).status_code == 413
        assert (
            client.put("/graph-store?default", content="", headers={"Content-Type": "text/turtle"}).headers["content-type"]
            == "application/problem+json"
        )
        assert client.get("/metrics").status_code == (200 if proxy is nginx else 404), "nginx lets this machine see them"


@pytest.mark.parametrize("proxy", PROXIES[:1])
def test_one_client_asks_only_so_often(proxy, behind: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Ten a second and a burst of forty; a machine under load may need a while to ask so often."""
    with proxy(behind, tmp_path) as client, ThreadPoolExecutor(6) as threads:
        found = [client.get("/sparql", params=QUERY).status_code for _ in range(20)]
        assert set(found) == {200}
        for _ in range(20):
            found += threads.map(lambda _: client.get("/sparql", params=QUERY).status_code, range(100))
            if 429 in found:
                break
        assert set(found) == {200, 429}


@pytest.mark.parametrize("proxy", PROXIES)
def test_an_answer_goes_out_while_it_is_made(proxy, behind: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A query without an end: its first rows come through, and it ends when the client leaves."""
    endless = "SELECT * { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"
    with proxy(behind, tmp_path) as client, client.stream("GET", "/sparql", params={"query": endless, "format": "csv"}) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_bytes()).startswith(b"a,")
