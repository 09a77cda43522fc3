"""A result as CSV, JSON, GraphML or GEXF; each but CSV carries how the result was computed."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree

import networkx as nx

from resograph import answers
from resograph.analysis import Result


def as_csv(result: Result) -> bytes:
    """The table (RFC 4180)."""
    return answers.as_csv(result.columns, [[str(cell) for cell in row] for row in result.rows]).encode()


def as_json(result: Result) -> bytes:
    """The table, the network (node-link, as networkx and D3 read it) and how both were computed."""
    whole = {
        "analysis": result.name,
        "title": result.title,
        "computed": result.computed,
        "notes": result.notes,
        "rows": [dict(zip(result.columns, row, strict=True)) for row in result.rows],
        "network": nx.node_link_data(result.network, edges="edges"),
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def as_graphml(result: Result) -> bytes:
    """The network with all that is known of its nodes and edges; how it was computed are attributes of the graph."""
    out = io.BytesIO()
    nx.write_graphml_xml(_described(result), out)
    return out.getvalue() + b"\n"


def as_gexf(result: Result) -> bytes:
    """The network for Gephi (GEXF 1.2); how it was computed stands in the description of its head, the only place for it."""
    root = ElementTree.fromstring("\n".join(nx.generate_gexf(result.network, version="1.2draft")))
    space = root.tag.partition("}")[0] + "}"
    ElementTree.register_namespace("", space.strip("{}"))
    head = next(part for part in root if part.tag == f"{space}meta")
    head.clear()
    head.set("lastmodifieddate", str(result.computed["computed"]))
    for name, value in (("creator", result.computed["software"]), ("description", described(result))):
        ElementTree.SubElement(head, f"{space}{name}").text = str(value)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written + b"\n"


def described(result: Result) -> str:
    """How *result* was computed, on one line."""
    said = {**result.computed}
    method, software, generation, day = (said.pop(name) for name in ("method", "software", "generation", "computed"))
    parameters = ", ".join(f"{name} {value}" for name, value in said.items())
    return f"{result.title}: {method}; {parameters}; {software}; generation {generation} of the store; computed {day}"


def _described(result: Result) -> Any:
    network = result.network.copy()
    network.graph = {"title": result.title, **result.computed}
    return network
