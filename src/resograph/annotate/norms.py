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
from functools import cache
from itertools import islice

from resograph import vocabulary
from resograph.annotate.actors import own_slug
from resograph.annotate.counterparts import counterparts
from resograph.annotate.phrases import Lexicon, Reader, lexicon
from resograph.annotate.times import times
from resograph.annotate.units import Unit
from resograph.headings import heading
from resograph.model import Clause, Norm, Outline, Section

_DIRECTED = frozenset(["instruct", "request", "invite", "urge", "encourage", "call-upon", "appeal", "authorize", "recommend"])
_RESOLVED = frozenset(("resolve", "decide"))

_MODAL = re.compile(
    r"\b(?:(?P<prohibition>(?:shall|must|may|will)\s(?:not|never)|cannot|(?:is|are)\snot\sto)|(?P<recommendation>should(?:\snot)?|ought\sto|(?<!the\s)(?<!\ba\s)(?<!no\s)(?<!urgent\s)(?<!special\s)(?<!further\s)(?<!pressing\s)needs?\sto)"
    r"|(?P<directed>(?:is|are|be)\s(?:also\s|further\s|hereby\s|strongly\s)?(?P<participle>encouraged|invited|requested|instructed|authori[sz]ed|urged|entitled|called\supon)(?:,\s[^,;]{3,90},)?\sto\b)"
    r"|(?P<permission>may|(?P<can>can(?!not)))|(?P<obligation>shall|must|will|(?:is|are)\sto|ha(?:s|ve)\sto))\b"
)
_DIRECTED_NEXT = re.compile(
    r"\s(?:also\s)?be\s(?:\w+ly\s)?(?:encouraged|invited|requested|instructed|authori[sz]ed|urged|entitled|called\supon)(?:,\s[^,;]{3,90},)?\sto\b"
)
_PARTICIPLE: dict[str, tuple[str, str | None]] = {
    "encouraged": ("invitation", "encourage"),
    "invited": ("invitation", "invite"),
    "urged": ("invitation", "urge"),
    "called upon": ("invitation", "call-upon"),
    "requested": ("obligation", "request"),
    "instructed": ("obligation", "instruct"),
    "authorized": ("permission", "authorize"),
    "authorised": ("permission", "authorize"),
    "entitled": ("permission", None),
}
_SUBORDINATOR = re.compile(
    r"\b(?:which|who|whom|whose|that|if|in\scase|when|whenever|where|whereby|whether|so\sthat|in\sorder\sthat|unless|until|because|since|although|while|as\slong\sas|how|what|such\sthat)\b"
)
_SENTENCE = re.compile(
    r"[.!?](?<!\bRev.)(?<!\bNo.)(?<!\bNos.)(?<!\bRes.)(?<!\bArt.)(?<!\bcf.)(?<!\be\.g.)(?<!\bi\.e.)[\")\u201d]?\s+(?=[\"(\u201c]?[A-Z])"
)
_MAIN_BREAK = re.compile(
    r";\s|,\sin\swhich\scase,?\s|,\s(?:and|but|or),?\s(?:that\s)?|:\s|\s(?:and|but)\s(?:that\s)?(?=(?:the|it|they|a|an|each|any|all|such|these|no)\s)|,\swhile\s"
)
_TO = re.compile(
    r"(?:^|[\s,])(?:not\s)?to\s(?:not\s|further\s|also\s|jointly\s|actively\s|continue\s|\w+ly\s)?(?=[a-z])(?!the\b|its\b|their\b|this\b|all\b|an?\b|that\b|which\b)"
)
# "that the term shall not exceed ..., that a period does not count ..., and that steps shall be taken"
_NEXT_THAT = re.compile(r"(?:,\s(?:and\s)?|\sand\s)(?P<that>that\s)")
_LONGEST = 12_000  # characters of a clause that are read for norms; longer ones are lists or tables run together
_MODALS = 24  # modal verbs of a sentence that are read
_QUOTE = re.compile(r"[\"\u201c][^\"\u201d]{12,}[\"\u201d]")


@dataclass(frozen=True, slots=True)
class Act:
    """What a heading does: its force, the modality it gives, whom it addresses, who must be consulted."""

    force: str
    modality: str
    addressees: tuple[str, ...]
    counterparts: tuple[str, ...] = ()


@cache
def _force_table(language: str) -> dict[str, tuple[str, str]]:
    """Infinitive or third person of a heading verb -> (force, modality): "invite" -> ("invite", "invitation")."""
    out: dict[str, tuple[str, str]] = {}
    for verb in vocabulary.heading_verbs(language):
        if verb.operative and verb.force and " to " not in verb.label:
            out[verb.label] = (verb.force, verb.modality)
            first, _, rest = verb.label.partition(" ")
            base = re.sub(r"ies$", "y", first) if first.endswith("ies") else re.sub(r"s$", "", first)
            out[f"{base} {rest}".strip()] = (verb.force, verb.modality)
    return out


