"""The example clients of docs/api.md, run as they stand against a server of the specimens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import ROOT, SPECIMENS, served

DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from resograph.build import build

    folder = tmp_path_factory.mktemp("docs") / "store"
    build([SPECIMENS], folder, jobs=1)
    with served(folder) as found:
        yield found


def example(language: str, address: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    return str(found).replace("http://127.0.0.1:8000", address)


def ran(command: list[str], text: str) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_example_reads_all_pages_and_finds_nothing_changed(address: str) -> None:
    lines = ran([sys.executable, "-"], example("python", address)).splitlines()
    assert len(lines) > 6, "more than one page"
    assert lines[-1] == "nothing has changed"
    assert all(re.match(r"\w+ \w+ \d+ \(\d{4}\), .+ \| ", line) for line in lines[:-1])


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_curl_examples_give_json_csv_and_turtle(address: str) -> None:
    text = ran(["sh", "-e"], example("sh", address))
    assert '"question": "obligations"' in text
    assert "clause,intent,cited" in text
    assert "@prefix" in text


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_javascript_example_lists_citations(address: str) -> None:
    count, *lines = ran(["node", "--input-type=module"], example("js", address)).splitlines()
    assert count == f"{len(lines)} citations"
    assert all(" → " in line for line in lines)
    assert lines
