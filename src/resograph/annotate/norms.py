"""Norms: what operative and annex clauses require, allow, recommend, invite, commit to or declare (contract, section 4).

Each clause is read in one of these ways:

    directed      under instructs, invites, requests ...: "to report annually", "TSAG and RAG to continue"
    resolved      under resolves, decides: "to continue" binds the adopting body, "to invite X to" invites X
    provision     "that the Director shall ...", and every sentence of an annex: the modal verb of a main clause decides
    item          under a lead-in that ends with ":": its own infinitive or modal, with the lead-in's subject

A modal verb in a subordinate clause makes no norm; a passive without an agent has no addressee.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from resograph import vocabulary
from resograph.annotate.acts import Act, force_table
from resograph.annotate.counterparts import counterparts
from resograph.annotate.modals import (
    DIRECTED_NEXT,
    MODAL,
    SENTENCE,
    hypothetical,
    infinitive,
    main_start,
    modality_of,
    starts_provision,
    subordinate,
    without_openers,
)
from resograph.annotate.phrases import Lexicon, Reader, lexicon
from resograph.annotate.times import times
from resograph.annotate.units import Unit
from resograph.model import Clause, Norm, Outline

_DIRECTED = frozenset(["instruct", "request", "invite", "urge", "encourage", "call-upon", "appeal", "authorize", "recommend"])
_RESOLVED = frozenset(("resolve", "decide"))

# "that the term shall not exceed ..., that a period does not count ..., and that steps shall be taken"
_NEXT_THAT = re.compile(r"(?:,\s(?:and\s)?|\sand\s)(?P<that>that\s)")
_LONGEST = 12_000  # characters of a clause that are read for norms; longer ones are lists or tables run together
_MODALS = 24  # modal verbs of a sentence that are read
_QUOTE = re.compile(r"[\"\u201c][^\"\u201d]{12,}[\"\u201d]")


def norms(outline: Outline, reading: Mapping[str, Unit], reader: Reader, acts: Mapping[str, tuple[Act, ...]]) -> tuple[Norm, ...]:
    """The norms of every operative and annex clause, in reading order; repeats within a clause are merged."""
    work = _Work(outline, reader, lexicon(reader.language))
    parents = {clause.part: clause for clause in outline.clauses}
    out: list[Norm] = []
    for clause in outline.clauses:
        if clause.role == "preambular":
            continue
        section = outline.section_of.get(clause.section)
        if section and section.role == "preambular":
            continue
        unit = reading[clause.part]
        above = parents.get(_above(clause.part))
        found = list(work.clause(clause, unit, acts.get(clause.section, ()), reading[above.part] if above else None))
        out += _merged(found)
    return tuple(out)


def _above(part: str) -> str:
    """The part that an item stands under: "resolves/2" for "resolves/2/i", and for the decimal "resolves/2.1"."""
    stem, _, last = part.rpartition("/")
    decimal = re.fullmatch(r"(\w+(?:\.\w+)*)\.\w+", last)
    return f"{stem}/{decimal[1]}" if decimal else stem


def _merged(found: Iterable[Norm]) -> list[Norm]:
    """One norm for each modality and set of addressees of a clause."""
    out: dict[tuple[str, frozenset[str]], Norm] = {}
    for norm in found:
        key = norm.modality, frozenset(norm.addressees)
        first = out.get(key)
        if first is None:
            out[key] = norm
            continue
        counterparts = tuple(dict.fromkeys((*first.counterparts, *norm.counterparts)))
        out[key] = replace(
            first,
            counterparts=tuple(c for c in counterparts if c not in first.addressees),
            frequency=first.frequency or norm.frequency,
            deadline=first.deadline or norm.deadline,
            condition=first.condition or norm.condition,
        )
    return list(out.values())


@dataclass
class _Work:
    """Reads the clauses of one document in order; remembers the actors that it named itself."""

    outline: Outline
    reader: Reader
    words: Lexicon
    own: list[str] = field(default_factory=list)
    lead: dict[str, tuple[str, str | None, tuple[str, ...]]] = field(default_factory=dict)
    subject: tuple[str, ...] = ()
    acted: set[str] = field(default_factory=set)

    def clause(self, clause: Clause, unit: Unit, acts: tuple[Act, ...], above: Unit | None) -> Iterator[Norm]:
        """The norms of one clause."""
        plain = unit.plain[:_LONGEST]
        quoted = [found.span() for found in _QUOTE.finditer(plain)]
        directed = [act for act in acts if act.force in _DIRECTED]
        resolved = next((act for act in acts if act.force in _RESOLVED), None)
        inherited = self.lead.get(above.part) if above else None
        if above and above.plain.rstrip().endswith((":", "\u2013")) and (inherited or not re.match(r"(?:that|to)\b", plain)):
            items = list(self._item(clause, unit, above, inherited))
            yield from items or self._provisions(clause, unit, None if inherited is None else inherited[1], quoted, None)
            return
        if directed and not re.match(r"that\b", plain):
            yield from self._directed(clause, unit, directed)
            return
        if resolved or (acts and not directed):
            act = resolved or acts[0]
            if re.match(r"(?:(?:[^;]{0,120}?),\s)?(?:not\s)?to\s(?!the\b)[a-z]", plain) and not re.match(r"that\b", plain):
                yield from self._resolved(clause, unit, act)
                return
            yield from self._provisions(clause, unit, act.force or None, quoted, act)
            return
        if directed:
            act = directed[0]
            provisions = list(self._provisions(clause, unit, act.force, quoted, act))
            if not provisions and act.addressees and not plain.rstrip().endswith(":"):  # "instructs X" / "that the rooms be kept clean"
                yield self._norm(clause, unit, act.modality, act.force, act.addressees, plain, 0, len(plain), act.counterparts)
            yield from provisions
            return
        provisions = list(self._provisions(clause, unit, None, quoted, None))
        if not provisions and clause.marker and self._imperative(plain):
            yield self._norm(clause, unit, "obligation", None, (), plain[:1].lower() + plain[1:], 0, len(plain))
        yield from provisions

    def _imperative(self, plain: str) -> bool:
        """Whether an item of an annex is a bare order: "Provide training to ...", not "Review of ...", "Use and ..."."""
        first = re.match(r"([A-Z][a-z]+)\s(?!(?:of|for|in|on|from|between|and|or|at|with|by|is|are|has|was|were)\b)", plain)
        return bool(first) and first[1].lower() in self.words.imperatives  # type: ignore[index]

    # --- directed -----------------------------------------------------------------------------------------------

    def _directed(self, clause: Clause, unit: Unit, acts: list[Act]) -> Iterator[Norm]:
        plain = unit.plain
        to = infinitive(plain)
        if to is None and not acts[0].addressees:
            yield from self._provisions(clause, unit, acts[0].force, [], acts[0])
            return
        if to is None and clause.section in self.acted:
            return  # an item that only enumerates objects of the act above it
        self.acted.add(clause.section)
        for act in acts:
            addressees = act.addressees
            action = plain
            if to is not None:
                action = plain[to:]
                before = re.sub(r"^(?:and|also)\s", "", plain[:to]).strip(" ,")
                named = (
                    self.reader.actors(without_openers(re.sub(r"\sto$", "", before), self.words), self.own)
                    if before and not addressees
                    else ()
                )
                addressees = addressees or named
            if act.modality in ("", "declaration"):
                continue
            if plain.rstrip().endswith(":"):
                self.lead[unit.part] = (act.modality, act.force, addressees)
            yield self._norm(clause, unit, act.modality, act.force, addressees, action, 0, len(plain), act.counterparts)
        yield from self._later(clause, unit, acts[0].force)

    def _later(self, clause: Clause, unit: Unit, force: str | None) -> Iterator[Norm]:
        """Main clauses of their own after an act: "to hold events: the venue shall be ...", "...; only then may others be used"."""
        plain = unit.plain
        for more in re.finditer(r"[;:]\s(?=(?:the|this|these|such|it|they|only|if|in\ssuch)\s)", plain):
            end = plain.find(";", more.end())
            yield from self._sentence(clause, unit, more.end(), end if end > 0 else len(plain), force, None, ())

    # --- resolved -----------------------------------------------------------------------------------------------

    def _resolved(self, clause: Clause, unit: Unit, act: Act) -> Iterator[Norm]:
        """ "to continue ..." commits the adopting body; "to invite X to ..." addresses X."""
        plain = unit.plain
        start = infinitive(plain)
        if start is None:
            return
        action = plain[start:]
        forces = force_table(self.reader.language)
        inner = re.match(r"(?:also\s|further\s|once again\s|strongly\s|continue\sto\s)?(?P<verb>[a-z]+(?:\son|\supon|\sto)?)\s", action)
        verb = inner["verb"] if inner else ""
        force = forces.get(verb) or forces.get(verb.split()[0] if verb else "")
        if act.modality and act.force not in _RESOLVED:
            yield self._norm(clause, unit, act.modality, act.force, act.addressees, action, start, len(plain))
            return
        if force and inner and force[0] in _DIRECTED:
            after = action[inner.end() :]
            to = re.search(r"(?:,\s[^,]{3,80},)?\s(?:to|that)\s(?=[a-z])", after)
            addressees = self.reader.actors(after[: to.start()] if to else after, self.own)
            if addressees and (to or force[0] in ("authorize",)):
                said = after[to.end() :] if to else after
                yield self._norm(clause, unit, force[1], force[0], addressees, said, start, len(plain))
                return
        body = self._body()
        if plain.rstrip().endswith(":"):
            self.lead[unit.part] = ("commitment", act.force or None, body)
        yield self._norm(clause, unit, "commitment", act.force, body, action, 0, len(plain))
        that = re.search(r"\band\sthat\s", action)
        if that:
            yield from self._sentence(clause, unit, start + that.end(), len(plain), act.force, act, ())

    def _body(self) -> tuple[str, ...]:
        body = vocabulary.body_of(self.outline.key.body)
        return (body.actor or body.key,) if body else (self.outline.key.body,)

    # --- items of a list with a lead-in -------------------------------------------------------------------------

    def _item(self, clause: Clause, unit: Unit, above: Unit, inherited: tuple[str, str | None, tuple[str, ...]] | None) -> Iterator[Norm]:
        plain = unit.plain
        if starts_provision(plain.partition("; ")[0]) and not re.match(r"to\s", plain):
            return
        if inherited is None:
            return
        yield from self._later(clause, unit, inherited[1])
        modality, force, addressees = inherited
        if re.match(r"(?:[^,;]{0,60},\s)?to\s(?!the\b)[a-z]", plain) and not re.search(r"\b(?:by|meet|\w+ed\sto)[:\s]*$", above.plain):
            if not force:
                return
            start = infinitive(plain) or 0
            yield self._norm(clause, unit, modality, force, addressees, plain[start:], start, len(plain))
            if plain.rstrip().endswith(":"):
                self.lead[unit.part] = inherited
        elif re.search(r"(?<!ed)\sto\s*:\s*$", above.plain) and re.match(r"(?:\w+ly\s|further\s)?[a-z]+(?<!ing)(?<!ed)\s(?!of\b)", plain):
            yield self._norm(clause, unit, modality, force, addressees, plain, 0, len(plain))  # "... and for this purpose to:"
        elif re.search(r"\b(?:shall|should|may|must|will)(?:\s\w+ly|\snot|,\sinter alia,?)?:\s*$", above.plain) and re.match(
            r"[a-z]+(?<!ing)(?<!ed)\b(?!\sof\b)", plain
        ):
            yield self._norm(clause, unit, modality, force, addressees, plain, 0, len(plain))

    # --- provisions ---------------------------------------------------------------------------------------------

    def _provisions(self, clause: Clause, unit: Unit, force: str | None, quoted: list[tuple[int, int]], act: Act | None) -> Iterator[Norm]:
        plain = unit.plain
        at = 0
        previous: tuple[str, ...] = self.subject if re.match(r"(?:that,?\s)?(?:it|they)\b", plain, re.IGNORECASE) else ()
        ends = [found.end() for found in SENTENCE.finditer(plain)] + [len(plain)]
        if force in _RESOLVED:
            ends = sorted(
                {
                    *ends,
                    *(
                        f.start("that")
                        for f in _NEXT_THAT.finditer(plain)
                        if f.group()[0] == "," or plain.count("that ", 0, f.start()) == 1
                    ),
                }
            )
        for end in ends:
            while at < end and plain[at].isspace():
                at += 1
            found = list(self._sentence(clause, unit, at, end, force, act, previous, quoted))
            yield from found
            named = next((norm.addressees for norm in found if norm.addressees), ())
            if not named and not found:
                named = self.reader.actors(without_openers(plain[at:end].replace('"', ""), self.words), self.own)
            previous = named or previous
            at = end
        self.subject = previous

    def _sentence(
        self,
        clause: Clause,
        unit: Unit,
        start: int,
        end: int,
        force: str | None,
        act: Act | None,
        previous: tuple[str, ...],
        quoted: Iterable[tuple[int, int]] = (),
    ) -> Iterator[Norm]:
        plain = unit.plain
        subject: tuple[str, ...] = previous
        seen = False
        after = hypothetical(plain, start, end)
        for found in islice(MODAL.finditer(plain, start, end), _MODALS):
            if found.start() < after or any(low < found.start() < high for low, high in quoted):
                continue
            begin = main_start(plain, start, found.start())
            segment = plain[begin : found.start()]
            if not found["directed"] and DIRECTED_NEXT.match(plain, found.end()):
                continue  # "should be encouraged to": the participle decides
            relative = re.search(r",\s(?:which|who)\s$", segment)
            if subordinate(segment, self.words) and not (relative and (found["directed"] or found["obligation"] in ("shall", "must"))):
                continue
            if found["can"] and not (force in _RESOLVED and not seen):
                continue
            seen = True
            modality, strength = modality_of(found, force)
            own = without_openers(segment.strip(" ,(").replace('"', ""), self.words)
            shared = not own or bool(re.fullmatch(r"(?:and|or|but|then|also|it|they|,|\s)*", own))
            pronoun = re.match(r"(?:it|they|he or she)\b", own, re.IGNORECASE)
            if pronoun and not subject:
                named = self.reader.names(segment)
                subject = named[0].actors if named else subject
            actors = subject if shared else self._subject(own, subject)
            if modality in ("obligation", "permission") and re.match(r"(?:that\s)?(?:[Nn]o|[Nn]either)\s", own):
                modality = "prohibition"
            if not shared:
                subject = actors
            addressees = self._addressees(plain, found.end(), end, actors)
            if found["directed"]:
                addressees = actors
            if relative:
                named = self.reader.names(segment)
                addressees = named[-1].actors if named else ()
            if plain[start:end].rstrip().endswith(":") and re.fullmatch(
                r"\s*(?:\w+ly\s*)?(?:,\sinter alia,?)?:\s*", plain[found.end() : end]
            ):
                self.lead[unit.part] = (modality, strength, actors)
                continue
            if plain[start:end].rstrip().endswith(":"):
                self.lead.setdefault(unit.part, (modality, None, addressees))
            if act and not addressees and act.addressees and act.force in _DIRECTED:
                addressees = act.addressees
            yield self._norm(clause, unit, modality, strength, addressees, plain[found.end() : end], begin, end, (), actors)
        if not seen and force in (*_RESOLVED, "recommend") and re.match(r"that\b", plain[start:end]):
            yield from self._indicative(clause, unit, start, end, force or "")

    def _subject(self, words: str, previous: tuple[str, ...]) -> tuple[str, ...]:
        """The actors of a subject; "it" is that of the sentence before."""
        text = re.sub(r"^\(?(?:and|or|but)?\s?(?:that|however|therefore|also|then),?\s+", "", words)
        text = re.sub(r"^that,?\s+", "", text)
        text = without_openers(text, self.words)
        negative = re.match(r"[Nn]o\s", text)
        if re.match(r"(?:it|they|he or she)\b", text, re.IGNORECASE):
            return previous
        text = text[:1].lower() + text[1:] if re.match(r"(?:The|A|An|Each|Any|All|No|These|Such|Every|Both|Other)\s", text) else text
        found = self.reader.actors(text, self.own, subject=True)
        for actor in found:
            if "-of-" in actor and actor not in self.own:
                self.own.append(actor)
        return () if negative and not found else found

    def _addressees(self, plain: str, at: int, end: int, subject: tuple[str, ...]) -> tuple[str, ...]:
        """Who must act: the subject, or the agent of a passive; nobody in a passive without an agent."""
        rest = plain[at:end]
        passive = re.match(
            r"(?:,\s[^,]{2,60},)?(?:\s(?:also|not|only|then|\w+ly|as appropriate,?|be|continue\sto))*\s(?:be|have\sbeen|been)\s(?:\w+ly\s|also\s|fully\s|duly\s)*(?P<verb>[a-z-]+)",
            rest,
        )
        if not passive:
            return subject
        verb = passive["verb"]
        if not (verb.endswith("ed") or verb in self.words.irregular) or verb in (
            "entitled",
            "required",
            "expected",
            "committed",
            "interested",
        ):
            return subject
        agent = re.search(r"\b(?:by|through)\s(?:the\s|a\s|an\s|each\s)?", rest[passive.end() :])
        between = rest[passive.end() : passive.end() + agent.start()] if agent else ""
        if agent and len(between.split()) <= 5 and not re.search(r"\b(?:on|in|from|with|of|for|at)\b", between):
            return self.reader.actors(rest[passive.end() + agent.end() :], self.own)
        return ()

    def _indicative(self, clause: Clause, unit: Unit, start: int, end: int, force: str | None) -> Iterator[Norm]:
        """ "that regional offices play a key role" declares; "that ITU promote" obliges."""
        text = re.sub(r"^that,?\s+", "", unit.plain[start:end])
        text = without_openers(text, self.words)
        if not text.strip(" ,;:"):
            return  # a lead-in that is only a condition: "that, if ...:"
        verb = re.search(r"\b(?P<verb>[a-z]+)\b", "")
        subject = self.reader.actors(text, self.own)
        name = next((n for n in self.reader.names(text) if not set(text[: n.start].lower().split()) - self.words.qualifiers), None)
        passive = re.search(r"\b(?:is|are)\s(?:\w+ly\s)?(?P<verb>[a-z]+)\sby\s", text)
        if passive and (passive["verb"].endswith("ed") or passive["verb"] in self.words.irregular):
            subject = self.reader.actors(text[passive.end() :], self.own)
        if force == "recommend":
            yield self._norm(clause, unit, "recommendation", force, subject, text, start, end)
            return
        singular = (
            bool(name) and not re.search(r"s$|academia$|Academia$", text[name.start : name.end])
            if name
            else bool(re.match(r"(?:each|every|any|no|the\s\w+[^s\s]\s)", text))
        )
        if name:
            verb = re.match(
                r"(?:\s\([^)]*\))?(?:,\s(?:in|within|through|together|with|as)\s[^,;]{3,90},|,)?\s(?:also\s|further\s|\w+ly\s)?(?P<verb>[a-z]+)\b",
                text[name.end :],
            )
        elif singular:
            verb = re.match(r"(?:each|every|any|no|the)\s(?:\w+\s){1,3}?(?P<verb>[a-z]+)\b", text)
        word = verb["verb"] if verb else ""
        be = re.match(
            r"(?!.*\b(?:is|are|has|have|was|were|can|which|that|who)\b.*\bbe\b)[^,;]{3,120}?\sbe\s(?:\w+ly\s)?(?P<done>[a-z]+)\b", text
        )
        if be and (be["done"].endswith("ed") or be["done"] in self.words.irregular):  # "that a building be constructed"
            yield self._norm(clause, unit, "obligation", force, self._addressees(text, be.start(0), len(text), ()), text, start, end)
            return
        if word and singular and not re.search(r"(?:s|ed|ing)$|^(?:of|in|on|for|to|and|or|with|at|by|from|which|that|who)$", word) and name:
            yield self._norm(clause, unit, "obligation", force, subject, text, start, end)
        else:
            yield self._norm(clause, unit, "declaration", force, subject, text, start, end)

    # --- the norm -----------------------------------------------------------------------------------------------

    def _norm(
        self,
        clause: Clause,
        unit: Unit,
        modality: str,
        force: str | None,
        addressees: tuple[str, ...],
        action: str,
        start: int,
        end: int,
        company: tuple[str, ...] = (),
        subject: tuple[str, ...] = (),
    ) -> Norm:
        sentence = unit.plain[start:end]
        others = tuple(dict.fromkeys((*company, *counterparts(sentence, action, subject, self.reader, self.own))))
        frequency, deadline, condition = times(unit.plain[start:end], self.reader, addressees)
        return Norm(
            part=clause.part,
            modality=modality,
            force=force or "",
            addressees=addressees,
            action=re.sub(r"^\s*to\s", "", action.strip(" ,")).strip(" ,;:.") or unit.view.text.strip(" ;,."),
            span=unit.span(start, max(end, start + 1)),
            counterparts=tuple(actor for actor in others if actor not in addressees),
            frequency=frequency,
            deadline=deadline,
            condition=condition,
        )
