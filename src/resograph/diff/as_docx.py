"""A comparison as a Word document with tracked changes, by the author "resograph".

Each clause stands where the new text has it, with its words as tracked insertions (w:ins) and deletions (w:del): accepting all gives
the new text.  Numbers are tracked like words; a clause that moved, was split or merged has a comment that says where it was, and is not
marked as dropped and added.  No dates are written, so that the same comparison gives the same words in the same file.
(ECMA-376 Part 1, 17.13.5: revisions.)
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any

from resograph.diff import forms
from resograph.diff.model import ADDED, DROPPED, SAME, Alignment, Change, Clause, Edit

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

AUTHOR = "resograph"
_TAGS = {ADDED: "w:ins", DROPPED: "w:del"}


def as_docx(alignment: Alignment) -> bytes:
    """The bytes of the document."""
    return _Writer(alignment).write()


class _Writer:
    def __init__(self, alignment: Alignment) -> None:
        from docx import Document

        self.alignment, self.document, self.ids = alignment, Document(), count(1)

    def write(self) -> bytes:
        from datetime import datetime

        from docx.shared import Pt

        alignment, document = self.alignment, self.document
        document.styles["Normal"].font.name = "Calibri"
        document.styles["Normal"].font.size = Pt(11)
        title = f"{forms.named(alignment.old)} \u2192 {forms.named(alignment.new)}"
        properties = document.core_properties
        properties.author = properties.last_modified_by = AUTHOR
        properties.title, properties.comments = _legal(title), "Tracked changes made by resograph"
        properties.created = properties.modified = datetime(2000, 1, 1)
        document.add_heading(_legal(title), 1)
        self.runs(document.add_paragraph(style="Subtitle"), alignment.title or (Edit(SAME, alignment.new.title),))
        for line in (*forms.summary(alignment), *alignment.notes):
            document.add_paragraph(_legal(line), style="List Bullet")
        for group in forms.by_section(alignment):
            heading = document.add_heading(level=2)
            self.runs(heading, group.heading)
            if len(group.heading) == 1 and group.heading[0].kind != SAME:
                self.mark(heading, _TAGS[group.heading[0].kind])
            for change in group.changes:
                self.change(change)
        out = BytesIO()
        document.save(out)
        return out.getvalue()

    def change(self, change: Change) -> None:
        for clause, edits in forms.by_clause(change):
            paragraph = self.document.add_paragraph()
            before = _number(change.old[0]) if change.old and change.new and clause is change.new[0] else ""
            number = Edit(ADDED if not change.old else DROPPED if not change.new else SAME, _number(clause))
            numbers = [Edit(DROPPED, before), Edit(ADDED, number.text)] if before not in ("", number.text) else [number]
            runs = self.runs(paragraph, numbers, bold=True)
            if number.text:
                runs += self.runs(paragraph, (Edit(number.kind, " "),))
            runs += self.runs(paragraph, edits or (Edit(SAME, "(the store holds no words of it)"),))
            if change.kinds[-1] == "moved" or len(change.old) + len(change.new) > 2:
                self.comment(runs, f"{forms.kinds(change)}: was {forms.parts(change.old)}")
            if not change.old or not change.new:
                self.mark(paragraph, _TAGS[number.kind])

    def runs(self, paragraph: Paragraph, edits: Sequence[Edit], *, bold: bool = False) -> list[Run]:
        """*edits* as runs; those that are not the same stand in a revision."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        made = []
        for kind, text in edits:
            if not text:
                continue
            run = paragraph.add_run(_legal(text))
            run.bold = bold or None
            made.append(run)
            if kind == SAME:
                continue
            element = run._r
            revision = self.revision(_TAGS[kind])
            element.addprevious(revision)
            revision.append(element)
            if kind == DROPPED:  # the words of a deletion have an element of their own
                for words in element.findall(qn("w:t")):
                    dropped = OxmlElement("w:delText")
                    dropped.text = words.text
                    dropped.set(qn("xml:space"), "preserve")
                    element.replace(words, dropped)
        return made

    def comment(self, runs: Sequence[Run], text: str) -> None:
        from docx.oxml.ns import qn

        comment = self.document.add_comment(runs[:1], _legal(text), author=AUTHOR, initials="r")
        comment._comment_elm.attrib.pop(qn("w:date"), "")

    def revision(self, tag: str) -> Any:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        element = OxmlElement(tag)
        element.set(qn("w:id"), str(next(self.ids)))
        element.set(qn("w:author"), AUTHOR)
        return element

    def mark(self, paragraph: Paragraph, tag: str) -> None:
        """The end of *paragraph* as inserted or deleted, so that rejecting or accepting leaves no empty line."""
        from docx.oxml import OxmlElement

        properties = paragraph._p.get_or_add_pPr()
        run_properties = OxmlElement("w:rPr")
        run_properties.append(self.revision(tag))
        properties.append(run_properties)


def _number(clause: Clause) -> str:
    """The number of a clause as it is printed."""
    return clause.marker if clause.family == "clause" else forms.parts([clause])


def _legal(text: str) -> str:
    """*text* without the characters that XML 1.0 does not allow."""
    return "".join(c for c in text if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xDFFF < ord(c) not in (0xFFFE, 0xFFFF))
