"""Build: walk files and folders, parse what has changed, and load it into the next generation of the store.

A file is changed when its content is, or the program's code, rules, vocabularies or base since it was built.  What cannot be
read is named and left as it was before; what holds no resolution is skipped; the others are built.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from resograph import assets, derived
from resograph.dataset import location
from resograph.errors import BadKeyError, NoRecordError, ResographError, StoreError, UnreadableError, defect
from resograph.files import write_whole
from resograph.namespaces import BASE
from resograph.store import FORMAT, Entry, Manifest, Writer, writing
from resograph.store.manifest import DERIVED

if TYPE_CHECKING:
    import pyoxigraph as ox

SHIPPED = "corpus:"
_BATCH = 16 << 20  # bytes of N-Quads that are loaded at once: each load costs a tenth of a second, however small
_FEW = 20  # files that one process reads sooner than others are started
_CODE = ("*.py", "annotate/**/*.py", "instruments/**/*.py", "read/**/*.py")  # what decides what is read out of a file


@dataclass
class Report:
    """What a build did; ``failed``, ``skipped`` and ``faults`` (of graphs that break the shapes) are lines for a person."""

    generation: str = ""
    changed: bool = False
    built: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    editions: int = 0
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Found(NamedTuple):
    """A file to build: the name that the manifest knows it by, and where it is."""

    name: str
    path: Path


class Made(NamedTuple):
    """What came of one file: N-Quads of each graph (a worker process hands them back as bytes), its keys, or what went wrong."""

    sha256: str
    keys: tuple[str, ...] = ()
    graphs: tuple[tuple[str, bytes], ...] = ()
    skipped: str = ""
    failed: str = ""
    faults: tuple[str, ...] = ()


Progress = Callable[[int, int, str], None]
"""Called with the number of files done, their total, and the name of the one that has just been done."""


def build(
    paths: Sequence[Path] = (),
    folder: Path | str | None = None,
    *,
    base: str = BASE,
    jobs: int = 0,
    wait: bool = False,
    rebuild: bool = False,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Load *paths* (else the corpus that ships) into the store *folder*, which may be a URL, too: only what has changed is read again.

    With a *scheduler*, the workers of Dask read (``resograph.spread``).
    """
    where = folder if isinstance(folder, Path) else location(folder)
    if isinstance(where, str):
        from resograph.remote.publish import build as build_there

        return build_there(paths, where, base=base, jobs=jobs, wait=wait, rebuild=rebuild, scheduler=scheduler, progress=progress)
    found, report = find(paths), Report()
    if paths and not any(path.exists() for path in paths):  # nothing to build, and so nothing to write
        report.failed = [f"{path}: no such file or folder" for path in paths]
        return report
    with writing(where, wait=wait, rebuild=rebuild) as writer:
        todo = _compare(found, list(paths), writer.manifest, report, base)
        todo.sort(key=lambda one: _size(one[0].path), reverse=True)  # so that no process is busy long after the others
        files = [file for file, _ in todo]
        there = scheduler is not None
        with _workers(jobs, files, scheduler) as pool, closing(_make_all(files, base, pool, progress, elsewhere=there)) as made:
            loading = Loading(writer, report)
            _load_shared(loading, base)  # while the other processes begin to read
            for (file, digest), result in zip(todo, made, strict=True):
                loading.take(file, digest, result)
            loading.load()
            loading.tell(found)
            if writer.fresh and report.failed and not report.built:
                report.changed = False  # a store of nothing is none
            if report.changed:
                derive(writer, None if writer.fresh or loading.other_code else loading.works, None if there else pool)
        if report.changed:
            writer.commit(optimize=writer.fresh or len(report.built) > 100, touched=loading.graphs, derived=True)
        report.generation = writer.current
        report.editions = len({key for entry in writer.manifest.files.values() for key in entry.keys})
    return report


def derive(writer: Writer, works: set[str] | None = None, pool: Executor | None = None) -> None:
    """Bring the index and the derived graphs of the next generation in step; for a build, and for whoever else writes texts.

    *works* are the keys of those whose texts have changed (None: any), *pool* the processes to use.
    """
    base = writer.manifest.base
    _index(writer, base)
    try:
        derived.renew(writer.store, base, writer.place, works=works, held=_works(writer.manifest.files.values()), pool=pool)
    except BrokenExecutor as error:
        raise StoreError("a process that worked out graphs was killed; try again with -j 1") from error


def _works(entries: Iterable[Entry]) -> set[str]:
    """The keys of the works of which *entries* hold a text."""
    from resograph.keys import Key

    return {str(Key.parse(key).work) for entry in entries for key in entry.keys}


