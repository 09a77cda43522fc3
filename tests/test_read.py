"""Reading: one text with paragraph spans, nothing lost, offsets exact; one clear line for what cannot be read."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from conftest import documents
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from resograph.errors import UnreadableError
from resograph.model import Source
from resograph.read import read, read_bytes


def _words(source: Source) -> list[str]:
    return [source.view(paragraph.span).text for paragraph in source.paragraphs]


def _text(text: str) -> Source:
    return read_bytes(text.encode(), "test.txt")


def _saved(document: object) -> Source:
    out = BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return read_bytes(out.getvalue(), "test.docx")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_paragraphs_notes_and_furniture_hold_every_character(path: Path) -> None:
    source = read(path)
    held = bytearray(len(source.text))
    for span in [*(p.span for p in source.paragraphs), *(n.span for n in source.notes), *source.furniture]:
        held[span.start : span.end] = b"\1" * (span.end - span.start)
    lost = [i for i, character in enumerate(source.text) if not held[i] and not character.isspace()]
    assert not lost, repr(source.text[lost[0] - 20 : lost[0] + 40])


# --- text -----------------------------------------------------------------------------------------------------------


def test_a_dump_keeps_its_marks_out_of_the_words() -> None:
    source = _text("[bookmark: _Toc1]recalling\na)\tthe needs of developing[footnoteRef:2]2 countries; [2: 2 \tThese are many.] \n")
    assert _words(source) == ["recalling", "a)\tthe needs of developing countries;"]
    (note,) = source.notes
    assert (note.mark, source.view(note.body).text) == ("2", "These are many.")
    assert note.anchor is not None
    assert source.text[note.anchor :].startswith("[footnoteRef:2]2")


def test_a_footnote_after_a_rule_belongs_to_the_word_that_carries_its_mark() -> None:
    source = _text("a) developing1 countries;\n____________________\n1 Many of them.\nb) others.\n")
    assert _words(source) == ["a) developing countries;", "b) others."]
    (note,) = source.notes
    assert (note.mark, source.view(note.body).text, note.anchor) == ("1", "Many of them.", 13)


PAGES = """RESOLUTION 9999 (SAMPLETON, 2001)
A resolution for a test of printed pages
The Plenipotentiary Conference of the International Telecommunication Union
(Sampleton, 2001),
considering
a) that the lines of a printed page are broken where the margin is reached, without
regard to the sentence, and that developing1 countries read such pages too;
1 These are countries that
print on both sides.

266 Resolution 9999
b) that a page may end at any place, and that the line after the running head goes on
with the sentence that began before it,
resolves
1 to join the lines;
2 to leave out running heads, which are no text of the resolution but of the book
that it was printed in.
"""


def test_lines_of_printed_pages_are_joined_and_running_heads_set_aside() -> None:
    source = _text(PAGES)
    words = _words(source)
    assert words[2].endswith("Union (Sampleton, 2001),")
    assert words[4].startswith("a) that the lines")
    assert words[4].endswith("countries read such pages too;")
    assert words[5].endswith("that began before it,")
    assert words[-1].endswith("that it was printed in.")
    assert [source.text[slice(*span)] for span in source.furniture] == ["266 Resolution 9999"]
    (note,) = source.notes
    assert source.view(note.body).text == "These are countries that print on both sides."


def test_offsets_are_those_of_the_decoded_file() -> None:
    text = "RESOLUTION 9999\r\n\r\nconsidering\r\na) caf\u00e9\u00a0\u2011 s\r\n"
    source = read_bytes(("\ufeff" + text).encode(), "x.txt")
    assert source.text == text
    assert [source.text[slice(*p.span)] for p in source.paragraphs][-1] == "a) caf\u00e9\u00a0\u2011 s"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab1) \n\t_[]:;.\u00a0RESOLUTION", max_size=200))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    if text.strip():
        assert _text(text).text == text


# --- Word -----------------------------------------------------------------------------------------------------------


def test_no_break_hyphens_bullets_and_breaks_of_word_are_characters() -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("ITU")
    for tag, attributes, text in (
        ("w:noBreakHyphen", {}, "T"),
        ("w:br", {}, "next"),
        ("w:sym", {"w:font": "Symbol", "w:char": "F0B7"}, " item"),
    ):
        element = OxmlElement(tag)
        for name, value in attributes.items():
            element.set(qn(name), value)
        run._r.append(element)
        words = OxmlElement("w:t")
        words.text = text
        words.set(qn("xml:space"), "preserve")
        run._r.append(words)
    source = _saved(document)
    assert source.text.strip() == "ITU\u2011T\vnext\u2022 item"
    assert _words(source) == ["ITU\u2011T next\u2022 item"]


def test_inserted_text_is_kept_and_deleted_text_dropped() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("(Rev. ")
    paragraph._p.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1"><w:r><w:delText>Oldtown, 2001</w:delText></w:r></w:del>'))
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2"><w:r><w:t>Newtown, 2005</w:t></w:r></w:ins>'))
    paragraph.add_run(")")
    assert _words(_saved(document)) == ["(Rev. Newtown, 2005)"]


def test_tables_are_kept_and_style_names_normalised() -> None:
    document = docx.Document()
    document.styles.add_style("Res_No & x", 1)
    document.add_paragraph("RESOLUTION 9999", style="Res_No & x")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    source = _saved(document)
    assert [(p.style, p.cell) for p in source.paragraphs] == [("resnox", False), ("", True), ("", True)]
    assert _words(source) == ["RESOLUTION 9999", "left", "right"]


# --- what cannot be read --------------------------------------------------------------------------------------------


def _truncated() -> bytes:
    out = BytesIO()
    docx.Document().save(out)
    return out.getvalue()[:2000]


def _archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("readme.txt", "hello")
    return out.getvalue()


def _not_xml() -> bytes:
    out = BytesIO()
    docx.Document().save(out)
    into = BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<w:document" if name == "word/document.xml" else old.read(name))
    return into.getvalue()


BAD = {
    "an empty file": (b"", "empty"),
    "blanks only": (b" \n\t", "empty"),
    "a truncated Word file": (_truncated(), "damaged"),
    "an encrypted Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
    "a renamed PDF": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "an archive that is no Word file": (_archive(), "not a Word document"),
    "a Word file whose text is no XML": (_not_xml(), "Word"),
    "binary data": (bytes(range(256)) * 4, "not text"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    data, word = BAD[name]
    path = tmp_path / "file.docx"
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        read(path)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(UnreadableError, match="no such file"):
        read(tmp_path / "nothing.txt")


def test_a_word_file_cannot_make_us_read_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET", "utf-8")
    out = BytesIO()
    docx.Document().save(out)
    into = BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                body = f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>x &e;</w:t></w:r></w:p></w:body></w:document>"
                data = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}">]>{body}'.encode()
            new.writestr(name, data)
    try:
        text = read_bytes(into.getvalue(), "x.docx").text
    except UnreadableError:
        text = ""
    assert "TOPSECRET" not in text
