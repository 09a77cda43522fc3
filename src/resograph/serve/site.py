"""What the server knows between requests: where the graph is, how to ask it, what pages look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import pyoxigraph as ox
from anyio import CapacityLimiter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.serve.evaluate import Evaluator
from resograph.serve.names import Names

P = ParamSpec("P")
T = TypeVar("T")
HERE = Path(__file__).parent


class Reader(Protocol):
    """Something that leads to the store of the current generation."""

    @property
    def store(self) -> ox.Store: ...


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class Site:
    """The parts that the handlers share.

    Requests that wait for a query do so within *waiting*, so that they leave threads for the pages; each has one of as many
    *places* before it comes there, so that none waits unseen.
    """

    reader: Reader
    evaluator: Evaluator
    waiting: CapacityLimiter
    base: str = BASE
    body_limit: int = 1_000_000
    templates: Environment = field(default_factory=_templates)
    places: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", CapacityLimiter(self.waiting.total_tokens))

    @property
    def store(self) -> ox.Store:
        """The store of the current generation; ``StoreError`` where the engine cannot open it."""
        try:
            return self.reader.store
        except RuntimeError as error:  # so the engine tells of damage
            raise StoreError("the store is damaged; write it anew with 'resograph build --rebuild'") from error

    def ask(self, function: Callable[Concatenate[ox.Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *function* makes of the store; *function* stands in a module, the store comes first."""
        return function(self.store, *args, **kwargs)

    @property
    def names(self) -> Names:
        return Names(self.base)
