"""``resograph sparql``: any query against the store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from resograph.dataset import Source

ROWS = {"json": "JSON", "xml": "XML", "csv": "CSV", "tsv": "TSV"}
GRAPHS = {"turtle": "TURTLE", "ntriples": "N_TRIPLES", "jsonld": "JSON_LD", "xml": "RDF_XML"}
FORMATS = ("table", *dict.fromkeys((*ROWS, *GRAPHS)))


EXAMPLE = """\b
Example:
  resograph sparql 'SELECT ?edition { ?x res:answersFor ?edition } LIMIT 5'
"""


@click.command("sparql", epilog=EXAMPLE, short_help="Ask a SPARQL query.", no_args_is_help=True)
@click.argument("query")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How the answer is written  [default: table, of a graph turtle].")
@_options.timeout
@_options.store
def command(query: str, form: str | None, timeout: float, store: str | None) -> None:
    """Answer a SPARQL query; "-" reads it from standard input.

    The prefixes of the project (res:, actor:, eli:, skos:, ...) are known, and ":" is the base of identifiers. The query is read
    before it runs: nothing in it can fetch an address, read a file or write.
    """
    from resograph.cli import _output
    from resograph.dataset import opened

    text = sys.stdin.read() if query == "-" else query
    reader = opened(store)
    with _options.within(timeout):
        data = _answer(reader, text, form)
    _output.write(data if data.endswith(b"\n") else data + b"\n")


def _answer(reader: Source, text: str, form: str | None) -> bytes:
    """The whole answer, as it is written."""
    import pyoxigraph as ox

    from resograph.cli import _output
    from resograph.namespaces import PREFIXES
    from resograph.questions import shown

    prefixes = {**PREFIXES, "": reader.base}
    found = reader.query(text, prefixes=prefixes)
    data: Any
    if isinstance(found, ox.QueryTriples):
        data = ox.serialize(found, format=getattr(ox.RdfFormat, _chosen(form or "turtle", GRAPHS, "a graph")), prefixes=prefixes)
    elif form not in (None, "table"):
        data = found.serialize(format=getattr(ox.QueryResultsFormat, _chosen(form or "", ROWS, "rows")))
    elif isinstance(found, ox.QueryBoolean):
        data = b"true" if bool(found) else b"false"
    else:
        columns = [variable.value for variable in found.variables]
        rows = [[shown(solution[i], reader.base) for i in range(len(columns))] for solution in found]
        data = _output.as_table(columns, rows).encode()
    return data or b""


def _chosen(form: str, formats: dict[str, str], what: str) -> str:
    if form not in formats:
        raise click.UsageError(f"the answer is {what}; choose one of {', '.join(formats)}.")
    return formats[form]
