"""A record as Akoma Ntoso (OASIS LegalDocML 1.0), a ``statement`` as the UN's AKN4UN guidelines have it.

Preambular sections are block lists in the preamble, operative sections and annexes hierarchical containers in the main body;
footnotes are authorial notes, citations ``ref`` elements whose ``href`` is the IRI of their target.  ``eId`` is the part of the
contract with "__" for "/", so that a clause has one name in every format.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from lxml import etree

from resograph.keys import UN_BODIES
from resograph.model import Clause, Resolution, Section

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_LEVELS = ("paragraph", "subparagraph", "point", "indent")
_LANGUAGES = {"en": "eng", "fr": "fra", "es": "spa", "ru": "rus", "zh": "zho", "ar": "ara"}


def akoma_ntoso(resolution: Resolution, base: str) -> str:
    """The record as one XML document; *base* begins the IRIs of what it cites."""
    root = etree.Element(f"{{{NAMESPACE}}}akomaNtoso", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    writer = _Writer(resolution, base)
    statement = _sub(root, "statement", name=resolution.outline.key.kind)
    writer.meta(statement)
    writer.preface(statement)
    writer.preamble(statement)
    writer.body(statement)
    _indent(root)
    return etree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _sub(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", {name.rstrip("_"): value for name, value in attributes.items()})
    child.text = _legal(text) if text else None
    return child


def _legal(text: str) -> str:
    """*text* without the characters that XML 1.0 does not allow."""
    return "".join(c for c in text if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xDFFF < ord(c) not in (0xFFFE, 0xFFFF))


def _indent(node: etree._Element, depth: int = 0) -> None:
    """Line breaks between elements, never inside a paragraph, where white space is text."""
    if node.tag.endswith("}p") or not len(node):
        return
    node.text = "\n" + "  " * (depth + 1)
    for child in node:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1 if child is not node[-1] else depth)


def _eid(part: str) -> str:
    return part.replace("/", "__")


class _Writer:
    """Writes one record; holds what is looked up by part."""

    def __init__(self, resolution: Resolution, base: str) -> None:
        self.resolution, self.base, self.outline = resolution, base, resolution.outline
        self.source = self.outline.source
        self.clauses: dict[str, list[Clause]] = defaultdict(list)
        self.children: dict[str, list[Clause]] = defaultdict(list)
        known = {clause.part for clause in self.outline.clauses}
        for clause in self.outline.clauses:
            above = clause.part.rpartition("/")[0]
            (self.children[above] if above in known and above != clause.section else self.clauses[clause.section]).append(clause)
        self.notes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for note in self.outline.footnotes:
            self.notes[note.on or "number"].append((note.part, self.source.view(note.body).text))

    # --- meta and preface -------------------------------------------------------------------------------------------

    def meta(self, statement: etree._Element) -> None:
        key, source = self.outline.key, self.source
        year = key.year or (int(key.number[:4]) if key.body in UN_BODIES and key.number[:4].isdigit() else None)
        day = date(year, 1, 1).isoformat() if year else "0001-01-01"
        language = _LANGUAGES.get(source.language, "und")
        work = f"/akn/un/statement/{key.kind}/itu-{key.body}/{day[:4]}/{key.number}"
        identification = _sub(_sub(statement, "meta"), "identification", source="#resograph")
        for level, uri in (("Work", work), ("Expression", f"{work}/{language}@"), ("Manifestation", f"{work}/{language}@.xml")):
            node = _sub(identification, f"FRBR{level}")
            _sub(node, "FRBRthis", value=f"{uri}/!main")
            _sub(node, "FRBRuri", value=uri)
            if level == "Work":
                _sub(node, "FRBRalias", value=self.base + str(key), name="key")
            _sub(node, "FRBRdate", date=day, name="adoption-year")
            _sub(node, "FRBRauthor", href=f"#{key.body}")
            if level == "Work":
                _sub(node, "FRBRcountry", value="un")
            if level == "Expression":
                _sub(node, "FRBRlanguage", language=language)
        references = _sub(statement[0], "references", source="#resograph")
        _sub(references, "TLCOrganization", eId="resograph", href="/akn/ontology/organization/resograph", showAs="resograph")
        _sub(references, "TLCOrganization", eId=key.body, href=f"/akn/ontology/organization/itu/{key.body}", showAs=key.body.upper())

    def preface(self, statement: etree._Element) -> None:
        preface = _sub(statement, "preface")
        for block in self.outline.blocks:
            if block.part in ("number", "title", "history"):
                words = self.source.view(block.span).text
                line = _sub(preface, "p")
                _sub(line, {"number": "docNumber", "title": "docTitle"}.get(block.part, "span"), words)
                for part, text in self.notes.pop(block.part, ()):
                    self.note(line, part, text)

    # --- preamble ---------------------------------------------------------------------------------------------------

    def preamble(self, statement: etree._Element) -> None:
        sections = [s for s in self.outline.sections if s.role == "preambular" and "/" not in s.part]
        openings = [b for b in self.outline.blocks if b.part == "opening"]
        if not sections and not openings:
            return
        preamble = _sub(statement, "preamble")
        for block in openings:
            _sub(_sub(preamble, "formula", name="opening"), "p", self.source.view(block.span).text)
        for section in sections:
            container = _sub(preamble, "container", name=section.part, eId=_eid(section.part))
            clauses = self.clauses[section.part]
            if len(clauses) == 1 and not clauses[0].marker:
                self.words(_sub(container, "p"), clauses[0], f"{section.heading} ")
                continue
            self.items(container, clauses, section.heading, f"{section.part}/list")

    def items(self, parent: etree._Element, clauses: list[Clause], introduction: str, name: str) -> None:
        """A list of preambular items with their sub-items."""
        block = _sub(parent, "blockList", eId=_eid(name))
        if introduction:
            _sub(block, "listIntroduction", introduction)
        for clause in clauses:
            item = _sub(block, "item", eId=_eid(clause.part))
            if clause.marker:
                _sub(item, "num", clause.marker)
            self.words(_sub(item, "p"), clause)
            if self.children[clause.part]:
                self.items(item, self.children[clause.part], "", f"{clause.part}/list")

    # --- body -------------------------------------------------------------------------------------------------------

    def body(self, statement: etree._Element) -> None:
        body = _sub(statement, "mainBody")
        open_: list[tuple[str, etree._Element]] = []
        for section in self.outline.sections:
            if section.role == "preambular" and "/" not in section.part:
                continue
            while open_ and not section.part.startswith(open_[-1][0] + "/"):
                open_.pop()
            parent = open_[-1][1] if open_ else body
            node = self.section(parent, section)
            open_.append((section.part, node))
        if not len(body):
            _sub(_sub(body, "hcontainer", name="empty"), "content").append(etree.Element(f"{{{NAMESPACE}}}p"))

    def section(self, parent: etree._Element, section: Section) -> etree._Element:
        """A section as a container; one that is itself the clause holds its text."""
        node = _sub(parent, "hcontainer", name=section.role, eId=_eid(section.part))
        if section.title and section.title != section.heading:
            _sub(node, "num", section.heading)
        _sub(node, "heading", section.title or section.heading)
        clauses = self.clauses[section.part]
        nested = any(s.part.startswith(section.part + "/") for s in self.outline.sections)
        if len(clauses) == 1 and not clauses[0].marker and not self.children[clauses[0].part] and not nested:
            self.words(_sub(_sub(node, "content"), "p"), clauses[0])
        elif clauses:
            for clause in clauses:
                self.clause(node, clause, 0)
        elif not nested:
            _sub(_sub(node, "content"), "p")
        return node

    def clause(self, parent: etree._Element, clause: Clause, depth: int) -> None:
        node = _sub(parent, _LEVELS[depth] if depth < len(_LEVELS) else "level")
        if clause.part != clause.section:  # a section that is its own clause has the name already
            node.set("eId", _eid(clause.part))
        if clause.marker:
            _sub(node, "num", clause.marker)
        below = self.children[clause.part]
        self.words(_sub(_sub(node, "intro" if below else "content"), "p"), clause)
        for child in below:
            self.clause(node, child, depth + 1)

    # --- words ------------------------------------------------------------------------------------------------------

    def words(self, p: etree._Element, clause: Clause, lead: str = "") -> None:
        """The words of *clause* with its citations as references and its footnotes at the end."""
        text = self.source.view(clause.body).text
        p.text = _legal(lead)
        at, last = 0, None
        for citation in self.resolution.citations:
            if citation.part != clause.part:
                continue
            found = text.find(citation.text, at)
            if found < 0:
                continue
            self.tail(p, last, text[at:found])
            last = _sub(p, "ref", citation.text, href=self.base + str(citation.target))
            at = found + len(citation.text)
        self.tail(p, last, text[at:])
        for part, words in self.notes.pop(clause.part, ()):
            self.note(p, part, words)

    def tail(self, p: etree._Element, last: etree._Element | None, text: str) -> None:
        if last is None:
            p.text = (p.text or "") + _legal(text)
        else:
            last.tail = (last.tail or "") + _legal(text)

    def note(self, p: etree._Element, part: str, words: str) -> None:
        note = _sub(p, "authorialNote", marker=part.rpartition("/")[2], placement="bottom", eId=_eid(part))
        _sub(note, "p", words)
