"""Answers that say what went wrong and what to do: application/problem+json (RFC 9457), or a page for a browser."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse

KINDS = {
    "unknown-question": "No question has this name. The detail lists the nearest names; /questions lists all.",
    "unknown-parameter": "The question has no parameter of this name. The detail lists those that it has.",
    "missing-parameter": "The question needs a parameter that is not given. The detail names it, with an example.",
    "repeated-parameter": "A parameter is given more than once. Give one value.",
    "bad-value": "The value of the parameter means nothing to this store. The detail says how to write it, or what comes nearest.",
    "ambiguous-value": "The value may mean several things. The member choices lists them; give one of them.",
}
"""Problems that a program may want to tell apart: the tail of ``type``, and what to do; /api tells them too."""


class Problem(Exception):
    """A request that is answered with an error: its status, and one line that says what to do.

    *kind* is one of ``KINDS``, or "" where the status says it all; *more* are further members of the document.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.kind = kind
        self.more = dict(more or {})

    @property
    def title(self) -> str:
        return self.kind.replace("-", " ").capitalize() if self.kind else HTTPStatus(self.status).phrase

    def response(self) -> JSONResponse:
        type_ = f"/api#{self.kind}" if self.kind else "about:blank"
        return JSONResponse(
            {"type": type_, "title": self.title, "status": self.status, "detail": self.detail, **self.more},
            status_code=self.status,
            headers=self.headers,
            media_type="application/problem+json",
        )
