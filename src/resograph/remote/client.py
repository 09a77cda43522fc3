"""HTTP to one SPARQL server: queries, updates, whole graphs.  Every way in which that fails is one line.

    open_client(url)              find the server's addresses (``addresses``) and whether it answers
    client.ask(query)             the answer, whole, as bytes with their media type
    client.streamed(query)        the same in pieces, as they come
    client.update(update)         SPARQL 1.1 Update
    client.get(graph), put, drop  SPARQL 1.1 Graph Store Protocol; without one, the same by query and update

Nothing is retried, and redirects are followed only on the same host, so that credentials go nowhere else.  Who asks is said by the user-info of the URL,
or by RESOGRAPH_STORE_USER and RESOGRAPH_STORE_PASSWORD (Basic or Digest, as the server wants it), or by RESOGRAPH_STORE_TOKEN
(Bearer); none of them is ever part of a message.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx

from resograph.errors import QueryError, StoreError
from resograph.remote.addresses import Addresses, addresses, candidates, read

ROWS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
PATIENCE = 600.0
"""Seconds that an answer may take in all, where nobody says."""
CONNECTING = 10.0
"""Seconds in which a server must take the connection."""
LARGEST = 2 << 30
"""Bytes of one answer; what is larger is not read on."""
HOPS = 3
"""Redirects that are followed one after another."""
PROBE = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
UPDATE_LINES = 1000
"""Triples of one update: Virtuoso 7 takes a thousand, and fails at five thousand (SP030)."""


class _Credentials(httpx.Auth):
    """A password, as the server asks for it: Digest (after its challenge) or Basic."""

    def __init__(self, user: str, password: str) -> None:
        self._digest, self._basic = httpx.DigestAuth(user, password), httpx.BasicAuth(user, password)
        self._wants_basic = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._wants_basic:
            yield from self._basic.auth_flow(request)
            return
        digest = self._digest.auth_flow(request)
        response = yield next(digest)
        if response.status_code == 401 and response.headers.get("www-authenticate", "").lower().startswith("basic"):
            self._wants_basic = True
            yield from self._basic.auth_flow(request)
            return
        try:
            answering = digest.send(response)
        except StopIteration:  # no challenge
            return
        yield answering


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer under way: its media type, its headers, its bytes in pieces."""

    media_type: str
    headers: httpx.Headers
    pieces: Iterator[bytes]


