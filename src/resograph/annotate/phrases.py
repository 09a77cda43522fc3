"""Noun phrases that name who acts: read a list of actors from the words where a subject, addressee or object stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from resograph import assets
from resograph.annotate.actors import Context, Found, find, own_slug
from resograph.keys import slug


@dataclass(frozen=True)
class Lexicon:
    """The word lists of extract/LANGUAGE/lexicon.toml."""

    agents: frozenset[str]
    irregular: frozenset[str]
    openers: frozenset[str]
    qualifiers: frozenset[str]
    adjectives: frozenset[str]
    imperatives: frozenset[str]


@cache
def lexicon(language: str = "en") -> Lexicon:
    """The word lists of *language*."""
    data = tomllib.loads((assets.RULES / language / "lexicon.toml").read_text("utf-8"))
    return Lexicon(
        frozenset(data["agents"]["nouns"]),
        frozenset(data["participles"]["irregular"]),
        frozenset(data["openers"]["words"]),
        frozenset(data["qualifiers"]["words"]),
        frozenset(data["adjectives"]["participles"]),
        frozenset(data["imperatives"]["verbs"]),
    )


_JOINED = re.compile(
    r"\s?(?:,\s(?:and/or\s|and\s(?:by\s|of\s|with\s|to\s)?|or\s|as well as\s(?:with\s|to\s)?)?|\band/or\s|\band\s(?:by\s|with\s|to\s|of\s)?|\bn?or\s(?:by\s|to\s)?|\bas well as\s(?:with\s|to\s)?|/)"
)
_WORD = re.compile(r"[^\W_][\w'&.-]*(?:\([a-z]+\))?")
_AFTER_NAME = re.compile(r"\s?(?:\([^()]{1,40}\)|concerned\b|involved\b|themselves\b|thereof\b|, where appropriate\b|'s?\b)")
_PREPOSITION = re.compile(
    r"\b(?:of|in|on|for|to|with|from|by|at|under|over|within|among|between|through|which|who|that|whose|when|where|if|as|referred|set|established|created"
    r"|having|including|taking|attending|wishing|responsible|above|below|concerned|involved|shall|should|may|will|must|is|are)\b"
)
# A common noun right after a name: "the TSAG report", not "TSAG members" (which is read as one name).
_QUALIFIES = re.compile(
    r"\s(?!(?:of|in|on|for|to|with|from|by|at|under|over|within|among|between|through|which|who|that|whose|when|where|if|as|and|or|nor|also|then|only"
    r"|themselves|itself|concerned|involved|above|below|not|should|shall|may|will|must|is|are|pursuant|prior|together|along|responsible|each|both|all"
    r"|set|held|made|led|built|\w+(?:ing|ed|ly|wn|en))\b)[a-z]"
)
# Another proper noun right after a name: "each ITU Telecom event".
_NAMED = re.compile(r"\s(?!ITU\b)[A-Z][a-z]+\s[a-z]+")
_PAIRED = re.compile(r"[a-z]+(?:al|ic|ive|ary|ant|ent|ed) (?:and|or) ")
_GERUND = re.compile(r"\s(\w+ing)\b")
_PERSON = re.compile(r"(?:chair|chairman|chairmen|director|rapporteur|member|editor)s?$")
_WINDOW = 500  # characters in which a noun phrase with all its coordinated names must end
# "each meeting of TSAG": the group is meant.
_OCCASION = re.compile(
    r"^(?:the\s|its\s|each\s|every\s|all\s)?(?:next\s|annual\s|ordinary\s|regular\s|\d{4}\s)*(?:meetings?|sessions?)\sof\s(?=the\s|its\s|[A-Z])"
)
_OF = re.compile(r"\s(?:of|for|in)\s(?:the\s|each\s|its\s)?")


@dataclass(frozen=True)
class Reader:
    """Reads noun phrases of one document: what the names stand for there, what it has named itself."""

    context: Context
    abbreviations: Mapping[str, str]
    language: str = "en"

    def names(self, text: str) -> list[Found]:
        """The known names in *text*."""
        return find(text, self.context, self.language)

    def actors(self, text: str, known: Sequence[str] = (), *, subject: bool = False) -> tuple[str, ...]:
        """The actors that the noun phrase *text* begins with, coordinated ones included; () when it names none.

        *known* are slugs of the document's own actors, for short forms ("the joint meeting").  *subject* says that a verb
        follows: a name that only qualifies another noun ("the TSAG report") is then no actor.
        """
        text = _OCCASION.sub("", text[:_WINDOW])
        found = self.names(text)
        out: list[str] = []
        at = 0
        while at < len(text):
            slugs, end = self._one(text, at, found, known)
            if not end or (subject and (_QUALIFIES.match(text, end) or _NAMED.match(text, end))):
                break
            out += [slug for slug in slugs if slug not in out]
            while after := _AFTER_NAME.match(text, end):
                end = after.end()
            of = _OF.match(text, end)
            joined = _JOINED.match(text, end)
            if not joined and of:
                later = self._past_modifier(text, end)
                joined = _JOINED.match(text, later) if later else None
            if not joined:
                break
            at = joined.end()
        return tuple(out)

    def _past_modifier(self, text: str, at: int) -> int:
        """The end of an of-phrase of at most five words that is followed by "and the ..." or a capital; 0 when none."""
        found = re.match(r"(?:\s[\w'-]+){1,6}?(?=,?\s(?:and|or)\s(?:the\s|of\s|all\s)?(?:[A-Z]|the\s))", text[at:])
        return at + found.end() if found else 0

    def _one(self, text: str, at: int, found: Sequence[Found], known: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """The actor that begins at *at* behind qualifiers: (slugs, end); ((), 0) when none does."""
        words = lexicon(self.language)
        start = at
        other = -1
        while word := _WORD.match(text, start):
            name = next((f for f in found if f.start == start), None)
            if name:
                extended = self._extended(text, name, words)
                return extended if extended else (name.actors, name.end)
            if word.group().lower() == "other" and other < 0:
                other = start
            if (
                word.group().lower() == "other"
                or word.group().lower() in words.qualifiers
                or (re.fullmatch(r"[a-z]+(?:ly|ed)|(?:19|20)\d\d", word.group()) and word.group().lower() not in ("united",))
            ):
                start = word.end()
                while start < len(text) and text[start] in " \t":
                    start += 1
                continue
            break
        return self._unknown(text, start if other < 0 else other, words, known)

    def _extended(self, text: str, name: Found, words: Lexicon) -> tuple[tuple[str, ...], int] | None:
        """A longer noun phrase that a known name only begins: "study group chairmen", "Member States Advisory Group"."""
        tail = re.match(
            r"(?:\s|')(?:s\s)?(?:(?:regional|working|joint|rapporteur|management|coordination)\s)?([a-z][\w-]+)(?![\w-])",
            text[name.end : name.end + 40],
        )
        if tail and _agent(tail[1], words) and tail[1] not in words.openers:
            end = name.end + tail.end()
            return (slug(text[name.start : end]),), end
        return None

    def _unknown(self, text: str, start: int, words: Lexicon, known: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """A noun phrase that the vocabulary does not know, if its head can act."""
        first = _WORD.match(text, start)
        if not first:
            return (), 0
        second = _WORD.match(text, first.end() + 1)
        acting = second and _agent(second.group(), words)  # "hiring manager"
        if first.group().endswith("ing") and first.group() not in words.adjectives and not acting and not _agent(first.group(), words):
            return (), 0
        stop = _PREPOSITION.search(text, start)
        gerund = next((g for g in _GERUND.finditer(text, first.end()) if g[1] not in words.adjectives and not _agent(g[1], words)), None)
        if gerund and (not stop or gerund.start() < stop.start()):
            stop = gerund
        limit = stop.start() if stop else len(text)
        joined = _JOINED.search(text, start, limit)
        if joined and _PAIRED.fullmatch(text, start, joined.end()):  # "regional and international organizations"
            joined = _JOINED.search(text, joined.end(), limit)
        end = joined.start() if joined else limit
        phrase = text[start:end].strip()
        bare = re.sub(r"\s*\([^()]*\)", "", phrase).strip()
        if not bare or len(bare.split()) > 7:
            return (), 0
        head = bare.split()[-1]
        abbreviated = re.search(r"\(([A-Z][\w-]+)\)", phrase)
        if abbreviated and _agent(head, words):
            return (slug(abbreviated[1]),), end
        if (
            re.fullmatch(r"[A-Z][A-Z-]{1,8}s?", head)
            and (head.rstrip("s") in self.abbreviations or head in self.abbreviations)
            and len(bare.split()) == 1
        ):
            meaning = (self.abbreviations.get(head) or self.abbreviations[head.rstrip("s")]).split()
            if (meaning and _agent(meaning[-1], words)) or any(_agent(w, words) for w in meaning):
                return (slug(head.rstrip("s")),), start + text[start:end].find(head) + len(head)
            return (), 0
        if not _agent(head, words) or head.lower() == "meetings":
            return (), 0
        titled = re.compile(r"\son\s(?:the\s)?[A-Z][\w-]*(?:\s(?:(?:and|of|for|the)\s)*[A-Z][\w-]*)*").match(
            text, start + len(text[start:end].rstrip())
        )
        if titled and head[0].isupper():
            return (own_slug(bare + titled.group()),), titled.end()
        stop_at = start + len(text[start:end].rstrip())
        of = re.match(
            r"\sof\s(?:the\s)?((?:[\w-]+\s?){1,4}?)(?=\s(?:shall|should|may|will|must|referred|set|established|created|concerned|\w+ing|which|that|to|in|is|are|and|on|for)\b|[,.;]|$)",
            text[stop_at:],
        )
        name = own_slug(bare)
        if of and not re.match(r"(?:Member|ITU)\b", of[1]):
            longer = own_slug(f"{bare} of {of[1]}")
            if self._part_of_name(of[1]):
                return (longer,), stop_at + of.end()
        longer_known = next((actor for actor in known if actor.startswith(name + "-of-") and not _PERSON.search(name)), "")
        return ((longer_known or name),), stop_at

    def _part_of_name(self, of: str) -> bool:
        """Whether "of ..." belongs to the name of the actor: "joint meeting of the advisory groups"."""
        return bool(self.names(of)) or bool(re.search(r"group|committee|meeting|delegation|assembly|conference|register", of))


def _agent(noun: str, words: Lexicon) -> bool:
    """Whether *noun*, in the singular or plural, can act."""
    lower = noun.lower().strip("'")
    forms = {
        lower,
        lower.rstrip("s"),
        re.sub(r"ies$", "y", lower),
        re.sub(r"men$", "man", lower),
        re.sub(r"(?:es|xes)$", "", lower),
        re.sub(r"(?:\(s\))$", "", lower),
    }
    return bool(forms & words.agents) or any(form.rpartition("-")[2] in words.agents for form in forms)
