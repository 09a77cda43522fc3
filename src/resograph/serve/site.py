"""What the server knows between requests: where the graph is, how to ask it, what pages look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from anyio import CapacityLimiter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from resograph.dataset import Dataset
from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.serve.evaluate import Evaluator
from resograph.serve.forward import Forward
from resograph.serve.names import Names

HERE = Path(__file__).parent


class Reader(Protocol):
    """Something that leads to the store of the current generation."""

    @property
    def store(self) -> Dataset: ...


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
    evaluator: Evaluator | Forward
    waiting: CapacityLimiter
    base: str = BASE
    body_limit: int = 1_000_000
    templates: Environment = field(default_factory=_templates)
    places: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", CapacityLimiter(self.waiting.total_tokens))

    @property
    def store(self) -> Dataset:
        """The store of the current generation; ``StoreError`` where the engine cannot open it."""
        try:
            return self.reader.store
        except RuntimeError as error:  # so the engine tells of damage
            raise StoreError("the store is damaged; write it anew with 'resograph build --rebuild'") from error

    @property
    def names(self) -> Names:
        return Names(self.base)
