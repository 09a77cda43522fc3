"""``resograph sparql``: any query against the store."""

from __future__ import annotations

import sys
from typing import Any

import click

from resograph.cli import _options

ROWS = {"json": "JSON", "xml": "XML", "csv": "CSV", "tsv": "TSV"}
GRAPHS = {"turtle": "TURTLE", "ntriples": "N_TRIPLES", "jsonld": "JSON_LD", "xml": "RDF_XML"}
FORMATS = ("table", *dict.fromkeys((*ROWS, *GRAPHS)))


EXAMPLE = """\b
Example:
  resograph sparql 'SELECT ?edition { ?edition a eli:LegalResource } LIMIT 5'
"""


@click.command("sparql", epilog=EXAMPLE, short_help="Ask a SPARQL query.", no_args_is_help=True)
@click.argument("query")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How the answer is written  [default: table, of a graph turtle].")
@_options.store
def command(query: str, form: str | None, store: str | None) -> None:
    """Answer a SPARQL query; "-" reads it from standard input.

    The prefixes of the project (res:, actor:, eli:, skos:, ...) are known, and ":" is the base of identifiers. The query is read
    before it runs: nothing in it can fetch an address, read a file or write.
    """
    from resograph.cli import _output
    from resograph.namespaces import PREFIXES
    from resograph.questions import shown
    from resograph.store import Reader, folder_of

    text = sys.stdin.read() if query == "-" else query
    reader = Reader(folder_of(store))
    prefixes = {**PREFIXES, "": reader.base}
    found = reader.query(text, prefixes=prefixes)
    import pyoxigraph as ox

    if isinstance(found, ox.QueryTriples):
        chosen = _chosen(form or "turtle", GRAPHS, "a graph")
        _write(ox.serialize(found, format=getattr(ox.RdfFormat, chosen), prefixes=prefixes) or b"")
    elif form in (None, "table"):
        if isinstance(found, ox.QueryBoolean):
            _output.write("true\n" if bool(found) else "false\n")
        else:
            columns = [variable.value for variable in found.variables]
            _output.write(_output.as_table(columns, [[shown(solution[i], reader.base) for i in range(len(columns))] for solution in found]))
    else:
        chosen = _chosen(form or "", ROWS, "rows")
        _write(found.serialize(format=getattr(ox.QueryResultsFormat, chosen)))


def _chosen(form: str, formats: dict[str, str], what: str) -> str:
    if form not in formats:
        raise click.UsageError(f"the answer is {what}; choose one of {', '.join(formats)}.")
    return formats[form]


def _write(data: Any) -> None:
    from resograph.cli import _output

    _output.write(data if data.endswith(b"\n") else data + b"\n")
