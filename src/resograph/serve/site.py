"""What the server knows between requests: where the graph is, how to ask it, what pages look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from anyio import CapacityLimiter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from resograph import safety
from resograph.dataset import Dataset
from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.serve import lookups
from resograph.serve.counts import Counter
from resograph.serve.evaluate import Evaluator
from resograph.serve.names import Names
from resograph.serve.writes import WAITING, Writer

P = ParamSpec("P")
T = TypeVar("T")
LONG = 4000
"""Characters of a query that takes some milliseconds to be checked."""
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


_checked = lru_cache(1000)(safety.check)
"""Programs ask the same again and again."""


@dataclass(frozen=True)
class Site:
    """The parts that the handlers share.

    A query may ask the endpoints *services* (SERVICE), and nothing else elsewhere.  A write waits within *writing*, who wants the counts
    within *counting*.  Without a *writer* and a *token* the server only reads.  The default graph of a query is the union of all graphs,
    or (*own_default*) the one without a name.
    """

    reader: Reader
    evaluator: Evaluator
    base: str = BASE
    body_limit: int = 1_000_000
    services: tuple[str, ...] = ()
    templates: Environment = field(default_factory=_templates)
    writer: Writer | None = None
    token: str = ""
    own_default: bool = False
    write_limit: int = 256_000_000
    writing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WAITING + 1))
    counter: Counter = field(default_factory=Counter)
    counting: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    @property
    def store(self) -> Dataset:
        """The store of the current generation; ``StoreError`` where the engine cannot open it."""
        try:
            return self.reader.store
        except RuntimeError as error:  # so the engine tells of damage
            raise StoreError("the store is damaged; write it anew with 'resograph build --rebuild'") from error

    def ask(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *function* makes of the store, within the bounds of a query: *function* stands in a module, the store comes first."""
        return self.evaluator.call(function, *args, **kwargs)

    def check(self, text: str) -> safety.Checked:
        """``safety.check`` over the store; of a long query beside it, so that it takes no time from other requests."""
        if len(text) >= LONG:
            return self.evaluator.check(lookups.checked, text, self.services)
        if self.services or "from" in text.lower() or "\\" in text:  # whether it may run depends on more than its words
            return lookups.checked(self.store, text, self.services)
        return _checked(text)

    @property
    def names(self) -> Names:
        return Names(self.base)