# --- finding files --------------------------------------------------------------------------------------------------


def find(paths: Iterable[Path] = ()) -> list[Found]:
    """The files of *paths* in order, folders walked; without any, those of the corpus that ships."""
    given = list(paths)
    if not given:
        shipped = sorted([*_walk(assets.CORPUS / "specimens"), *assets.CORPUS.glob("facts/*.trig")])
        return [Found(SHIPPED + path.relative_to(assets.CORPUS).as_posix(), path) for path in shipped]
    files: dict[str, Path] = {}
    for path in given:
        for file in _walk(path) if path.is_dir() else [path]:
            files.setdefault(os.path.realpath(file), file)
    return [Found(name, file) for name, file in files.items()]


def _walk(folder: Path, seen: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """The files below *folder* in order of their names, hidden ones left out; a folder is entered once on each way."""
    real = folder.resolve()
    if real in seen:
        return
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        yield folder  # named among the failures
        return
    for path in inside:
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir():
            yield from _walk(path, seen | {real})
        else:
            yield path  # a pipe, a device or a broken link is named among the failures


# --- what has changed -----------------------------------------------------------------------------------------------


@cache
def code_digest() -> str:
    """The version of everything that decides what is read out of a file: code, rule tables, vocabularies, tables of facts."""
    package = Path(__file__).parent
    files = {path for pattern in _CODE for path in package.glob(pattern)}
    files |= {path for path in assets.RULES.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    files |= set((assets.ONTOLOGY / "vocabularies").glob("*.ttl")) | set((assets.CORPUS / "catalogue").glob("*.tsv"))
    return _digest_of_files(files)


def _digest_of_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _compare(found: list[Found], paths: list[Path], manifest: Manifest, report: Report, base: str) -> list[tuple[Found, str]]:
    """The files that must be read, with the digest they get; what has gone from the folders given is taken out."""
    if manifest.base and manifest.base != base:
        raise StoreError(f"the store was built with --base {manifest.base}; give the same, or build it anew with --rebuild")
    manifest.base = base
    names = {file.name for file in found}
    roots = [str(path.resolve()) + os.sep for path in paths if path.is_dir()] or [SHIPPED] * (not paths)
    for name in sorted(manifest.files):
        if name not in names and name.startswith(tuple(roots)):
            report.removed.append(name)
    todo = []
    for file in found:
        digest = code_digest() if file.path.suffix != ".trig" else "trig"
        entry = manifest.files.get(file.name)
        if entry is not None and entry.digest == digest and entry.sha256 == _sha256(file.path):
            report.unchanged += 1
            if entry.note:
                report.skipped.append(entry.note)
        else:
            todo.append((file, digest))
    return todo


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


# --- reading ---------------------------------------------------------------------------------------------------------


def _make_all(
    files: list[Found], base: str, pool: Executor | None, progress: Progress | None, *, facts: bool = False, elsewhere: bool = False
) -> Generator[Made, None, None]:
    """What comes of each of *files*, in their order; the processes of *pool*, which may run *elsewhere*, begin at once."""
    work = partial(make, base=base, facts=facts)
    paths = [file.path.absolute() if elsewhere else file.path for file in files]
    return _each(files, iter((pool.map if pool else map)(work, paths)), progress)


def _each(files: list[Found], results: Iterator[Made], progress: Progress | None) -> Generator[Made, None, None]:
    """The *results* one by one; ``StoreError`` when a process was killed."""
    try:
        for number, file in enumerate(files, 1):
            try:
                result = next(results)
            except (BrokenExecutor, CancelledError) as error:
                raise StoreError(f"a process that read files was killed (near {file.path}); try again with -j 1") from error
            if progress:
                progress(number, len(files), file.path.name)
            yield result
    finally:
        if isinstance(results, Generator):  # while those who do the work are still there
            results.close()


def _workers(jobs: int, files: list[Found], scheduler: str | None = None) -> AbstractContextManager[Executor | None]:
    """*jobs* processes that read *files* (0: as many as are worth it); none for a single job, those of Dask with a *scheduler*."""
    if scheduler is not None and files:
        from resograph.spread import executor

        return executor(scheduler, jobs)
    jobs = min(jobs or (os.cpu_count() or 1 if len(files) > _FEW else 1), len(files))
    if jobs < 2:
        return nullcontext()
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and do not outlive it when it is killed."""
    import multiprocessing
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def make(path: Path, *, base: str = BASE, facts: bool = False) -> Made:
    """The graphs of one file; what is wrong with it is told, not raised."""
    sha256 = _sha256(path)
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        return Made(sha256, failed=f"{shown}: the name of the file is not UTF-8; give it another name")
    try:
        if path.is_dir():
            return Made(sha256, failed=f"{path}: the folder cannot be listed; see its permissions")
        if path.suffix == ".trig":
            return _make_trig(path, sha256, base)
        import pyoxigraph as ox

        from resograph import conform, graph
        from resograph.pipeline import documents
        from resograph.read import read

        specimen = Path(os.path.realpath(assets.CORPUS / "specimens")) in Path(os.path.realpath(path)).parents
        graphs: dict[str, list[ox.Quad]] = {}
        keys: list[str] = []
        faults: list[str] = []
        for document in documents(read(path)):
            name, found = graph.triples(document, base=base, facts=facts, specimen=specimen)
            statements = list(found)
            faults += [f"{path}: {fault}" for fault in conform.faults(statements)]
            graphs.setdefault(name, []).extend(graph.as_quads(name, statements))
            keys.append(str(document.key))
        written = tuple((name, ox.serialize(some, format=ox.RdfFormat.N_QUADS) or b"") for name, some in graphs.items())
        return Made(sha256, tuple(dict.fromkeys(keys)), written, faults=tuple(faults))
    except NoRecordError as error:
        return Made(sha256, skipped=str(error))
    except ResographError as error:
        return Made(sha256, failed=str(error))
    except Exception as error:  # a defect of ours must not cost the other files
        return Made(sha256, failed=defect(path, error))


def _make_trig(path: Path, sha256: str, base: str) -> Made:
    """The named graphs of a TriG file as they are; identifiers get the base in use."""
    import pyoxigraph as ox

    from resograph.keys import Key

    def moved(term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
            return ox.NamedNode(base + term.value[len(BASE) :])
        return term

    if not path.is_file():
        raise UnreadableError(f"{path}: {'is no regular file' if path.exists() else 'no such file'}")
    graphs: dict[str, list[ox.Quad]] = {}
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TRIG):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                raise UnreadableError(f"{path}: holds triples outside named graphs; put each expression into a graph of its own")
            if base != BASE:
                quad = ox.Quad(*map(moved, (quad.subject, quad.predicate, quad.object, quad.graph_name)))
            graphs.setdefault(quad.graph_name.value, []).append(quad)
            if quad.graph_name.value.startswith(f"{base}graph/"):
                raise UnreadableError(f"{path}: <{quad.graph_name.value}> is a graph of the store's own; name the expression instead")
    except (SyntaxError, OSError) as error:
        raise UnreadableError(f"{path}: not TriG: {' '.join(str(error).split())}") from error
    realized = (quad.object for quads in graphs.values() for quad in quads if quad.predicate.value.endswith("#realizes"))
    keys = {node.value.removeprefix(base) for node in realized if isinstance(node, ox.NamedNode)}
    for key in keys:
        try:
            Key.parse(key)
        except BadKeyError as error:
            raise UnreadableError(f"{path}: {error}") from error
    found = tuple((name, ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"") for name, quads in graphs.items())
    return Made(sha256, tuple(sorted(keys)), found)


# --- loading --------------------------------------------------------------------------------------------------------


class Loading:
    """Putting what was made of files into the next generation: which graphs and which works have changed by it."""

    def __init__(self, writer: Writer, report: Report) -> None:
        self.writer, self.report = writer, report
        self.graphs: set[str] = set()
        self.works: set[str] = set()
        self.other_code = False
        self._waiting: dict[str, bytes] = {}
        self._told: dict[str, Made] = {}

    def take(self, file: Found, digest: str, made: Made) -> None:
        """What came of *file*; its graphs wait until there are enough to be loaded at once."""
        self._told[file.name] = made._replace(graphs=tuple((name, b"") for name, _ in made.graphs))
        if made.failed:
            return
        files = self.writer.manifest.files
        before = files.get(file.name)
        graphs = tuple(str(name) for name, _ in made.graphs)  # what rdflib calls a URIRef is no equal of its str
        files[file.name] = Entry(made.sha256, digest, made.keys, graphs, made.skipped)
        self.works |= _works([files[file.name]])
        self.report.changed = True
        if before is not None:
            self._drop(before)
        self.graphs.update(graphs)
        self._waiting.update(made.graphs)
        if sum(map(len, self._waiting.values())) > _BATCH:
            self.load()

    def remove(self, name: str) -> None:
        """Take out what the file *name* made."""
        self._drop(self.writer.manifest.files.pop(name))
        self.report.changed = True

    def load(self) -> None:
        """Put the graphs that wait in the place of those of the same names."""
        import pyoxigraph as ox

        store = self.writer.store if self._waiting else None
        for node in map(ox.NamedNode, self._waiting):
            if store is not None and store.contains_named_graph(node):
                store.remove_graph(node)
        if store is not None:
            store.bulk_load(b"".join(self._waiting.values()), format=ox.RdfFormat.N_QUADS)
        self._waiting.clear()

    def tell(self, found: Iterable[Found]) -> None:
        """Put into the report what came of the files, in the order in which they were *found*."""
        report = self.report
        for file in found:
            if made := self._told.get(file.name):
                report.failed += [made.failed] * bool(made.failed)
                report.skipped += [made.skipped] * bool(made.skipped)
                report.faults += made.faults
                report.built += [str(file.path)] * bool(made.graphs)

    def _drop(self, before: Entry) -> None:
        """Take out the graphs of *before* that no file makes any longer."""
        import pyoxigraph as ox

        self.works |= _works([before])
        still = {graph for entry in self.writer.manifest.files.values() for graph in entry.graphs}
        for graph in sorted(set(before.graphs) - still):
            self.writer.store.remove_graph(ox.NamedNode(graph))
            self.graphs.add(graph)


def _load_shared(loading: Loading, base: str) -> None:
    """The vocabularies and the ontology, when they have changed; and what has gone is taken out."""
    import pyoxigraph as ox

    writer, report = loading.writer, loading.report
    for name in report.removed:
        loading.remove(name)
    shared = {
        "vocabulary": sorted((assets.ONTOLOGY / "vocabularies").glob("*.ttl")),
        "ontology": sorted(assets.ONTOLOGY.glob("*.ttl")),
    }
    code = _digest_of_files(Path(__file__).parent.rglob("*.py"))
    if writer.manifest.shared.get(DERIVED) != code or writer.manifest.format != FORMAT:  # what is derived may differ
        writer.manifest.shared[DERIVED] = code
        loading.other_code = report.changed = True
    for name, files in shared.items():
        digest = _digest_of_files(files)
        if writer.manifest.shared.get(name) == digest:
            continue
        graph = ox.NamedNode(f"{base}graph/{name}")
        if not writer.fresh:
            writer.store.remove_graph(graph)
        quads = [quad for file in files for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)]
        writer.store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)
        writer.manifest.shared[name] = digest
        report.changed = True


_EXPRESSIONS = """
PREFIX res: <https://w3id.org/resograph/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?edition ?language ?format ?sha256 ?file ?facts WHERE {
  GRAPH ?expression {
    ?expression eli:realizes ?edition ; res:language ?language ; res:factsOnly ?facts ; prov:hadPrimarySource ?source .
    ?source dcterms:format ?format ; res:sha256 ?sha256 ; res:fileName ?file .
  }
}
"""


def _index(writer: Writer, base: str) -> None:
    """Write the index graph anew: which expression answers for its edition."""
    import pyoxigraph as ox

    from resograph import graph
    from resograph.keys import Key

    name = graph.index_name(base)
    if not writer.fresh:
        writer.store.remove_graph(ox.NamedNode(name))
    found: Any = writer.store.query(_EXPRESSIONS)
    entries = []
    for row in found:
        edition, language, format_, sha256, file, facts = (str(row[i].value) for i in range(6))
        entries.append(graph.Entry(Key.parse(edition[len(base) :]), language, format_, sha256, file, facts == "true"))
    writer.store.bulk_extend(graph.as_quads(name, graph.index(entries, base=base)))


# --- facts ----------------------------------------------------------------------------------------------------------


def write_facts(paths: Sequence[Path], out: Path, *, base: str = BASE, jobs: int = 0, progress: Progress | None = None) -> Report:
    """Write what the files of *paths* say, without their words, as TriG: graphs by name, statements in reading order."""
    import pyoxigraph as ox

    from resograph import graph

    report = Report(changed=True)
    found = find(paths)
    graphs: dict[str, bytes] = {}
    with _workers(jobs, found) as pool:
        for file, made in zip(found, _make_all(found, base, pool, progress, facts=True), strict=True):
            if made.failed or made.skipped:
                (report.failed if made.failed else report.skipped).append(made.failed or made.skipped)
            else:
                report.built.append(str(file.path))
            report.faults += made.faults
            for name, data in made.graphs:
                graphs.setdefault(name, data)
    report.editions = len({PurePath(name).parent for name in graphs})
    quads = (quad for name in sorted(graphs) for quad in ox.parse(graphs[name], format=ox.RdfFormat.N_QUADS))
    text = graph.write(quads, "trig", base=base)
    write_whole(out, text.encode())
    return report
