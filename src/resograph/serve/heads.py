"""uvicorn's quicker HTTP/1.1 protocol with a bound for what it keeps of a request before anybody has read it.

httptools collects the address, header fields and trailers without an end.  What is received and is no body counts: lines, fields,
trailers, and what frames chunks, so that neither fields without end nor a body in chunks of one byte take more than ``MOST``.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 65_536
"""Bytes of a request beside its body."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection; 400 and its end for a request whose address and fields are larger than ``MOST``."""

    _beside = 0

    def data_received(self, data: bytes) -> None:
        self._beside += len(data)
        super().data_received(data)
        if self._beside > MOST and not self.transport.is_closing():
            self.send_400_response(f"The address and the header fields are larger than {MOST} bytes.")

    def on_body(self, body: bytes) -> None:
        self._beside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._beside = 0
        super().on_message_complete()
