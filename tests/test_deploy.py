"""What deploy/ ships: units that systemd takes and finds tight, an image of what there is, a lock that is whole."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SPECIMENS, served

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@needs_systemd
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in [*UNITS, *DEPLOY.glob("*.timer")]:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(text.replace("/opt/resograph/bin/resograph", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_little_that_the_units_expose(unit: Path) -> None:
    """Of ten; an ordinary service has 9.2 to 9.6."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", str(unit)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout.strip().splitlines()[-1]


def test_the_options_of_the_units_and_the_image_are_those_of_the_program() -> None:
    commands = [
        line.partition("bin/resograph ")[2]
        for unit in UNITS
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    commands.append(" ".join(re.findall(r'"([^"]+)"', re.findall(r"^CMD (.+)$", image, re.MULTILINE)[-1])))
    assert len(commands) == 3
    for command in commands:
        name, *options = command.split()
        said = subprocess.run([sys.executable, "-m", "resograph", name, "--help"], capture_output=True, text=True, check=True).stdout
        assert all(option in said for option in options if option.startswith("--")), command


def test_what_the_image_is_built_from_is_there_and_is_sent() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert sources == sent
    assert all((ROOT / source).exists() for source in sources)


def test_the_lock_names_all_that_the_program_needs_and_the_bill_leaves_out_what_only_tests_need() -> None:
    spec = importlib.util.spec_from_file_location("locked", DEPLOY / "locked.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    needed = [line.partition("==")[0].lower() for line in module.locked((ROOT / "constraints.txt").read_text(encoding="utf-8").split())]
    assert {"pyoxigraph", "starlette", "uvicorn", "spacy"} <= set(needed)
    assert not {"pytest", "mypy", "schemathesis"} & set(needed)


def test_the_tests_that_the_threat_model_names_are_there() -> None:
    named = re.findall(r"`(tests/\w+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 25
    for file, test in named:
        if (ROOT / file).exists():
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no {test}"


def test_the_server_writes_nothing_into_its_store(tmp_path: Path) -> None:
    """So it may run from a read-only file system."""
    import httpx

    from resograph.build import build

    store = tmp_path / "store"
    build([SPECIMENS / "wtsa-9018-2024.txt"], store, jobs=1)

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(store.rglob("*"))}

    before = state()
    with served(store, cwd=tmp_path) as address:
        for path in (
            "/",
            "/health",
            "/questions/sector-matrix?specimens=true",
            "/sparql?query=ASK{?s+?p+?o}",
            "/id/wtsa/resolution/9018/2024",
        ):
            assert httpx.get(address + path).status_code == 200, path
    assert state() == before
    assert list(tmp_path.iterdir()) == [store]
