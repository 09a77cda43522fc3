"""Basic instruments as documents: Constitution, Convention, General Rules, Regulations.

lines, titles    the layout of a printed page: running heads, margins           layout.py
starts           which lines begin provisions                                   starts.py
pieces           lines given to headings, provisions and unnumbered text        pieces.py
find             Source -> [Instrument]: divisions and provisions with keys     reader.py
triples          Instrument -> RDF                                              triples.py
"""

from resograph.instruments.model import Division, Instrument, Provision
from resograph.instruments.reader import find

__all__ = ["Division", "Instrument", "Provision", "find"]
