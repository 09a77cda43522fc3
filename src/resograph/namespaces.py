"""The namespaces of the graph, as text: importing this module imports nothing else.

``BASE`` is the default of the option ``--base``: an identifier is base + key.  It is spelt here and nowhere else.
The terms as rdflib nodes are in ``terms.py``.
"""

BASE = "https://w3id.org/resograph/id/"

RES = "https://w3id.org/resograph/ontology#"
VOCABULARY = "https://w3id.org/resograph/vocabulary/"
ACTOR = VOCABULARY + "actor/"
BODY = VOCABULARY + "body/"
CONFERENCE = VOCABULARY + "conference/"
HEADING = VOCABULARY + "heading/"
INSTRUMENT = VOCABULARY + "instrument/"
SECTOR = VOCABULARY + "sector/"

CITO = "http://purl.org/spar/cito/"
ELI = "http://data.europa.eu/eli/ontology#"
LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
LRML = "http://docs.oasis-open.org/legalruleml/ns/mm/v1.0/"
OA = "http://www.w3.org/ns/oa#"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"

PREFIXES = {
    "res": RES,
    "actor": ACTOR,
    "body": BODY,
    "conference": CONFERENCE,
    "heading": HEADING,
    "instrument": INSTRUMENT,
    "sector": SECTOR,
    "cito": CITO,
    "dcterms": "http://purl.org/dc/terms/",
    "eli": ELI,
    "language": LANGUAGE,
    "lrml": LRML,
    "oa": OA,
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix -> namespace, for queries and for what is written out; the empty prefix is the base in use."""
