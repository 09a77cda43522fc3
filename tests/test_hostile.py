"""Texts made to be slow: each would take minutes or for ever if one pattern were exponential; and keys that are no keys."""

from __future__ import annotations

import pytest

from resograph.form import record
from resograph.keys import Key
from resograph.pipeline import parse_source
from resograph.read import read_bytes

HEAD = "RESOLUTION 9999 (Rev. Sampleton, 2001)\nTitle\nThe Plenipotentiary Conference of the International Telecommunication Union (Sampleton, 2001),\nresolves\n"
N = 2000
HOSTILE = {
    "a history that never ends": HEAD.replace("Title\n", "Title\n(" + "Geneva, 1992; 1992; " * (N // 20) + " x)\n") + "to act.",
    "markers after markers": HEAD + "resolves 1 " + "i)" * (N // 2) + "a",
    "words that are joined": HEAD + "x;" + " or" * (N // 3) + " 1 x",
    "one long word": HEAD + "x" * N,
    "a rule of underscores": HEAD + "a " + "_" * N,
    "blanks of many kinds": HEAD + "a" + "\u2003" * N + "\x1f" * N + "b",
    "modal verbs": HEAD + "that it " + "shall " * (N // 6),
    "brackets of notes": "[footnoteRef:1]1 " + HEAD + "[1: " * (N // 4),
    "items without end": HEAD + "1 x.\n" * (N // 5),
    "dashes without end": HEAD + "- a:" + " - x;" * (N // 5),
    "a range of decimals": HEAD + "1.1 x;\n1.2 y " + "1.1 to 1.999 " * (N // 20),
    "capitals in brackets": HEAD + "(" + "A" * N,
    "names after names": HEAD + "that " + "the Director of TSB and the " * (N // 28) + " shall act",
    "parentheses": HEAD + "that " + "(" * N,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_made_to_be_slow_is_read(name: str) -> None:
    for resolution in parse_source(read_bytes(HOSTILE[name].encode(), "x.txt")):
        assert record(resolution)["key"] == "pp/resolution/9999/2001"


@pytest.mark.parametrize(
    "line",
    [
        "RESOLUTION 1 (FOO-2015)",
        "RESOLUTION [\u0660\u00e9] (Sampleton, 2001)",
        "RESOLUTION \u0661\u0662 (Sampleton, 2001)",
        "RESOLUTION [a<b>] (X, 2001)",
    ],
)
def test_whatever_the_number_line_the_key_is_a_key(line: str) -> None:
    text = HEAD.replace("RESOLUTION 9999 (Rev. Sampleton, 2001)", line) + "to act.\n"
    for resolution in parse_source(read_bytes(text.encode(), "x.txt")):
        assert str(Key.parse(str(resolution.outline.key))) == str(resolution.outline.key)
