"""The queries behind the pages where no named question asks the same, and how they are asked.

What is a question for people too (``obligations``, ``lineage``) is asked by its name: a page and its question cannot disagree.

Whatever a text says is asked inside the graph of the expression that answers for its edition (docs/graph.md).  A variable that
``rows`` binds stands in the SELECT line: the engine wants it there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from resograph.dataset import Dataset
from resograph.namespaces import PREFIXES

Row = dict[str, str]

LOADED = """
SELECT DISTINCT ?expression ?edition ?work ?body ?kind ?number ?year ?place ?title ?facts ?language WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?graph { ?expression res:factsOnly ?facts ; res:language ?language }
  GRAPH ?expression {
    ?edition res:ofWork ?work ; res:body ?body ; res:kind ?kind ; res:number ?number .
    OPTIONAL { ?edition res:year ?year } OPTIONAL { ?edition res:placeName ?place } OPTIONAL { ?edition dcterms:title ?title }
  }
}"""

COUNTS = """
SELECT ?type (COUNT(DISTINCT ?thing) AS ?count) WHERE {
  VALUES ?type { res:Clause res:Citation res:Norm }
  GRAPH ?expression { ?thing a ?type }
} GROUP BY ?type"""

EXPRESSIONS = """
SELECT DISTINCT ?edition ?expression ?language ?facts ?answers ?file ?sha256 ?format WHERE {
  ?expression eli:realizes ?edition ; res:language ?language ; res:factsOnly ?facts ; prov:hadPrimarySource ?source .
  ?source res:fileName ?file ; res:sha256 ?sha256 ; dcterms:format ?format .
  OPTIONAL { ?expression res:answersFor ?answers }
} ORDER BY ?expression"""

REALIZED = """SELECT ?expression ?edition WHERE { ?expression eli:realizes ?edition } LIMIT 1"""

HEADER = """
SELECT ?expression ?edition ?work ?year ?place ?revised ?title WHERE { GRAPH ?expression {
  ?edition res:ofWork ?work ; res:body ?body .
  OPTIONAL { ?edition res:year ?year } OPTIONAL { ?edition res:placeName ?place } OPTIONAL { ?edition res:revised ?revised }
  OPTIONAL { ?edition dcterms:title ?title }
} }"""

ADOPTIONS = """
SELECT ?expression ?edition ?order ?place ?year ?adopted WHERE { GRAPH ?expression {
  ?adoption a res:Adoption ; res:inEdition ?edition ; res:order ?order ; res:year ?year .
  OPTIONAL { ?adoption res:placeName ?place } OPTIONAL { ?adoption res:adopted ?adopted }
} } ORDER BY ?order"""

SECTIONS = """
SELECT ?expression ?section ?part ?order ?heading ?title WHERE { GRAPH ?expression {
  ?section a res:Section ; res:part ?part ; res:order ?order .
  OPTIONAL { ?section res:heading ?heading } OPTIONAL { ?section dcterms:title ?title }
} } ORDER BY ?order"""

CLAUSES = """
SELECT ?expression ?clause ?part ?order ?role ?section ?marker ?text WHERE { GRAPH ?expression {
  ?clause a res:Clause ; res:part ?part ; res:order ?order ; res:role ?role ; res:inSection ?section .
  OPTIONAL { ?clause res:marker ?marker } OPTIONAL { ?clause res:text ?text }
} } ORDER BY ?order"""

FOOTNOTES = """
SELECT ?expression ?note ?part ?on ?order ?text WHERE { GRAPH ?expression {
  ?note a res:Footnote ; res:part ?part ; res:on ?on ; res:order ?order . OPTIONAL { ?note res:text ?text }
} } ORDER BY ?order"""

BLOCKS = """
SELECT ?expression ?block ?part ?order ?role ?text WHERE { GRAPH ?expression {
  ?block a res:Block ; res:part ?part ; res:role ?role ; res:order ?order . OPTIONAL { ?block res:text ?text }
} } ORDER BY ?order"""

CITATIONS = """
SELECT ?expression ?citation ?carrier ?target ?intent ?text ?pinpoint ?self ?start WHERE { GRAPH ?expression {
  ?citation a res:Citation ; cito:hasCitingEntity ?carrier ; cito:hasCitedEntity ?target ; res:selfCitation ?self .
  OPTIONAL { ?citation res:intent ?intent } OPTIONAL { ?citation res:citedText ?text }
  OPTIONAL { ?citation res:pinpoint ?pinpoint } OPTIONAL { ?citation oa:hasSelector/oa:start ?start }
} } ORDER BY ?citation"""

NORMS = """
SELECT ?expression ?norm ?clause ?modality ?force ?action ?frequency ?deadline ?condition WHERE { GRAPH ?expression {
  ?norm a res:Norm ; res:inClause ?clause ; res:modality ?modality ; res:force ?force .
  OPTIONAL { ?norm res:action ?action } OPTIONAL { ?norm res:frequency ?frequency }
  OPTIONAL { ?norm res:deadline ?deadline } OPTIONAL { ?norm res:condition ?condition }
} } ORDER BY ?norm"""

CONCERNED = """
SELECT ?expression ?thing ?relation ?actor WHERE {
  VALUES ?relation { res:addressee res:counterpart res:beneficiary }
  GRAPH ?expression { ?thing ?relation ?actor }
} ORDER BY ?thing ?relation ?actor"""

TERMS = """
SELECT ?expression ?term ?abbreviation ?meaning ?clause WHERE { GRAPH ?expression {
  ?term a res:Term ; res:abbreviation ?abbreviation ; res:inClause ?clause . OPTIONAL { ?term res:meaning ?meaning }
} } ORDER BY ?abbreviation"""

FINDINGS = """
SELECT ?expression ?finding ?code ?severity ?message ?about WHERE { GRAPH ?expression {
  ?finding a res:Finding ; res:code ?code ; res:severity ?severity ; res:about ?about . OPTIONAL { ?finding res:message ?message }
} } ORDER BY ?finding"""


# The engine plans a query before it knows the bound variables: a constant beside them would be taken for the better start.
CITING = """
SELECT DISTINCT ?cited ?citer ?target ?carrier ?intent ?text WHERE {
  GRAPH ?expression {
    ?citation %s ?cited ; cito:hasCitedEntity ?target ; cito:hasCitingEntity ?carrier ; res:inEdition ?citer ; res:selfCitation ?self .
    OPTIONAL { ?citation res:intent ?intent } OPTIONAL { ?citation res:citedText ?text }
  }
  FILTER(!?self)
  FILTER EXISTS { ?expression res:answersFor ?citer }
}"""
CITING_ENTITY = CITING % "cito:hasCitedEntity"
CITING_EDITION = CITING % "res:citedEdition"
CITING_WORK = CITING % "res:citedWork"

INSTRUMENTS = """
SELECT DISTINCT ?expression ?edition ?concept ?title ?language ?facts WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression {
    ?edition a res:Instrument ; res:instrument ?concept ; dcterms:title ?title .
    ?expression res:language ?language ; res:factsOnly ?facts
  }
} ORDER BY ?edition"""

PROVISIONS = """
SELECT ?expression ?me ?part ?order ?unit ?number ?within ?marker ?title ?text ?suppressed WHERE { GRAPH ?expression {
  ?me a res:Provision ; res:part ?part ; res:order ?order ; eli:is_part_of ?within .
  OPTIONAL { ?me res:unit ?unit ; res:number ?number } OPTIONAL { ?me res:marker ?marker } OPTIONAL { ?me dcterms:title ?title }
  OPTIONAL { ?me res:text ?text } OPTIONAL { ?me res:suppressed ?suppressed }
} } ORDER BY ?order"""

AMENDED = """
SELECT DISTINCT ?expression ?me ?conference ?code ?year WHERE {
  GRAPH ?expression { ?me res:amendedBy ?conference }
  OPTIONAL { ?conference skos:notation ?code ; res:year ?year }
} ORDER BY ?year"""

CITING_INSTRUMENT = """
SELECT DISTINCT ?instrument ?citer ?target ?carrier ?intent ?text WHERE {
  GRAPH ?held { ?target res:inEdition ?instrument }
  GRAPH ?expression {
    ?citation res:citedProvision ?target ; cito:hasCitingEntity ?carrier ; res:inEdition ?citer .
    OPTIONAL { ?citation res:intent ?intent } OPTIONAL { ?citation res:citedText ?text }
  }
  FILTER EXISTS { ?expression res:answersFor ?citer }
}"""

ACTORS = """
SELECT ?actor (COUNT(DISTINCT ?norm) AS ?duties) WHERE {
  GRAPH ?expression { ?norm res:addressee ?actor }
  FILTER(CONTAINS(STR(?norm), "#norm-"))
} GROUP BY ?actor"""

CONCEPT = """
SELECT DISTINCT ?concept ?relation ?value WHERE {
  VALUES ?relation {
    skos:prefLabel rdfs:label skos:altLabel skos:definition skos:broader skos:exactMatch skos:member res:ofSector res:sector
  }
  ?concept ?relation ?value FILTER(isIRI(?value) || LANG(?value) IN ("", "en"))
}"""

ABOUT = """SELECT ?thing ?property ?value WHERE { ?thing ?property ?value } ORDER BY ?property ?value LIMIT 500"""
KNOWN = """SELECT ?thing WHERE { { ?thing ?p ?o } UNION { ?s ?q ?thing } } LIMIT 1"""


def rows(store: Dataset, query: str, **given: str) -> Iterator[Row]:
    """The rows of *query*, variables of *given* bound to these IRIs; unbound values are ""."""
    bound = {ox.Variable(name): ox.NamedNode(iri) for name, iri in given.items()}
    found = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True, substitutions=bound)  # type: ignore[arg-type]
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for solution in found:
        yield {name: "" if (term := solution[name]) is None else term.value for name in names}
