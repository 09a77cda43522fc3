"""A table of the W3C's manifests at the end: how many of their tests pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from w3c.serving import Endpoint

KINDS = ("passed", "failed", "error", "xfailed", "xpassed", "skipped")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """An endpoint whose default graph is the one without a name, and whose store each test fills."""
    with Endpoint(tmp_path_factory.mktemp("w3c") / "store") as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest) -> None:
    case = getattr(request.node, "callspec", None)
    if case is not None and "test" in case.params and case.params["test"] is not None:
        request.node.user_properties.append(("w3c", case.params["test"].manifest))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print passed and all tests of each manifest."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind in KINDS:
        for report in terminalreporter.stats.get(kind, []):
            for name, manifest in getattr(report, "user_properties", ()):
                if name == "w3c":
                    table[manifest][kind] += 1
    if not table:
        return
    terminalreporter.section("W3C SPARQL 1.1")
    total = [0, 0]
    for manifest in sorted(table):
        counted = table[manifest]
        passed, every = counted["passed"] + counted["xpassed"], sum(counted.values())
        known = f"   ({counted['xfailed']} known misses: {Path('tests/w3c/misses.toml')})" if counted["xfailed"] else ""
        terminalreporter.write_line(f"{manifest:<24}{passed:>4} of {every:>4}{known}")
        total = [total[0] + passed, total[1] + every]
    terminalreporter.write_line(f"{'all':<24}{total[0]:>4} of {total[1]:>4}")
