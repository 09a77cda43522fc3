"""The command line: what it prints, where, with which status; and that it starts without what it does not need."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from resograph import __version__, cli
from resograph.build import build

ROOT = Path(__file__).parents[1]
SPECIMENS = ROOT / "corpus" / "specimens"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}
COMMANDS = ["parse", "build", "query", "check", "catalogue", "diff", "analyse", "sparql", "serve"]
SPECIMEN = SPECIMENS / "wtsa-9018-2024.txt"


@pytest.fixture(autouse=True)
def _a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the terminal of who runs the tests."""
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the corpus that ships."""
    folder = tmp_path_factory.mktemp("store")
    build([], folder)
    return folder


def resograph(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "resograph", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=ENVIRONMENT, check=False, **options)


def run(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """The command in this process: status, standard output, standard error."""
    status = cli.run([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    return status, out, err


# --- starting -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["parse", "--help"], ["query", "--help"], ["serve", "--help"]])
def test_help_imports_neither_engine_nor_parser(arguments: list[str]) -> None:
    code = f"import sys; from resograph.cli import run; run({arguments!r}); print([m for m in sys.modules if m in {{'rdflib', 'pyoxigraph', 'spacy', 'lxml', 'yaml', 'rich', 'starlette'}}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_that_of_the_package() -> None:
    assert resograph("--version").stdout == f"resograph {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, command, "--help")
    assert status == 0
    last = out.partition("Example:")[2].splitlines()[1:]
    assert last
    assert all(line.startswith(f"    resograph {command}") for line in last)
    assert max(map(len, out.splitlines())) <= 80
    assert command in run(capfd, "--help")[1]


@pytest.mark.parametrize("command", ["parse", "query", "sparql"])
def test_the_examples_of_the_help_work(
    command: str, store: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESOGRAPH_STORE", str(store))
    monkeypatch.chdir(ROOT)
    examples = [line.strip() for line in run(capfd, command, "--help")[1].splitlines() if line.startswith(f"    resograph {command} ")]
    assert examples
    for example in examples:
        status, out, err = run(capfd, *shlex.split(example)[1:])
        assert (status, err) == (0, "")
        assert len(out.splitlines()) > 2


# --- errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["parse", "no-such-file.txt"], "no-such-file.txt: no such file"),
        (["parse", "{folder}"], "is a folder; give a file"),
        (["parse", "{folder}/empty.txt"], "the file is empty"),
        (["parse", "{folder}/letter.txt"], "no resolution found"),
        (["parse", "{folder}/renamed.txt"], "is a PDF"),
        (["parse"], ""),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["pars"], "No such command 'pars'; did you mean parse?"),
        (["parse", "-", "-"], "can be read once"),
        (["build", "{folder}/nosuch", "--store", "{folder}/none"], "nosuch: no such file or folder"),
        (["sparql", "SELECT ?x { ?x nosuch:y ?z }", "--store", "{store}"], "prefix nosuch: is not known; declare it with PREFIX"),
        (["sparql", "SELECT ?x { ?x ?y } LIMIT 1", "--store", "{store}"], "not SPARQL: error at 1:21, at or before LIMIT"),
        (["query", "obligation"], "nearest: obligations"),
        (["query", "obligations", "actor"], "write it as name=value"),
        (["query", "obligations", "actor=tsag", "actor=rag"], "given twice"),
        (["query", "obligations", "--store", "{folder}/none"], "run 'resograph build'"),
        (["sparql", "SELECT * {", "--store", "{store}"], "not SPARQL"),
        (["sparql", "SELECT * { SERVICE <http://127.0.0.1:9/> {} }", "--store", "{store}"], "SERVICE would ask another server"),
        (["sparql", "SELECT * FROM <file:///etc/hostname> {}", "--store", "{store}"], "the store holds no such graph"),
        (["sparql", "LOAD <file:///etc/hostname>", "--store", "{store}"], "LOAD is an update"),
        (["sparql", "ASK {}", "--format", "turtle", "--store", "{store}"], "the answer is rows"),
        (["sparql", "ASK {}", "--store", "ftp://localhost/sparql"], "a store is a folder"),
        (["sparql", "ASK {}", "--store", "http://127.0.0.1:1/sparql"], "cannot be reached"),
        (["build", "--base", "nonsense"], "is no IRI"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_two(
    arguments: list[str], message: str, tmp_path: Path, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "letter.txt").write_text("Dear colleague, thank you for the chairs.\n")
    (tmp_path / "renamed.txt").write_bytes(b"%PDF-1.7 and so on")
    given = [argument.replace("{folder}", str(tmp_path)).replace("{store}", str(store)) for argument in arguments]
    status, out, err = run(capfd, *given)
    assert not (tmp_path / "none").exists()
    if message:
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("resograph: ")
        assert message in err
    else:
        assert (status, err) == (0, "")  # no arguments at all: the help


def test_a_process_ends_with_status_two_and_no_traceback() -> None:
    done = resograph("parse", "no-such-file.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["resograph: no-such-file.txt: no such file"]


def test_a_reader_that_leaves_early_ends_the_command_quietly(store: Path) -> None:
    command = f"{sys.executable} -m resograph sparql 'SELECT * {{ ?s ?p ?o }}' --format csv --store {store} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout == "s,p,o\n" or done.stdout == "o,p,s\n"
    assert done.stderr == ""


def test_ctrl_c_ends_the_command_quietly() -> None:
    command = [sys.executable, "-m", "resograph", "sparql", "-"]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell lets what it runs in the background ignore Ctrl-C
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT, preexec_fn=heed)
    time.sleep(1)  # it waits for its standard input
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


# --- parse --------------------------------------------------------------------------------------------------------------


def test_parse_writes_a_json_line_for_each_record(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, "parse", SPECIMENS / "pp-final-acts-2018.txt", SPECIMENS / "ra-9075-2023.docx")
    assert status == 0
    keys = [json.loads(line)["key"] for line in out.splitlines()]
    assert keys == ["pp/resolution/9204/2018", "pp/resolution/9130/2018", "ra/resolution/9075/2023"]


def test_parse_builds_what_can_be_read_and_names_the_rest(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").write_text("")
    status, out, err = run(capfd, "parse", tmp_path / "empty.txt", SPECIMENS / "ra-9075-2023.docx")
    assert (status, len(out.splitlines()), len(err.splitlines())) == (2, 1, 1)


@pytest.mark.parametrize("form", ["json", "turtle", "trig", "text"])
def test_parse_writes_other_forms(form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, "parse", SPECIMENS / "ra-9075-2023.docx", "--format", form, "--output", tmp_path / "out")
    assert (status, out) == (0, "")
    written = (tmp_path / "out").read_text(encoding="utf-8")
    if form == "json":
        assert [record["key"] for record in json.loads(written)] == ["ra/resolution/9075/2023"]
    elif form == "text":
        assert "9075" in written
    else:
        assert len(list(ox.parse(written, format=ox.RdfFormat.TURTLE if form == "turtle" else ox.RdfFormat.TRIG))) > 50


def test_parse_writes_no_file_when_there_is_nothing_to_write(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").write_text("")
    assert run(capfd, "parse", tmp_path / "empty.txt", "--output", tmp_path / "out")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.txt"]


def test_parse_reads_standard_input() -> None:
    done = resograph("parse", "-", input=(SPECIMENS / "wtdc-9005-2017.txt").read_text(encoding="utf-8"))
    assert json.loads(done.stdout)["key"] == "wtdc/resolution/9005/2017"
    empty = resograph("parse", "-", input="")
    assert (empty.returncode, empty.stderr) == (2, "resograph: standard input: the file is empty\n")


# --- build, query, sparql -----------------------------------------------------------------------------------------------


def test_build_says_what_it_did_and_that_nothing_has_changed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments: list[str | Path] = ["build", SPECIMENS / "ra-9075-2023.docx", "--store", tmp_path / "store"]
    assert run(capfd, *arguments) == (0, f"1 file read, 0 unchanged: 1 edition in {tmp_path / 'store'}\n", "")
    assert run(capfd, *arguments) == (0, f"nothing has changed: 1 edition in {tmp_path / 'store'}\n", "")


def test_build_of_a_folder_skips_and_names_and_builds_the_others(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("no record here, only words\n")
    assert run(capfd, "build", tmp_path, "--store", tmp_path / ".store")[0] == 0
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "c.txt").write_bytes((SPECIMENS / "pp-decision-9011-2018.txt").read_bytes())
    status, out, err = run(capfd, "build", tmp_path, "--store", tmp_path / ".store")
    assert status == 2
    assert out.startswith("1 file read")
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["skipped", str(tmp_path / "b.txt")]


def test_build_facts_writes_a_file_and_no_store(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESOGRAPH_STORE", str(tmp_path / "store"))
    assert run(capfd, "build", SPECIMENS / "ra-9075-2023.docx", "--facts", tmp_path / "facts.trig")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["facts.trig"]


def test_query_without_a_name_lists_the_questions(capfd: pytest.CaptureFixture[str]) -> None:
    out = run(capfd, "query")[1]
    assert all(path.stem in out for path in (ROOT / "queries").glob("*.rq"))


def test_query_takes_parameters_in_both_ways_and_gives_every_format(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one: list[str | Path] = ["query", "cited-by", "work=PP Resolution 9191", "--store", store]
    two: list[str | Path] = ["query", "cited-by", "--param", "work=pp/9191", "--store", store]
    table = run(capfd, *one)[1]
    assert table == run(capfd, *two)[1]
    rows = list(csv.reader(io.StringIO(run(capfd, *one, "--format", "csv")[1])))
    objects = json.loads(run(capfd, *one, "--format", "json")[1])
    assert [list(found.values()) for found in objects] == rows[1:]
    assert "ra/resolution/9075/2023/noting" in table
    triples = list(ox.parse(run(capfd, *one, "--format", "turtle")[1], format=ox.RdfFormat.TURTLE))
    assert sum(triple.predicate.value.endswith("#solution") for triple in triples) == len(objects)


def test_a_flag_needs_no_value(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    now = json.loads(run(capfd, "query", "obligations", "actor=tsb-director", "at=2015", "--store", store, "--format", "json")[1])
    ever = json.loads(run(capfd, "query", "obligations", "actor=tsb-director", "all-editions", "--store", store, "--format", "json")[1])
    assert {row["edition"] for row in now} < {row["edition"] for row in ever}


@pytest.mark.parametrize(
    ("query", "form", "expected"),
    [
        ("ASK { ?edition a res:Edition }", None, "true\n"),
        ("SELECT ?k { :ra/resolution/9075 res:key ?k }", "table", None),
        ("SELECT (1 AS ?x) {}", "csv", "x\r\n1\r\n"),
        ("SELECT (1 AS ?x) {}", "tsv", "?x\n1\n"),
        ("CONSTRUCT { actor:tsag a res:Thing } {}", "ntriples", None),
    ],
)
def test_sparql_answers_in_the_format_asked(
    query: str, form: str | None, expected: str | None, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if ":ra/" in query:
        query = query.replace(":ra/resolution/9075", r":ra\/resolution\/9075")
    status, out, _ = run(capfd, "sparql", query, *(["--format", form] if form else []), "--store", store)
    assert status == 0
    assert out == expected if expected else "ra/resolution/9075" in out or "actor/tsag" in out


@pytest.mark.parametrize("form", ["table", "csv"])
def test_a_limit_says_how_many_rows_there_are_besides(form: str, store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = len(json.loads(run(capfd, "query", "editions", "--store", store, "--format", "json")[1]))
    out, err = run(capfd, "query", "editions", "--limit", "3", "--store", store, "--format", form)[1:]
    assert f"{whole - 3} more rows" in (out if form == "table" else err)
    assert form == "table" or len(out.splitlines()) == 4


def test_notes_stand_under_a_table_and_beside_what_programs_read(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments: list[str | Path] = ["query", "obligations", "actor=bdt-director", "at=2010", "--store", store]
    table = run(capfd, *arguments)
    assert table[2] == ""
    assert "\n(in force then, not held: " in table[1]
    status, out, err = run(capfd, *arguments, "--format", "json")
    assert (status, json.loads(out)) == (0, [])
    assert err.startswith("resograph: in force then, not held: ")


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_query_without_end_is_ended_with_one_line(store: Path) -> None:
    done = resograph("sparql", ENDLESS, "--timeout", "0.5", "--store", store)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "resograph: no answer within 0.5 s; narrow the query, or give it longer with --timeout\n"


def test_a_question_without_end_is_ended_with_one_line(store: Path, tmp_path: Path) -> None:
    (tmp_path / "endless.rq").write_text(f"#+ summary: Without end\n{ENDLESS}\n", encoding="utf-8")
    arguments = ["query", "endless", "--timeout", "0.5", "--store", str(store)]
    code = f"import pathlib; from resograph import assets, cli; assets.QUERIES = pathlib.Path({str(tmp_path)!r}); cli.run({arguments!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no answer within 0.5 s" in done.stderr


def test_a_faulty_question_is_named_and_the_others_are_listed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.rq").write_text("#+ summary: Good\nSELECT ?x { ?x ?y ?z }\n", encoding="utf-8")
    (tmp_path / "odd.rq").write_text("#+ description: x\nSELECT ?x {}\n", encoding="utf-8")
    monkeypatch.setattr("resograph.assets.QUERIES", tmp_path)
    status, out, err = run(capfd, "query")
    assert (status, "good" in out, err.count("\n")) == (0, True, 1)
    assert err.startswith("resograph: odd.rq: the head is wrong")


@pytest.mark.skipif(os.name != "posix", reason="the commands are those of a POSIX shell")
def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path: Path) -> None:
    fenced = re.findall(r"^    (resograph .*|export .*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [line for line in fenced if not line.startswith("resograph serve")]
    commands = [re.sub(r"(resograph check [^#]*[^#\s]).*", r"\1 || [ $? -eq 1 ]", line) for line in commands]  # 1: it found problems
    assert len(commands) > 8
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "resograph").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m resograph "$@"\n')
    (tmp_path / "bin" / "resograph").chmod(0o755)
    for folder in ("corpus", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "my-resolutions").mkdir()
    shutil.copy(SPECIMENS / "ra-9075-2023.docx", tmp_path / "my-resolutions")
    shutil.copy(SPECIMENS / "ra-9075-2023.docx", tmp_path / "my-resolution.docx")
    environment = {**ENVIRONMENT, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "RESOGRAPH_STORE": str(tmp_path / "other")}
    script = "\n".join(["set -e", *(f"{command} || {{ echo {shlex.quote(command)} >&2; exit 1; }}" for command in commands)])
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "no rows" not in done.stdout
    assert not (tmp_path / "other").exists()


def test_sparql_reads_a_query_from_standard_input(store: Path) -> None:
    done = resograph("sparql", "-", "--store", store, "--format", "json", input="SELECT (1 AS ?x) {}")
    assert json.loads(done.stdout)["results"]["bindings"][0]["x"]["value"] == "1"


@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "xml"])
def test_sparql_writes_graphs_in_every_format(form: str, store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, "sparql", "DESCRIBE actor:tsag", "--format", form, "--store", store)
    assert status == 0
    formats = {"turtle": "TURTLE", "ntriples": "N_TRIPLES", "jsonld": "JSON_LD", "xml": "RDF_XML"}
    assert list(ox.parse(out, format=getattr(ox.RdfFormat, formats[form])))


# --- completion and tables ------------------------------------------------------------------------------------------------


def complete(words: str, store: Path) -> list[str]:
    environment = {**ENVIRONMENT, "_RESOGRAPH_COMPLETE": "zsh_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    environment["RESOGRAPH_STORE"] = str(store)
    done = subprocess.run([sys.executable, "-m", "resograph"], capture_output=True, text=True, env=environment, check=False)
    return done.stdout.splitlines()[1::3]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("resograph query obl", "obligations"),
        ("resograph query obligations act", "actor="),
        ("resograph query obligations actor=tsa", "actor=tsag"),
        ("resograph query cites edition=wtsa/resolution/9018/2012", "edition=wtsa/resolution/9018/2012"),
        ("resograph query instructions sector=itu-t", "sector=itu-t"),
    ],
)
def test_the_shell_completes_names_parameters_and_values(words: str, found: str, store: Path) -> None:
    assert found in complete(words, store)


def test_a_table_is_wrapped_in_a_pipe_and_in_a_narrow_terminal_becomes_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from resograph.cli import _output

    columns, row = [f"c{i}" for i in range(8)], ["word " * 30] * 8
    piped = _output.as_table(columns, [row])
    assert 80 < max(map(len, piped.splitlines())) <= 120
    assert piped.count("word") == 8 * 30
    assert max(map(len, _output.as_table([*columns, "c8", "c9"], [[*row, *row[:2]]]).splitlines())) <= 120
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, _output.as_table(columns, [row]).splitlines())) <= 80
    assert max(map(len, _output.as_table(columns[:2], [row[:2]]).splitlines())) <= 80
    assert _output.as_table(columns, []) == "no rows\n"


def test_a_table_breaks_no_key_and_repeats_none() -> None:
    from resograph.cli import _output

    edition, clause = "pp/resolution/9191/2022", "pp/resolution/9191/2022/instructs-the-director/1"
    table = _output.as_table(["edition", "clause", "action"], [[edition, clause, "word " * 40]])
    assert edition in table
    assert "\u2026/instructs-the-director/1" in table
    blocks = _output.as_table([f"c{i}" for i in range(4)], [[f"{i}{clause}" for i in range(4)]])
    assert [line.split()[1] for line in blocks.splitlines()] == [f"{i}{clause}" for i in range(4)]


def test_a_table_shows_no_control_characters_and_no_empty_columns() -> None:
    from resograph.cli import _output

    table = _output.as_table(["a", "b"], [["x\x1b[31m\ny", ""]])
    assert "\x1b" not in table
    assert "b" not in table


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_in_one_line() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "resograph", "parse", str(SPECIMEN)], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1


def test_a_link_is_written_through_and_not_replaced(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real.jsonl")
    (tmp_path / "real.jsonl").write_text("", "utf-8")
    assert run(capfd, "parse", SPECIMEN, "-o", tmp_path / "link")[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real.jsonl").read_text("utf-8").startswith("{")
