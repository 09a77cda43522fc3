"""What those who run the server see: a line in JSON for each request, metrics, whether it lives and is ready.

Around the whole application stands ``Observed``: it says who asks (``evaluate.CALLER``), and lets so many requests of one client,
and of all, be under way at once; beyond that it answers 503 before anything has been read.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from ipaddress import IPv6Address, ip_address
from logging.handlers import WatchedFileHandler
from time import perf_counter

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client import Counter as Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resograph import __version__
from resograph.errors import ResographError
from resograph.serve import lookups
from resograph.serve.evaluate import CALLER, Busy, Caller, Lost, TookTooLong
from resograph.serve.problems import Problem
from resograph.serve.site import Site
from resograph.serve.workers import Workers

ACCESS = logging.getLogger("resograph.access")
"""Its records are one line of JSON each; without a handler nobody makes them."""
ACCESS.propagate = False

MOST, EACH = 200, 32
"""Requests that may be under way, of all clients and of one."""
FREE = ("/health", "/ready", "/metrics", "/static")
"""Addresses that ask nothing of the store, or are for those who run the server: never refused."""
BUSY = "Too many requests at once from this address; send one after the other."
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


def client_of(scope: Scope) -> str:
    """By whom to count: the address, of IPv6 the network that one customer gets."""
    return _customer((scope.get("client") or ("",))[0])


@lru_cache(1000)
def _customer(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64" if address.ipv4_mapped is None else str(address.ipv4_mapped)
    return host


class Lines(logging.Formatter):
    """Each record a line of JSON: a request as it stands, anything else as its time, level and words."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == ACCESS.name:
            return record.getMessage()
        said = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def log_to(path: str) -> None:
    """From now on, requests and what goes wrong are lines of JSON at the end of the file *path*, "-" for standard error.

    A file that is moved away is begun anew. ``ResographError`` where it cannot be written.
    """
    try:
        handler = logging.StreamHandler() if path == "-" else WatchedFileHandler(path, encoding="utf-8")
    except OSError as error:
        raise ResographError(f"the log {path} cannot be written ({error.strerror}); choose another --log") from error
    handler.setFormatter(Lines())
    for name in (ACCESS.name, "resograph.serve", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    ACCESS.setLevel(logging.INFO)


class Observed:
    """The application with its bounds for clients, its log and its metrics."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.under_way: Counter[str] = Counter()
        self.total = 0
        self.registry = CollectorRegistry()
        self.registry.register(_Gauges(self, site))
        labels = ("method", "route", "status")
        self.requests = Count("resograph_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "resograph_request_seconds",
            "Seconds from the request to the end of its answer.",
            ("route",),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.sent = Count("resograph_sent_bytes", "Bytes of answers.", ("route",), registry=self.registry)
        self._of = cache(self._children)

    def _children(self, method: str, route: str, status: int) -> tuple[Count, Histogram, Count]:
        return self.requests.labels(method, route, str(status)), self.seconds.labels(route), self.sent.labels(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        caller = Caller(client_of(scope))
        status, sent, whole = 500, 0, False

        async def counted(message: Message) -> None:
            nonlocal status, sent, whole
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            await send(message)

        free = scope["path"].startswith(FREE)
        token = CALLER.set(caller)
        scope.setdefault("state", {})["observed"] = self
        self.under_way[caller.client] += not free
        self.total += not free
        try:
            if not free and (self.under_way[caller.client] > EACH or self.total > MOST):
                await Problem(503, BUSY, {"Retry-After": "5", "Access-Control-Allow-Origin": "*"}).response()(scope, receive, counted)
            else:
                await self.app(scope, receive, counted)
        finally:
            CALLER.reset(token)
            self.total -= not free
            self.under_way[caller.client] -= not free
            if not self.under_way[caller.client]:
                del self.under_way[caller.client]
            self._note(scope, caller, status, sent, whole, perf_counter() - began)

    def _note(self, scope: Scope, caller: Caller, status: int, sent: int, whole: bool, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        requests, times, bytes_ = self._of(scope["method"] if scope["method"] in _METHODS else "other", route, status)
        requests.inc()
        times.observe(seconds)
        bytes_.inc(sent)
        if not ACCESS.isEnabledFor(logging.INFO) or not ACCESS.handlers:
            return
        said = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": (scope.get("client") or ("",))[0],
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": sent,
            "whole": whole,
        }
        if caller.query:
            said |= {"query": caller.query, "waited_ms": round(caller.waited * 1000, 1)}
        ACCESS.info("%s", json.dumps(said, ensure_ascii=False))


_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))


class _Gauges(Collector):
    """What is counted where it happens, read when somebody asks for it."""

    def __init__(self, observed: Observed, site: Site) -> None:
        self._observed, self._site = observed, site
        self._counted = "", 0

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("resograph_requests_under_way", "Requests being answered.", value=self._observed.total)
        evaluator = self._site.evaluator
        if isinstance(evaluator, Workers):
            running = GaugeMetricFamily("resograph_queries_under_way", "Queries being evaluated.", labels=("lane",))
            waiting = GaugeMetricFamily("resograph_queries_waiting", "Queries waiting for their turn.", labels=("lane",))
            for lane, turns in (("sparql", evaluator.queries), ("pages", evaluator.pages)):
                running.add_metric((lane,), turns.under_way)
                waiting.add_metric((lane,), turns.queued)
            yield running
            yield waiting
            yield GaugeMetricFamily("resograph_workers", "Worker processes.", value=len(evaluator.alive))
            yield CounterMetricFamily("resograph_workers_started", "Worker processes started.", value=evaluator.counts["started"])
            yield CounterMetricFamily("resograph_queries_refused", "Queries that found no place.", value=evaluator.counts["refused"])
            killed = CounterMetricFamily(
                "resograph_workers_ended", "Worker processes that were ended or died, by reason.", labels=("reason",)
            )
            for reason in ("late", "left", "stalled", "lost"):
                killed.add_metric((reason,), evaluator.counts[reason])
            yield killed
        generation = getattr(self._site.reader, "generation", "")
        if generation.isdigit():
            yield GaugeMetricFamily("resograph_generation", "Number of the generation of the store that answers.", value=int(generation))
        if not generation or generation != self._counted[0]:  # counting reads the whole store
            with suppress(TookTooLong, Busy, Lost):
                self._counted = generation, self._site.ask(lookups.size)
        yield GaugeMetricFamily("resograph_quads", "Quads in the store.", value=self._counted[1])


# --- for those who run the server -------------------------------------------------------------------------------------


def health(_: Request) -> Response:
    """/health: the process is alive."""
    return _status("ok")


def ready(request: Request) -> Response:
    """/ready: the store can be opened and a query is answered; 503 where not."""
    site: Site = request.app.state.site
    site.ask(lookups.answers)
    return _status("ready")


def _status(word: str) -> Response:
    return Response(
        json.dumps({"status": word, "version": __version__}) + "\n", media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def metrics(request: Request) -> Response:
    """/metrics: counts and times for Prometheus."""
    observed: Observed = request.state.observed
    return Response(generate_latest(observed.registry), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
