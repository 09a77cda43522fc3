"""spaCy pipeline components, registered by entry point: ``nlp.add_pipe("resograph_citations")`` in anybody's pipeline.

They are thin: the annotators of this package work on plain text and spans, a component makes a ``Doc`` carry the result.
Citations, actors and terms stand in ``doc.spans["citations"]``, ``["actors"]``, ``["terms"]``; each span has the key or
slug as its ``kb_id_`` and the kind as its ``label_``.  ``spacy.blank("en")`` is enough; no model is needed.

The setting ``body`` is the key of the adopting body ("wtsa"), which relative names and undated citations depend on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacy.language import Language
from spacy.tokens import Doc, Span

from resograph.annotate.actors import Context, find
from resograph.annotate.citations import citations as citation_rules
from resograph.annotate.terms import terms as term_rules
from resograph.annotate.units import Unit, units
from resograph.keys import Key
from resograph.model import Clause, Outline, Paragraph, Section, Source
from resograph.model import Span as Stretch

Component = Callable[[Doc], Doc]


def _outline(doc: Doc, body: str) -> Outline:
    """The text of *doc* as the outline of one unmarked clause, so that the annotators of a record can read it."""
    whole = Stretch(0, len(doc.text))
    source = Source(path="", sha256="", format="doc", text=doc.text, paragraphs=(Paragraph(whole),))
    section = Section("text", "", "section", Stretch(0, 0))
    clause = Clause("text", "text", "section", "", whole, whole)
    return Outline(source, Key(body=body, kind="document", number="0"), "", False, "", (), (section,), (clause,), (), ())


def _unit(doc: Doc, body: str) -> Unit:
    return next(unit for unit in units(_outline(doc, body)) if unit.role != "title")


def _add(doc: Doc, group: str, found: Iterable[tuple[int, int, str, str]]) -> None:
    """Put (start, end, label, identifier) into ``doc.spans[group]``; a span reaches to the tokens it touches."""
    spans = (doc.char_span(start, end, label=label, kb_id=name, alignment_mode="expand") for start, end, label, name in found)
    doc.spans[group] = [span for span in spans if isinstance(span, Span)]


@Language.factory("resograph_citations", default_config={"body": "pp"})
def citations(nlp: Language, name: str, body: str) -> Component:  # noqa: ARG001 - the signature of a factory
    """Citations of resolutions, decisions, Recommendations and provisions; label "citation", identifier the target key."""

    def component(doc: Doc) -> Doc:
        outline = _outline(doc, body)
        found, _ = citation_rules(outline, tuple(units(outline)), nlp.lang or "en")
        _add(doc, "citations", ((*citation.span, "citation", str(citation.target)) for citation in found))
        return doc

    return component


@Language.factory("resograph_actors", default_config={"body": "pp"})
def actors(nlp: Language, name: str, body: str) -> Component:  # noqa: ARG001
    """Actors of the vocabulary; label "actor", identifier their slugs joined by blanks."""

    def component(doc: Doc) -> Doc:
        unit = _unit(doc, body)
        found = find(unit.plain, Context.of(body), nlp.lang or "en")
        _add(doc, "actors", ((*unit.span(n.start, n.end), "actor", " ".join(n.actors)) for n in found))
        return doc

    return component


@Language.factory("resograph_terms")
def terms(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Abbreviations that the text introduces; label "term", identifier the abbreviation, span its first place."""

    def component(doc: Doc) -> Doc:
        found = term_rules([_unit(doc, "pp")])
        places = ((doc.text.find(f"({term.abbreviation})"), term) for term in found)
        _add(doc, "terms", ((at + 1, at + 1 + len(t.abbreviation), "term", t.abbreviation) for at, t in places if at >= 0))
        return doc

    return component
