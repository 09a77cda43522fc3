"""Where the ontology, rule tables, questions and shipped corpus are: in an installed wheel, or beside src/ in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_ROOT = _PACKAGE if (_PACKAGE / "ontology").is_dir() else _PACKAGE.parents[1]

ONTOLOGY = _ROOT / "ontology"
RULES = _ROOT / "extract"
QUERIES = _ROOT / "queries"
CORPUS = _ROOT / "corpus"
