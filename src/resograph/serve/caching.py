"""What lets clients and proxies keep an answer (RFC 9110, 9111): validators that a build changes, and nothing else does.

An answer about the graph follows from the generation of the store, the program, the day (what is in force changes with it), the
address and the form.  Its ETag is made of these, so that the question whether it still holds is answered without computing it.
``Cache-Control: no-cache`` lets anybody keep it, if they ask each time.  Files that ship are addressed by their content and kept a year.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import formatdate
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from resograph import __version__

HERE = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600


class NotModified(Exception):
    """What the client has still holds; ``headers`` go with the answer that says so."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers

    def response(self) -> Response:
        return NotModifiedResponse(Headers(self.headers))


@dataclass(frozen=True, slots=True)
class Generation:
    """A state of the store: its name, a digest of what it was made of, and when it was made (seconds since 1970)."""

    name: str
    digest: str
    made: float


def generation(reader: object) -> Generation | None:
    """The generation that *reader* leads to; None where the store has none (a server elsewhere, a store in memory)."""
    name, folder = getattr(reader, "generation", ""), getattr(reader, "folder", None)
    if not name or not isinstance(folder, Path):
        return None
    manifest = folder / "generations" / name / "manifest.json"
    try:
        found = manifest.stat()
        return Generation(name, _digest(manifest, found.st_mtime_ns, found.st_ino), found.st_mtime)
    except OSError:  # it is being swept: a build has switched in this moment
        return None


@lru_cache(maxsize=8)
def _digest(path: Path, *_when: int) -> str:
    return sha256(path.read_bytes()).hexdigest()


def today() -> date:
    """The day on which what is in force is told."""
    return date.today()


def validate(request: Request, media_type: str, *more: str) -> None:
    """Note the validators of the answer about the graph that *request* gets as *media_type*; ``NotModified`` where the client has it.

    *more* is what else it follows from: the text of a query.
    """
    state = generation(request.app.state.site.reader)
    if state is None:
        request.state.validators = {"Cache-Control": "no-cache"}
        return
    day = today()
    follows = (state.name, state.digest, day.isoformat(), request.app.state.site.base, *_asked(request), media_type, *more)
    changed = max(state.made, datetime.combine(day, time.min).timestamp())
    _note(request, follows, changed)


def validate_fixed(request: Request, media_type: str, content: bytes) -> None:
    """The same for an answer that follows from *content* (and the form), whatever the store holds."""
    _note(request, (*_asked(request), media_type, sha256(content).hexdigest()), None)


def _asked(request: Request) -> tuple[str, str]:
    return request.url.path, request.url.query


def _note(request: Request, follows: tuple[str, ...], changed: float | None) -> None:
    tag = sha256("\0".join((__version__, *follows)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": "public, no-cache", "Vary": "Accept"}
    if changed is not None:
        headers["Last-Modified"] = formatdate(changed, usegmt=True)
    if _files.is_not_modified(Headers(headers), request.headers):
        raise NotModified(headers)
    request.state.validators = headers


# --- files that ship -------------------------------------------------------------------------------------------------


class Static(StaticFiles):
    """The files of the pages: their ETag is their content, and an address with it (``static``) may be kept for a year."""

    def file_response(self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200) -> Response:
        tag = _digest(Path(full_path), stat_result.st_mtime_ns, stat_result.st_ino)[:16]
        named = QueryParams(scope["query_string"]).get("v") == tag
        keep = f"public, max-age={YEAR}, immutable" if named else "public, no-cache"
        modified = formatdate(stat_result.st_mtime, usegmt=True)
        headers = Headers({"ETag": f'"{tag}"', "Last-Modified": modified, "Cache-Control": keep})
        if self.is_not_modified(headers, Headers(scope=scope)):
            return NotModifiedResponse(headers)
        response = super().file_response(full_path, stat_result, {**scope, "headers": []}, status_code)
        response.headers.update(headers)
        return response


_files = Static(directory=HERE)


def static(name: str) -> str:
    """The address of the file *name* that changes with its content."""
    path = HERE / name
    found = path.stat()
    return f"/static/{name}?v={_digest(path, found.st_mtime_ns, found.st_ino)[:16]}"