@dataclass
class Client:
    """One server.  ``shown`` is its address as messages name it; threads may share a client."""

    shown: str
    http: httpx.Client
    at: Addresses
    patience: float = PATIENCE
    largest: int = LARGEST

    # --- asking

    def ask(self, query: str, *, accept: str = ROWS, graphs: tuple[tuple[str, str], ...] = (), own: bool = False) -> tuple[bytes, Reply]:
        """The whole answer to *query*; ``QueryError`` where the server refuses the query, ``StoreError`` where it fails."""
        with self.streamed(query, accept=accept, graphs=graphs, own=own) as reply:
            return b"".join(reply.pieces), reply

    @contextmanager
    def streamed(
        self, query: str, *, accept: str = ROWS, graphs: tuple[tuple[str, str], ...] = (), own: bool = False, seconds: float | None = None
    ) -> Iterator[Reply]:
        """The answer to *query* in pieces; *graphs* are the protocol's ``default-graph-uri`` and ``named-graph-uri``.

        Without them, and where the query has not its *own* (FROM), the default graph is the union of all.
        """
        form = [("query", query), *graphs, *(() if graphs or own else self.at.engine.union)]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        with self._request("POST", self.at.query, urlencode(form).encode(), headers, seconds) as response:
            self._refuse(response, query=True)
            media_type = _media_type(response)
            if media_type == "text/html":
                raise StoreError(f"{self.shown} answers with a page, not with results; give the address of its query service")
            yield Reply(media_type, response.headers, self._pieces(response, seconds))

    # --- changing

    def update(self, update: str) -> None:
        """Run *update*."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
        with self._request("POST", self.at.update, urlencode([("update", update)]).encode(), headers) as response:
            self._refuse(response, updating=True)

    def put(self, graph: str, triples: bytes) -> None:
        """Put *triples* (N-Triples, not none) in the place of the named graph."""
        if not self.at.graphs:
            self._put_by_updates(graph, triples)
            return
        with self._request("PUT", _of(self.at.graphs, graph), triples, {"Content-Type": TRIPLES}) as response:
            self._refuse(response, updating=True)

    def _put_by_updates(self, graph: str, triples: bytes) -> None:
        head, lines, size = f"DROP SILENT GRAPH <{graph}> ;\n", list[str](), 0
        for line in triples.decode("utf-8").splitlines():
            if len(lines) >= UPDATE_LINES or size + len(line) > self.at.engine.largest:
                self.update(f"{head}INSERT DATA {{ GRAPH <{graph}> {{\n" + "\n".join(lines) + "\n} }")
                head, lines, size = "", [], 0
            lines.append(line)
            size += len(line)
        self.update(f"{head}INSERT DATA {{ GRAPH <{graph}> {{\n" + "\n".join(lines) + "\n} }")

    def change(self, graph: str, gone: list[bytes], new: list[bytes]) -> bool:
        """Take the lines of *gone* (N-Triples without blank nodes) out of the named graph and put *new* in, in one update.

        False, and nothing is done, where that would be a larger update than the server takes.
        """
        if sum(map(len, (*gone, *new))) > self.at.engine.largest or len(gone) + len(new) > UPDATE_LINES:
            return False
        parts = (("DELETE", gone), ("INSERT", new))
        lines = ((word, b"\n".join(data).decode("utf-8")) for word, data in parts if data)
        self.update(" ;\n".join(f"{word} DATA {{ GRAPH <{graph}> {{\n{data}\n}} }}" for word, data in lines))
        return True

    def drop(self, graph: str) -> None:
        """Take the named graph away, if it is there."""
        if not self.at.graphs:
            self.update(f"DROP SILENT GRAPH <{graph}>")
            return
        with self._request("DELETE", _of(self.at.graphs, graph), b"", {}) as response:
            if response.status_code != 404:
                self._refuse(response, updating=True)

    @contextmanager
    def get(self, graph: str) -> Iterator[Iterator[bytes]]:
        """The named graph as N-Triples, in pieces; none where there is no such graph."""
        if not self.at.graphs:
            with self.streamed(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", accept=TRIPLES) as reply:
                yield reply.pieces
            return
        with self._request("GET", _of(self.at.graphs, graph), b"", {"Accept": TRIPLES}) as response:
            if response.status_code == 404:
                yield iter(())
                return
            self._refuse(response)
            yield self._pieces(response)

    def close(self) -> None:
        self.http.close()

    # --- HTTP

    @contextmanager
    def _request(
        self, method: str, url: str, content: bytes, headers: dict[str, str], seconds: float | None = None
    ) -> Iterator[httpx.Response]:
        timeout = httpx.Timeout(seconds or self.patience, connect=CONNECTING)
        try:
            for _ in range(HOPS + 1):
                request = self.http.build_request(method, url, content=content or None, headers=headers, timeout=timeout)
                response = self.http.send(request, stream=True)
                if not response.is_redirect:
                    break
                response.close()
                url = self._moved(url, response)
            else:
                raise StoreError(f"{self.shown} sends from one address to the next without end; give the right one")
            try:
                yield response
            finally:
                response.close()
        except httpx.ConnectTimeout as error:
            raise StoreError(f"{self.shown} does not take connections within {CONNECTING:g} s; see that the server runs there") from error
        except httpx.TimeoutException as error:
            raise StoreError(
                f"no answer from {self.shown} within {seconds or self.patience:g} s; narrow the query, or give it longer"
            ) from error
        except httpx.RemoteProtocolError as error:
            raise StoreError(f"the answer of {self.shown} broke off ({_line(error)}); see the server's own log") from error
        except httpx.TransportError as error:
            raise StoreError(f"{self.shown} cannot be reached ({_line(error)}); see that the server runs there") from error
        except httpx.DecodingError as error:
            raise StoreError(f"the answer of {self.shown} is damaged ({_line(error)})") from error

    def _moved(self, url: str, response: httpx.Response) -> str:
        """Where a redirect leads, if that is the same host asked in the same way."""
        target = str(httpx.URL(url).join(response.headers.get("location", "")))
        here, there = urlsplit(url), urlsplit(target)
        if response.status_code not in (307, 308) or here.hostname != there.hostname or (here.scheme, there.scheme) == ("https", "http"):
            raise StoreError(f"{self.shown} has moved to {_shown(target)}; give that address, if it is the one that you mean")
        return target

    def _pieces(self, response: httpx.Response, seconds: float | None = None) -> Iterator[bytes]:
        """The bytes of *response*, as many and as long as may be."""
        size, limit = 0, seconds or self.patience
        until = time.monotonic() + limit
        for piece in response.iter_bytes():
            size += len(piece)
            if size > self.largest:
                raise StoreError(f"the answer of {self.shown} is larger than {self.largest:,} bytes; narrow the query")
            if time.monotonic() > until:
                raise StoreError(f"the answer of {self.shown} is not whole after {limit:g} s; narrow the query, or give it longer")
            yield piece

    def _refuse(self, response: httpx.Response, *, query: bool = False, updating: bool = False) -> None:
        """Whatever is no success is told in one line."""
        status = response.status_code
        if status < 300:
            return
        if status in (401, 403):
            may = "write to it" if updating else "ask it"
            raise StoreError(
                f"{self.shown} does not let you {may} ({status}); say who you are: RESOGRAPH_STORE_USER and RESOGRAPH_STORE_PASSWORD, "
                "or RESOGRAPH_STORE_TOKEN"
            )
        if status in (404, 405, 501) and updating:
            raise StoreError(
                f"{self.shown} takes no writing at {_shown(str(response.url))} ({status}); say where it does: #update=ADDRESS&graphs=ADDRESS"
            )
        says = _first_words(response)
        if status == 400 and query:
            raise QueryError(f"{self.shown} refuses the query: {says or 'without a reason'}")
        if status in (429, 502, 503, 504):
            raise StoreError(f"{self.shown} has no time for this now ({status}{': ' + says if says else ''}); try again later")
        raise StoreError(f"{self.shown} answers with status {status}{': ' + says if says else ''}")


def open_client(url: str, *, patience: float = PATIENCE) -> Client:
    """The server at *url*: its addresses are found by asking; ``StoreError`` where nothing there speaks SPARQL."""
    asked = read(url)
    user = asked.user or os.environ.get("RESOGRAPH_STORE_USER", "")
    password = asked.password or os.environ.get("RESOGRAPH_STORE_PASSWORD", "")
    token = os.environ.get("RESOGRAPH_STORE_TOKEN", "")
    headers = {"User-Agent": "resograph"}
    if token and not user:
        headers["Authorization"] = f"Bearer {token}"
    auth = _Credentials(user, password) if user else None
    http = httpx.Client(auth=auth, headers=headers, limits=httpx.Limits(max_connections=16, max_keepalive_connections=16))
    first: StoreError | None = None
    for query in candidates(asked):
        client = Client(asked.url, http, addresses(asked, query, ""), patience)
        try:
            with client.streamed(PROBE) as reply:
                found = addresses(asked, query, reply.headers.get("server", ""))
                b"".join(reply.pieces)
                if not reply.media_type.endswith(("json", "xml")):
                    raise StoreError(f"{asked.url} answers with {reply.media_type or 'nothing'}, not with SPARQL results")
                client = Client(asked.url, http, found, patience)
            weakref.finalize(client, http.close)  # a command that has its answer just forgets the client
            return client
        except (StoreError, QueryError) as error:
            away = isinstance(error.__cause__, httpx.TransportError)
            first = first if first is not None and not away else StoreError(str(error))
            if away:
                break
    http.close()
    assert first is not None
    raise first


# --- words ----------------------------------------------------------------------------------------------------------


def _of(address: str, graph: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'graph': graph})}"


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _first_words(response: httpx.Response) -> str:
    """What the server says of an error, if that is short and plain."""
    if _media_type(response) == "text/html":
        return ""
    said = bytearray()
    try:
        for piece in response.iter_bytes():
            said += piece
            if len(said) > 4096:
                break
    except httpx.HTTPError:
        pass
    text = said.decode("utf-8", "replace")
    if _media_type(response).endswith("json"):
        import json

        try:
            found = json.loads(text)
            text = str(found.get("detail") or found.get("message") or text)
        except (ValueError, AttributeError):
            pass
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _shown(url: str) -> str:
    """*url* without user-info and parameters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
