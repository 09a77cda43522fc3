"""Annexes: whom they serve, and the order of the acts that they lay down."""

from __future__ import annotations

from resograph.pipeline import parse_source
from resograph.read import read_bytes

TEXT = """RESOLUTION 9999 (Sampleton, 2023)
Lamps
The World Telecommunication Standardization Assembly (Sampleton, 2023),
resolves
1 that TSAG shall apply the procedure of Annex A to this resolution;
2 that lamps be kept as in section 2 of Annex B,
Annex A
Procedure for lamps
a) The Director shall draw up a list. TSAG may change it.
b) It is kept by nobody.
c) Study groups should read the list.
Annex B
Care
The lamps shall be kept clean.
"""


def test_an_annex_serves_the_clauses_that_send_the_reader_there_and_its_acts_are_steps() -> None:
    (resolution,) = parse_source(read_bytes(TEXT.encode(), "lamps.txt"))
    assert resolution.serves == {"annex-a": ("resolves/1",), "annex-b": ("resolves/2",)}
    steps = [(norm.part, norm.modality, norm.step) for norm in resolution.norms if norm.step is not None]
    assert steps == [
        ("annex-a/a", "obligation", 1),
        ("annex-a/a", "permission", 1),
        ("annex-a/c", "recommendation", 2),
        ("annex-b", "obligation", 1),
    ]
    assert {norm.step for norm in resolution.norms if norm.part.startswith("resolves")} == {None}
