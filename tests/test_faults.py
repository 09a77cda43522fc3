"""Kill -9 of writer, reader or server at random moments of builds; the trial itself is benchmarks/faults.py."""

from __future__ import annotations

import os
import subprocess
import sys

from conftest import ROOT


def test_whoever_is_killed_nobody_gets_a_wrong_answer_and_no_graph_is_lost() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "faults.py"), "--kills", "9", "--seed", "7"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second, third = done.stdout.splitlines()
    assert first.startswith("9 kills (")
    assert all(f"{who} 0" not in first and who in first for who in ("reader", "server", "writer")), "each has been killed"
    answers = {
        what: int(number.replace(",", "")) for what, number in (one.split() for one in second.partition("(")[2].rstrip(")").split(", "))
    }
    assert min(answers["graph"], answers["text"], answers["server"]) > 20
    assert third.startswith("wrong answers, lost or half graphs: 0;")