def heading_acts(section: Section, reader: Reader) -> tuple[Act, ...]:
    """The acts of a call heading: one, or one for each of its verbs."""
    if section.role != "operative" or not section.heading:
        return ()
    text = section.heading.replace("\u00a0", " ").replace("\u2011", "-")
    found = heading(text, styled=True, language=reader.language)
    if not found:
        return ()
    forces = _force_table(reader.language)
    company: tuple[str, ...] = ()
    if found.addressees:
        rest = text[found.addressees[-1][1] :]
        with_whom = re.match(r",?\s(?:in\s[\w\s]+?\swith|after\sconsult\w+|through)\s(?:the\s)?", rest)
        company = reader.actors(rest[with_whom.end() :]) if with_whom else ()
    spans = found.addressees or ((0, 0),)
    acts = []
    verbs = found.segment.split("-and-")
    for n, (start, end) in enumerate(spans):
        force, modality = found.force, found.modality
        if n and len(verbs) > n:
            force, modality = forces.get(verbs[n].replace("-", " "), (force, modality))
        elif len(spans) > 1:
            force, modality = forces.get(re.sub(r"^further-|^also-", "", verbs[0]).replace("-", " "), (force, modality))
        acts.append(Act(force, modality, _trimmed(reader, text[start:end]), company))
    return tuple(acts)


def _trimmed(reader: Reader, words: str) -> tuple[str, ...]:
    bare = re.sub(r"^[\s,]*(?:once again\s|also\s|further\s)?(?:of\s|to\s|upon\s)?(?:the\s)?(?:(?:19|20)\d\d\s)?", "", words)
    return reader.actors(bare) or _unnamed(bare)


def _unnamed(words: str) -> tuple[str, ...]:
    """Whoever a call heading is addressed to can act, known or not: "the Sampling Panel" gets a slug of its own."""
    phrase = re.match(r"[A-Z][\w-]*(?:\s(?:of|on|for|and|the|[A-Z])[\w-]*){0,7}(?=\W*$)", words)
    return (own_slug(phrase.group()),) if phrase else ()


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
        to = _infinitive(plain)
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
                    self.reader.actors(_without_openers(re.sub(r"\sto$", "", before), self.words), self.own)
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
        start = _infinitive(plain)
        if start is None:
            return
        action = plain[start:]
        forces = _force_table(self.reader.language)
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
        if _starts_provision(plain.partition("; ")[0]) and not re.match(r"to\s", plain):
            return
        if inherited is None:
            return
        yield from self._later(clause, unit, inherited[1])
        modality, force, addressees = inherited
        if re.match(r"(?:[^,;]{0,60},\s)?to\s(?!the\b)[a-z]", plain) and not re.search(r"\b(?:by|meet|\w+ed\sto)[:\s]*$", above.plain):
            if not force:
                return
            start = _infinitive(plain) or 0
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
        ends = [found.end() for found in _SENTENCE.finditer(plain)] + [len(plain)]
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
                named = self.reader.actors(_without_openers(plain[at:end].replace('"', ""), self.words), self.own)
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
        hypothetical = self._hypothetical(plain, start, end)
        for found in islice(_MODAL.finditer(plain, start, end), _MODALS):
            if found.start() < hypothetical or any(low < found.start() < high for low, high in quoted):
                continue
            begin = self._main_start(plain, start, found.start())
            segment = plain[begin : found.start()]
            if not found["directed"] and _DIRECTED_NEXT.match(plain, found.end()):
                continue  # "should be encouraged to": the participle decides
            relative = re.search(r",\s(?:which|who)\s$", segment)
            if self._subordinate(segment) and not (relative and (found["directed"] or found["obligation"] in ("shall", "must"))):
                continue
            if found["can"] and not (force in _RESOLVED and not seen):
                continue
            seen = True
            modality, strength = self._modality(found, force)
            own = _without_openers(segment.strip(" ,(").replace('"', ""), self.words)
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

    def _hypothetical(self, plain: str, start: int, end: int) -> int:
        """Where the main clause begins in "If ..., which may be ..., the Director shall": modals before it are no norms."""
        if not re.match(r"(?:that,?\s)?(?:[Ii]f|[Ww]hen|[Ww]here|[Ww]henever|[Uu]nless|[Ss]hould)\b", plain[start:end]):
            return start
        modals = [found.start() for found in _MODAL.finditer(plain, start, end)]
        for at in modals[1:]:
            comma = plain.rfind(", ", start, at)
            if comma > modals[0] and re.match(r"(?:the|it|they|an?|each|[A-Z])\b", plain[comma + 2 : at]):
                return comma
        return start

    def _main_start(self, plain: str, start: int, at: int) -> int:
        """Where the main clause with the modal at *at* begins."""
        begin = start
        depth = 0
        for found in _MAIN_BREAK.finditer(plain, start, at):
            inside = plain[start : found.start()]
            depth = inside.count("(") - inside.count(")")
            rest = plain[found.end() : at]
            if depth > 0:
                continue
            if (
                found.group().startswith((";", ":"))
                or "which" in found.group()
                or re.match(r".*\bthat\s$", found.group())
                or (
                    _MODAL.search(plain, start, found.start())
                    and (
                        _MODAL.search(plain, begin, found.start())
                        or re.match(r"(?:the|it|they|an?|each|any|no|these|such|where|if|[A-Z]\w*)\b[^,]*$", rest)
                    )
                )
            ):
                begin = found.end()
            elif not rest.strip():
                continue
        return begin

    def _subordinate(self, segment: str) -> bool:
        """Whether the modal after *segment* stands in a subordinate clause."""
        text = re.sub(r"^(?:and|or|but)?\s?that,?\s", "", segment.lstrip())
        text = _without_openers(text, self.words)
        if not text.strip():
            return bool(_SUBORDINATOR.search(segment.strip()[-20:])) and not re.match(r"that,?\s*$", segment.strip())
        if re.search(r"\bas$", text.rstrip()):
            return True  # "as may be considered necessary"
        subordinators = list(_SUBORDINATOR.finditer(text))
        if not subordinators:
            return False
        if re.search(
            r"\b(?:account|given|noting|recognizing|provided|stating|considering|understanding|condition|ensur\w+)\s$",
            text[: subordinators[-1].start()],
        ):
            return True
        word, inside = subordinators[-1].group(), text[subordinators[-1].end() :]
        if "," in inside:
            return False
        finite = re.search(r"\b(?:is|are|was|were|has|have|had|does|do|did|been)\b", inside)
        if word in ("which", "who", "that", "whose"):
            # "groups which require help shall": the relative clause has a verb of its own before the modal
            own_subject = not inside.split() or re.match(
                r"\s(?:the|an?|its|their|this|these|each|any|it|they|[A-Z]\S*|\w+(?:tion|ment|ness|ity|ance|ence|sion)s?)\b", inside
            )
            return not finite if own_subject else False
        return not finite

    def _modality(self, found: re.Match[str], force: str | None) -> tuple[str, str | None]:
        if found["directed"]:
            return _PARTICIPLE[re.sub(r"\s+", " ", found["participle"])]
        kind = next(name for name in ("prohibition", "recommendation", "permission", "obligation") if found[name])
        return kind, force

    def _subject(self, words: str, previous: tuple[str, ...]) -> tuple[str, ...]:
        """The actors of a subject; "it" is that of the sentence before."""
        text = re.sub(r"^\(?(?:and|or|but)?\s?(?:that|however|therefore|also|then),?\s+", "", words)
        text = re.sub(r"^that,?\s+", "", text)
        text = _without_openers(text, self.words)
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
        text = _without_openers(text, self.words)
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


