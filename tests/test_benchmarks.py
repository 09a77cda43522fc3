"""The benchmark runs on a small folder and prints its table; its figures are nobody's test."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, SPECIMENS


def test_reading_prints_its_table(tmp_path: Path) -> None:
    for name in ("wtdc-9005-2017.txt", "ra-9075-2023.docx"):
        shutil.copy(SPECIMENS / name, tmp_path)
    command = [sys.executable, str(ROOT / "benchmarks" / "reading.py"), "--rounds", "1", "--characters", "1", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, _, head, *rows = done.stdout.splitlines()
    assert first.startswith("2 documents, 2 with a record")
    assert head.split() == ["ratio", "wanted", "holds", "what", "resograph", "peer"]
    measured = ["annotate", "annotate", "ra-9075-2023.docx", "memory", "build", "parse"]
    assert [word for word, row in zip(measured, rows, strict=True) if word in row and float(row.split()[0]) >= 0] == measured


def test_reading_wants_a_record(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "reading.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no document with a record" in done.stderr


def test_endpoint_prints_its_table(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "endpoint.py"), "--cache", str(tmp_path), "--size", "3000", "--no-peers"]
    done = subprocess.run([*command, "fetches", "rows"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert re.match(r"\d+ cores, load ", head)
    assert [row.partition(":")[0] for row in rows][:1] == ["outside fetches of 8"]
    assert "  0  " in rows[0]
    assert any(row.startswith("work stops after the client has left") for row in rows)
