"""Read a Word document (.docx): the words as Word shows them, in reading order, with the style of each paragraph.

python-docx unpacks the package; the text is taken from the XML of its parts because much of what a resolution needs lies
below what ``paragraph.text`` shows, and because the parts that hold no words (theme, settings, pictures) need no parsing: ``w:noBreakHyphen`` (U+2011), ``w:sym`` bullets, footnote references with typed marks, tracked
changes (``w:ins`` kept, ``w:del`` and ``w:moveFrom`` dropped), text boxes, field codes (their results are kept).  Source:
ECMA-376-1, 17.3.3 (run content), 17.13.5 (revisions), 17.11 (footnotes).

A footnote's body follows the paragraph (or table) that refers to it.  Running heads and feet are not part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from docx.opc.packuri import PACKAGE_URI, PackURI
from docx.opc.phys_pkg import PhysPkgReader
from docx.opc.pkgreader import _SerializedRelationships
from lxml import etree

from resograph.errors import UnreadableError
from resograph.model import Note, Paragraph, Source, Span

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT = _W + "t"
_DROPPED = frozenset(
    [_W + name for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sectPr", "tblPr", "trPr", "tcPr")]
    + [_MC + "Fallback"]
)
_RUN, _P, _PPR, _TBL, _TR, _TC, _TXBXCONTENT = (_W + name for name in ("r", "p", "pPr", "tbl", "tr", "tc", "txbxContent"))
_LONGEST = 16 << 20  # characters of one document
_DASHES = frozenset({"f02d", "f0be", "f096"})  # minus and dashes of the fonts Symbol and Wingdings
_MARK = re.compile(r"\s*(\d{1,3}(?:bis|ter)?|\*{1,4}|[a-z]|bis|ter)(?=$|[\s,;.:)])")


def read_word(data: bytes, path: str, sha256: str) -> Source:
    """The Word file *data* as a ``Source``; ``UnreadableError`` when its parts cannot be read."""
    try:
        document, parts = _parts(data)
        writer = _Writer(_style_names(parts.get("styles")), _note_bodies(parts))
        for element in document.find(_W + "body"):
            writer.block(element)
        writer.rest()
    except UnreadableError as error:
        raise UnreadableError(f"{path}: {error}") from error
    except (KeyError, ValueError, TypeError, AttributeError, StopIteration, etree.XMLSyntaxError, OSError) as error:
        raise UnreadableError(f"{path}: the Word file is damaged; open and save it in Word again") from error
    except Exception as error:  # python-docx raises plain exceptions of many kinds for parts that are not what they say
        raise UnreadableError(f"{path}: cannot be read as a Word document ({error})") from error
    return Source(
        path=path,
        sha256=sha256,
        format="docx",
        text="".join(writer.out),
        paragraphs=tuple(writer.paragraphs),
        notes=tuple(writer.notes),
        marks=tuple(sorted(writer.marks)),
    )


def _parts(data: bytes) -> tuple[Any, dict[str, Any]]:
    """The main part of the package, and what it refers to by kind: "styles", "footnotes", "endnotes" -> root element."""
    package: Any = PhysPkgReader(BytesIO(data))  # type: ignore[no-untyped-call]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    main = _related(package, PACKAGE_URI)["officeDocument"]
    wanted = {kind: part for kind, part in _related(package, main).items() if kind in ("styles", "footnotes", "endnotes")}
    roots = {kind: etree.fromstring(package.blob_for(part), parser) for kind, part in wanted.items()}
    return etree.fromstring(package.blob_for(main), parser), roots


def _related(package: Any, part: PackURI) -> dict[str, PackURI]:
    """The parts inside the package that *part* refers to, by kind."""
    found = _SerializedRelationships.load_from_xml(part.baseURI, package.rels_xml_for(part))  # type: ignore[no-untyped-call]
    return {rel.reltype.rsplit("/", 1)[-1]: rel.target_partname for rel in found if not rel.is_external}


def _style_names(styles: Any) -> dict[str, str]:
    """Style id -> name in lower case without blanks, "_" and "&": names differ between templates, this form does not."""
    named = (
        (style.get(_W + "styleId"), _val(style, "name")) for style in (styles if styles is not None else ()) if style.tag == _W + "style"
    )
    return {identity: re.sub(r"[\s_&]+", "", name or identity).lower() for identity, name in named if identity}


def _note_bodies(parts: dict[str, Any]) -> dict[str, Any]:
    """The footnotes and endnotes: "footnote:3" -> element; separators are not notes."""
    return {
        f"{kind}:{note.get(_W + 'id')}": note
        for kind in ("footnote", "endnote")
        for note in parts.get(kind + "s", ())
        if note.get(_W + "type") in (None, "normal")
    }


@dataclass
class _Writer:
    """Builds the text; the only mutable thing of this module, and it never leaves it."""

    styles: dict[str, str]
    bodies: dict[str, Any]
    out: list[str] = field(default_factory=list)
    length: int = 0
    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    marks: list[Span] = field(default_factory=list)
    pending: list[tuple[str, str, int]] = field(default_factory=list)  # (id, mark, anchor) of notes to be written out
    boxes: list[Any] = field(default_factory=list)
    automatic: int = 0
    inside_note: bool = False
    written: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        """Write *text*; a file whose text grows beyond all measure is refused."""
        if self.length > _LONGEST:
            raise UnreadableError(f"holds more than {_LONGEST >> 20} million characters; split it and try again")
        self.out.append(text)
        self.length += len(text)

    def block(self, element: Any) -> None:
        """A paragraph, a table, or a container of them."""
        tag = element.tag
        if tag == _P:
            self.paragraph(element)
            self.rest()
        elif tag == _TBL:
            self.table(element)
            self.rest()
        elif isinstance(tag, str) and tag not in _DROPPED:
            for child in element:
                self.block(child)

    def rest(self) -> None:
        """Text boxes and footnotes of what was just written."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            for child in box:
                self.block(child)
        pending, self.pending = self.pending, []
        for identity, mark, anchor in pending:
            self.note(identity, mark, anchor)

    def paragraph(self, element: Any, cell: bool = False) -> None:
        start, first = self.length, len(self.out)
        self.runs(element)
        text = "".join(self.out[first:])
        if text.strip():
            properties = next(element.iterchildren(_PPR), None)
            identity = _val(properties, "pStyle") if properties is not None else ""
            name = self.styles.get(identity, identity.lower())
            lead = len(text) - len(text.lstrip())
            span = Span(start + lead, start + len(text.rstrip()))
            self.paragraphs.append(Paragraph(span, "" if name == "normal" else name, cell))
        self.add("\n")

    def table(self, element: Any) -> None:
        for row in element.iter(_TR):
            for number, cell in enumerate(row.iterchildren(_TC)):
                if number:
                    self.add("\t")
                for child in cell:
                    if child.tag == _P:
                        self.paragraph(child, cell=True)
                    elif child.tag == _TBL:
                        continue  # its rows come with iter() above
        self.add("\n")

    def runs(self, element: Any) -> None:
        """The words of *element*, tracked changes resolved."""
        for child in element:
            tag = child.tag
            if tag == _RUN:
                self.run(child)
            elif tag in _DROPPED or not isinstance(tag, str):
                continue
            elif tag == _TXBXCONTENT:
                self.boxes.append(child)
            else:
                self.runs(child)

    def run(self, run: Any) -> None:
        for child in run:
            tag = child.tag
            if tag == _TEXT:  # first, because nearly every child is one
                if self.seen or self.pending:
                    self.typed(child.text or "", run)
                elif child.text:
                    self.add(child.text)
                continue
            if tag in _DROPPED or not isinstance(tag, str):
                continue
            name = tag.rsplit("}", 1)[-1]
            if name in ("tab", "ptab"):
                self.add("\t")
            elif name in ("br", "cr"):
                self.add("\f" if child.get(_W + "type") == "page" else "\v")
            elif name == "noBreakHyphen":
                self.add("\u2011")
            elif name == "softHyphen":
                self.add("\u00ad")
            elif name == "sym":
                self.add("\u2013" if (child.get(_W + "char") or "").lower() in _DASHES else "\u2022")
            elif name in ("footnoteReference", "endnoteReference"):
                self.reference(name[: -len("Reference")] + ":" + (child.get(_W + "id") or ""), child)
            elif name == "txbxContent":
                self.boxes.append(child)
            elif len(child):
                self.runs(child)

    def reference(self, identity: str, element: Any) -> None:
        """A reference to a note: its mark is typed after it, or counted."""
        custom = element.get(_W + "customMarkFollows") in ("1", "true", "on")
        typed = _following(element)
        found = _MARK.match(typed)
        if identity not in self.bodies or self.inside_note:
            return
        if custom or (found and not found[1].isdigit()):
            mark = found[1] if found else typed.strip()[:3] or "*"
            self.pending.append((identity, mark, self.length))
            self.seen.add(mark)
            return
        self.automatic += 1
        mark = str(self.automatic)
        self.pending.append((identity, mark, self.length))
        self.marks.append(Span(self.length, self.length + len(mark)))
        self.add(mark)

    def typed(self, text: str, run: Any) -> None:
        """The words of a *run*; a raised mark of a note known here is a mark, not a word."""
        found = _MARK.match(text)
        if found and (found[1] in self.seen or any(mark == found[1] for _, mark, _ in self.pending)) and (self._here() or _is_raised(run)):
            self.marks.append(Span(self.length + found.start(1), self.length + found.end(1)))
        self.add(text)

    def _here(self) -> bool:
        """Whether the last note was referred to right here."""
        return bool(self.pending) and self.pending[-1][2] == self.length

    def note(self, identity: str, mark: str, anchor: int) -> None:
        """The body of a note, as paragraphs that belong to the note and not to the text."""
        start, first = self.length, len(self.out)
        before = len(self.paragraphs)
        if identity in self.written:  # a second reference to one note: its body stands once
            return
        self.written.add(identity)
        self.inside_note = True
        for element in self.bodies[identity].iter(_P):
            self.paragraph(element)
        self.inside_note = False
        del self.paragraphs[before:]
        text = "".join(self.out[first:])
        words = text.rstrip()
        if not words.strip():
            return
        lead = len(text) - len(text.lstrip())
        typed = re.match(rf"\s*{re.escape(mark)}(?=\s)\s*", words)
        body = start + (typed.end() if typed else lead)
        self.notes.append(Note(mark, Span(start + lead, start + len(words)), Span(body, start + len(words)), anchor))


def _is_raised(run: Any) -> bool:
    properties = run.find(_W + "rPr")
    return properties is not None and (
        _val(properties, "rStyle").lower() in ("footnotereference", "endnotereference") or _val(properties, "vertAlign") == "superscript"
    )


def _val(properties: Any, name: str) -> str:
    found = next(properties.iterchildren(_W + name), None)  # quicker than find(), and asked of each paragraph
    return (found.get(_W + "val") or "") if found is not None else ""


def _following(reference: Any) -> str:
    """The text that is typed right after a note reference: in its own run, else in the next one."""

    def words() -> Iterator[str]:
        for later in reference.itersiblings():
            if later.tag == _W + "t":
                yield later.text or ""
        run = reference.getparent()
        for later in run.itersiblings():
            if later.tag in _DROPPED:
                continue
            for text in later.iter(_W + "t"):
                yield text.text or ""
            return

    return next((word for word in words() if word), "")