def _starts_provision(plain: str) -> bool:
    """Whether a clause has a modal of its own, not only one in a relative clause."""
    return any(not re.search(r"\b(?:that|which|who)\s$", plain[: found.start()]) for found in _MODAL.finditer(plain))


def _infinitive(plain: str) -> int | None:
    """The offset of the verb of the first infinitive of a directed clause, of "not" before it; None when there is none."""
    if found := re.match(r"to\s(?!the\b|its\b)", plain):
        return found.end()
    if plain.startswith("not to "):
        return 0
    for found in _TO.finditer(plain):
        before = plain[: found.start()].rstrip()
        if re.search(
            r"\b(?:relat\w+|due|according|subject|regard|respect|order|as|refer\w*|access|contribut\w+|pursuant|addition|need|right|able|prior|opposed)$",
            re.sub(r"\snot$", "", before),
        ):
            continue
        negated = found.group().find("not to ")
        return found.start() + (negated if negated >= 0 else found.group().index("to ") + 3)
    return None


def _without_openers(text: str, words: Lexicon) -> str:
    """*text* without what stands before its subject: adverbials and subordinate clauses that end with a comma."""
    text = text.lstrip(" ,")
    while True:
        text = re.sub(r"^(?:and|or|but)?\s?that,?\s+", "", text) if re.match(r"(?:(?:and|or|but)\s)?that\b", text) else text
        first = re.match(r"[A-Za-z][\w-]*(?:\stime)?", text)
        if not first:
            return text
        word = first.group().lower()
        opener = (
            word in words.openers or word.split()[0] in words.openers or word.endswith("ly") or re.fullmatch(r"\w+ing", word) is not None
        )
        if not opener or not re.match(r"[A-Za-z]", text):
            return text
        comma = re.search(r",\s+(?![^(]*\))", text)
        if not comma:
            return "" if word in words.openers and word not in ("should", "there") else text
        text = text[comma.end() :]
