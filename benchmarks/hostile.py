"""Queries that no server should have to answer, and the ways to make one call somewhere else; for endpoint.py."""

from __future__ import annotations

RES = "PREFIX res: <https://w3id.org/resograph/ontology#>\n"
ALL = "?a ?p ?b . ?c ?q ?d . ?e ?r ?f"

HOSTILE = {
    "count a cross product": f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}",
    "stream a cross product": "SELECT * { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h }",
    "sort a cross product": "SELECT * { ?a ?p ?b . ?c ?q ?d } ORDER BY DESC(?b) ?d ?a",
    "distinct of a cross product": "SELECT DISTINCT ?b ?d { ?a ?p ?b . ?c ?q ?d }",
    "group a cross product": "SELECT ?b ?d (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d } GROUP BY ?b ?d",
    "one long string": "SELECT (GROUP_CONCAT(CONCAT(STR(?b), STR(?d))) AS ?all) { ?a ?p ?b . ?c ?q ?d }",
    "path over everything": RES + "SELECT (COUNT(*) AS ?n) { ?a (res:revises|!res:revises)* ?b . ?b (res:cites|!res:cites)* ?c }",
    "path there and back": RES + "SELECT (COUNT(*) AS ?n) { ?a (res:inEdition|^res:inEdition|res:cites|^res:cites)+ ?b }",
    "path of paths": RES + "SELECT (COUNT(*) AS ?n) { ?a ((res:cites+/^res:cites*)+/(res:revises|^res:revises)*)+ ?b }",
    "path without ends": "SELECT (COUNT(*) AS ?n) { ?a !<x:x>* ?b . ?c !<x:y>* ?d }",
    "regex on every pair": RES + 'SELECT (COUNT(*) AS ?n) { ?a res:text ?b . ?c res:text ?d FILTER REGEX(CONCAT(?b, ?d), "(a|e|i)+.*(lamp|room).*z+$", "i") }',
    "blow up by REPLACE": RES
    + "SELECT (MAX(STRLEN(?x)) AS ?n) { ?a res:text ?b . ?c res:text ?d "
    + 'BIND(REPLACE(REPLACE(CONCAT(?b, ?d), ".", "$0$0$0$0"), ".", "$0$0$0$0") AS ?x) }',
    "hash every pair": "SELECT (MAX(SHA512(CONCAT(STR(?a), STR(?d)))) AS ?n) { ?a ?p ?b . ?c ?q ?d }",
    "not equal to any": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER(?b != ?d && ?a < ?c) }",
    "not exists in each row": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER NOT EXISTS { ?a ?x ?y . ?c ?z ?y FILTER(?x > ?z) } }",
    "minus a cross product": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d MINUS { ?a ?x ?y . ?c ?z ?w FILTER(STR(?y) > STR(?w)) } }",
    "optional in optional": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b OPTIONAL { ?c ?q ?d FILTER(STR(?d) > STR(?b)) "
    + "OPTIONAL { ?e ?r ?f FILTER(STR(?f) < STR(?d)) OPTIONAL { ?g ?s ?h FILTER(?h != ?f) } } } }",
    "union of cross products": "SELECT (COUNT(*) AS ?n) {" + " UNION ".join("{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }" for _ in range(40)) + "}",
    "huge VALUES": "SELECT (COUNT(*) AS ?n) { VALUES ?x { " + " ".join(map(str, range(60_000))) + " } VALUES ?y { "
    + " ".join(map(str, range(60_000))) + " } FILTER(?x * ?y = 7) ?a ?p ?b }",
    "construct a cross product": "CONSTRUCT { ?a ?p ?d } WHERE { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }",
}  # fmt: skip
"""Each does not end in a sensible time on a graph of a hundred thousand triples, or needs more memory than there is."""

FETCHES = {
    "SERVICE": ("query", "SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }"),
    "SERVICE SILENT": ("query", "SELECT * { SERVICE SILENT <ADDRESS> { ?s ?p ?o } }"),
    "SERVICE ?variable": ("query", "SELECT * { VALUES ?x { <ADDRESS> } SERVICE ?x { ?s ?p ?o } }"),
    "FROM": ("query", "SELECT * FROM <ADDRESS> { ?s ?p ?o }"),
    "FROM NAMED": ("query", "SELECT * FROM NAMED <ADDRESS> { GRAPH ?g { ?s ?p ?o } }"),
    "LOAD": ("update", "LOAD <ADDRESS>"),
    "default-graph-uri": ("default-graph-uri", "ADDRESS"),
    "named-graph-uri": ("named-graph-uri", "ADDRESS"),
}
"""A parameter of the protocol and its value; ADDRESS is an address, or a file, of whoever asks."""
