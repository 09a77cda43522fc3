"""References of a document to itself: clauses by verb and marker, annexes and sections, decimal clauses, "this resolution".

A pinpoint keeps its words and is resolved by verb and addressee ("instructs the ITU Council 4 below"); where the part
cannot be resolved the target is the edition (contract, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from resograph.annotate.units import Unit
from resograph.headings import heading
from resograph.keys import slug
from resograph.markers import marker
from resograph.model import Citation, Outline
from resograph.rules import rule

Fragments = tuple[tuple[str, str], ...]

_ITEM = re.compile(
    r"\d{1,2}(?:bis|ter)?(?:\.\d{1,3}(?:bis|ter)?){0,4}+(?:\s?\(?(?>[ivxl]{3,6}|[a-z]{1,2})\)(?:bis|ter)?){0,4}+"
    r"|\(?(?>[ivxl]{3,6}|[a-z]{1,2})\)(?:bis|ter)?(?:\s?(?>[ivxl]{2,6}|[a-z])\)){0,4}+"
)
_DECIMAL = re.compile(r"[A-Za-z]?\d{1,2}(?:bis|ter)?(?:\.\d{1,3}(?:bis|ter)?)+")
_OTHER_TEXT = re.compile(
    r"\s(?:of|to|in)\s(?:the\s)?(?:Resolution|Decision|Recommendation|Constitution|Convention|ITU|General|Council|Radio|[A-Z][a-z]+\s(?:Agreement|Convention|Plan))"
)
_LEAD = re.compile(
    r"(?:\(|\b(?:in|see|under|of|to|with|by|than|and|or|per|above|at|on|clauses?|also|within|through|from|for)\s|\(see(?:\salso)?\s)$",
    re.IGNORECASE,
)
# "this resolution" after "an existing resolution" in one clause speaks of that one.
_ANOTHER = re.compile(r"\b(?:an?|each|any|every)\s(?:[a-z]+\s){0,2}(?:resolution|decision)\b")
_FOREIGN = re.compile(
    r"(?:Figures?|Tables?|SDGs?|Targets?|targets?|ITU-[TRD]|Recommendations?|version|Version|Rec\.|per\scent|Goal|Outputs?|Outcomes?|Objectives?)\s?(?:[\w.]+(?:,\s|\sand\s|\sto\s))*$"
)


def references(
    unit: Unit,
    outline: Outline,
    taken: list[tuple[int, int]],
    new_group: Callable[[], int],
    fragments: Fragments,
    language: str = "en",
) -> Iterator[tuple[int, Citation]]:
    """The references in *unit* to parts of the document itself, outside the spans *taken* by other citations."""
    busy = list(taken)
    plain = unit.plain
    own = outline.key

    def free(start: int, end: int) -> bool:
        return not any(low < end and start < high for low, high in busy)

    def cite(start: int, end: int, parts: list[str], words: str, group: int | None) -> Iterator[tuple[int, Citation]]:
        busy.append((start, end))
        for part in parts:
            yield (
                start,
                Citation(
                    part=unit.part,
                    text=unit.view.text[start:end],
                    span=unit.span(start, end),
                    target=own.at(part) if part else own,
                    group=group,
                    pinpoint=words or None,
                    self=True,
                ),
            )

    for found in rule("citations", "part_of_this", language, fragments).finditer(plain):
        if not free(*found.span()):
            continue
        yield from _parts(found, unit, outline, new_group, cite)
    for found in rule("citations", "call", language, fragments).finditer(plain):
        if free(*found.span()) and _is_reference(found, plain):
            yield from _calls(found, unit, outline, new_group, cite)
    near = " above" in plain or " below" in plain
    for found in rule("citations", "call_only", language, fragments).finditer(plain) if near else ():
        if free(*found.span()):
            segment = slug(found["verb"])
            part = next((s.part for s in outline.sections if re.sub(r"-\d+$", "", s.part) == segment), "")
            if part:
                words = unit.view.text[found.start("verb") : found.end()]
                yield from cite(found.start("verb"), found.end(), [part], words, None)
    for found in rule("citations", "call_under", language, fragments).finditer(plain):
        part = next((s.part for s in outline.sections if _same_verb(slug(found["verb"]), s.part)), "")
        if part and free(*found.span("verb")):
            yield from cite(*found.span("verb"), [part], found["verb"], None)
    for found in rule("citations", "decimal", language, fragments).finditer(plain):
        if free(*found.span()):
            yield from _decimals(found, unit, outline, new_group, cite)
    for found in rule("citations", "section_sign", language, fragments).finditer(plain):
        around = [unit.part.rsplit("/", n)[0] for n in range(unit.part.count("/"), 0, -1)]
        part = next((p for p in (f"{stem}/{found['markers']}" for stem in around) if p in outline.parts), "")
        if part and free(*found.span()):
            yield from cite(*found.span(), [part], unit.view.text[slice(*found.span())], None)
    for found in rule("citations", "this_text", language, fragments).finditer(plain):
        if (
            not _ANOTHER.search(plain, 0, found.start())
            and free(*found.span())
            and (found["kind"].lower() == own.kind or found["kind"].lower() == "resolution")
        ):
            yield from cite(*found.span(), [""], "", None)


def _same_verb(cited: str, part: str) -> bool:
    """Whether a verb phrase as cited names the section *part*, in whatever form of the verb: "notes with" is "noting with"."""
    first, _, rest = cited.partition("-")
    own, _, more = re.sub(r"-\d+$", "", part).partition("-")
    stem = re.sub(r"(?:ing|ies|es|s|e)$", "", first)
    return rest == more and bool(stem) and stem == re.sub(r"(?:ing|ies|es|s|e)$", "", own)


Cite = Callable[[int, int, list[str], str, int | None], Iterator[tuple[int, Citation]]]


def _parts(found: re.Match[str], unit: Unit, outline: Outline, new_group: Callable[[], int], cite: Cite) -> Iterator[tuple[int, Citation]]:
    """ "Annexes B and C to this resolution", "Section 9", "the annex to this resolution"."""
    plain = unit.plain
    kind = {"annexes": "annex", "appendices": "appendix"}.get(found["unit"].lower(), found["unit"].lower().rstrip("s"))
    tail = found["tail"] or ""
    if unit.role == "title" and found.start() == 0:
        return  # the part's own line
    if not found["names"]:
        if not tail.strip() or (tail.strip() in ("above", "below") and not _existing(outline, kind)):
            return
        wanted = [kind] if found["unit"][-1] != "s" or kind == found["unit"].lower() else _existing(outline, kind)
        parts = [part for part in wanted if part in outline.parts] or _existing(outline, kind)[:1] or [""]
        yield from cite(found.start(), found.end(), parts, unit.view.text[found.start() : found.start() + len(found["unit"])], None)
        return
    if not tail and (_OTHER_TEXT.match(plain, found.end()) or re.match(r"\s(?:of|to)\s[A-Z]", plain[found.end() :])):
        return
    if found["unit"][0].islower() and not tail:
        return
    names = _listed(found["names"], lambda text: re.findall(r"[A-Z]{1,2}\d?(?![a-z])|[IVXL]+|\d+(?:bis)?", text), _name_range)
    places = [f"{kind}-{name.lower()}" for name in names]
    known = [place for place in places if any(p == place or p.endswith("/" + place) for p in outline.parts)]
    if not tail and not known and not _existing(outline, kind) and kind in ("section", "part"):
        return
    group = new_group() if len(names) > 1 else None
    offsets = [
        found.start("names") + m.start() for m in re.finditer(r"(?<![\w])(?:[A-Z]{1,2}\d?|[IVXL]+|\d+(?:bis)?)(?![\w])", found["names"])
    ]
    for n, place in enumerate(places):
        inside = next((p for p in sorted(outline.parts) if p == place or p.endswith("/" + place)), "")
        start = found.start() if n == 0 else (offsets[n] if n < len(offsets) and len(offsets) == len(places) else found.start())
        end = found.end() if n == len(places) - 1 or len(offsets) != len(places) else offsets[n] + len(names[n])
        words = unit.view.text[start:end]
        words = re.sub(r"\s(?:to|of)\s(?:this|the\spresent)\s\w+$", "", words)
        yield from cite(start, end, [inside], words, group)


def _existing(outline: Outline, kind: str) -> list[str]:
    """The parts of one kind, in order: the annexes of the document."""
    return [section.part for section in outline.sections if section.role == kind and "/" not in section.part]


def _is_reference(found: re.Match[str], plain: str) -> bool:
    """Whether "resolves 2" is a reference and not a verb with a number after it."""
    markers, where = found["markers"], found["where"]
    if re.match(
        r"\s(?:Article|Art\.|No|Resolution|Decision|Recommendation|Section|Chapter|Annex|Appendix|Document|Question|Opinion)",
        found["addressee"] or "",
    ):
        return False
    if where or ")" in markers:
        return True
    if found["addressee"]:
        return bool(re.match(r"\s?(?:[,.;:)]|$|(?:and|or|to|of|in|with|is|are|shall|should|may|has|have|as)\b)", plain[found.end() :]))
    first = heading(found["verb"])
    if first is None or not first.operative:
        return False
    return bool(
        re.match(r"(?:[,.;:)]|$|\s(?:and|or|to|of|in|with|is|are|shall|should|may|has|have|as|hereof|thereof)\b)", plain[found.end() :])
    )


def _calls(found: re.Match[str], unit: Unit, outline: Outline, new_group: Callable[[], int], cite: Cite) -> Iterator[tuple[int, Citation]]:
    """ "considering e), f), g) and h) above", "instructs the ITU Council 4 below"."""
    words = unit.view.text[found.start() : found.end()]
    parts = _call_parts(found["verb"], found["addressee"] or "", found["markers"], outline)
    items = list(_ITEM.finditer(found["markers"]))
    group = new_group() if len(parts) > 1 else None
    listed = len(items) == len(parts)
    for n, part in enumerate(parts):
        if not listed:
            yield from cite(found.start(), found.end(), [part], words, group)
            continue
        start = found.start() if n == 0 else found.start("markers") + items[n].start()
        end = found.end() if n == len(parts) - 1 else found.start("markers") + items[n].end()
        yield from cite(start, end, [part], unit.view.text[start:end], group)


def _decimals(
    found: re.Match[str], unit: Unit, outline: Outline, new_group: Callable[[], int], cite: Cite
) -> Iterator[tuple[int, Citation]]:
    """ "in 7.2.2 and 7.2.3 below", "(see 4.9)"; only where the document has such clauses."""
    plain, known = unit.plain, outline.decimals
    numbers = _listed(found["markers"], _DECIMAL.findall, _decimal_range)
    if not any(number.lower() in known for number in numbers):
        return
    before = plain[max(0, found.start() - 60) : found.start()]
    listed = re.search(r"\d\.\d[^.;()]{0,40},\s$", before)
    if _FOREIGN.search(before) or not (found["where"] or _LEAD.search(before) or listed or found.start() == 0):
        return
    group = new_group() if len(numbers) > 1 else None
    offsets = [found.start("markers") + m.start() for m in _DECIMAL.finditer(found["markers"])]
    for n, number in enumerate(numbers):
        part = known.get(number.lower(), "")
        if len(offsets) == len(numbers):
            start = offsets[n]
            end = found.end() if n == len(numbers) - 1 else offsets[n] + len(number)
        else:
            start, end = found.span()
        yield from cite(start, end, [part], unit.view.text[start:end], group)


def _decimal_range(first: str, last: str) -> list[str]:
    """The numbers of "1.2 to 1.7": those that exist between them on the same level."""
    stem, _, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if stem != other or not low.isdigit() or not high.isdigit():
        return [first, last]
    if int(high) - int(low) > 60:
        return [first, last]
    return [f"{stem}.{n}" for n in range(int(low), int(high) + 1)]


def _name_range(first: str, last: str) -> list[str]:
    """The names of "Sections 1 to 3", "Annexes A to C"."""
    if first.isdigit() and last.isdigit() and int(first) < int(last) <= int(first) + 40:
        return [str(n) for n in range(int(first), int(last) + 1)]
    if len(first) == len(last) == 1 and first < last:
        return [chr(c) for c in range(ord(first), ord(last) + 1)]
    return [first, last]


def _listed(text: str, find: Callable[[str], list[str]], expand: Callable[[str, str], list[str]]) -> list[str]:
    """The members of a list in *text*, its ranges expanded."""
    out: list[str] = []
    pieces = re.split(r"(,\s(?:and\s)?|\sand\s|\sor\s|\sto\s|-)", text)
    names = [find(piece) for piece in pieces[::2]]
    for n, found in enumerate(names):
        if not found:
            continue
        joint = pieces[2 * n - 1].strip() if n else ""
        if joint in ("to", "-") and out:
            out += expand(out[-1], found[0])[1:]
        else:
            out += found
    return out


# --- pinpoints ------------------------------------------------------------------------------------------------------


def resolve_pinpoint(words: str, outline: Outline | None, part: str = "") -> list[str]:
    """The parts that a pinpoint names, checked against *outline* where the cited text is the document itself.

    *part* is the citing part ("this section" is the one around it).  [] when no part can be told; "" stands for a part
    that is named and does not exist.
    """
    this = re.fullmatch(r"this (section|annex|appendix)", words)
    if this:
        around = next((p for p in (part.rsplit("/", n)[0] for n in range(part.count("/"), -1, -1)) if p.startswith(this[1])), "")
        return [around] if around and outline else [""]
    if re.match(r"(?:clauses?|\u00a7|items?|points?)", words):
        return []
    annex = re.match(
        r"(?P<kind>[Aa]nnex(?:es)?|[Aa]ppendix|[Aa]ttachment|[Ss]ection|[Pp]art)(?:\s(?P<names>[\w, ]+?))?(?=[:\s\"]|$)", words
    )
    if annex and (annex["names"] or annex["kind"][0].islower() or words == annex["kind"]):
        kind = annex["kind"].lower().replace("annexes", "annex")
        names = re.findall(r"\b(?:[A-Z]{1,2}|[IVX]+|\d+(?:bis)?)\b", words.split('"')[0][len(annex["kind"]) :])
        parts = [f"{kind}-{name.lower()}" for name in names] or [kind]
        return [part if outline is None or part in outline.parts else "" for part in parts]
    found = _CALL.match(words)
    if not found:
        return []
    return _call_parts(found["verb"], found["addressee"] or "", found["markers"], outline)


_CALL = re.compile(
    r"(?P<verb>[a-z]+(?:\s(?:[a-z]+))*?)(?P<addressee>\s(?:the\s)?[A-Z][\w,'\s/-]{2,90}?)?\s(?P<markers>(?:"
    + _ITEM.pattern
    + r")(?:(?:,\s|\sand\s|,\sand\s|\sor\s|\sto\s|-)(?:"
    + _ITEM.pattern
    + r")){0,30})(?:\s(?:above|below))?$"
)


def _path(item: str) -> str:
    """The key path of an item as cited: "2 i)" -> "2/i"."""
    return "/".join(re.findall(r"\d+(?:bis|ter)?(?:\.\d+(?:bis|ter)?)*|[a-z]+(?=\))(?:\)bis|\)ter)?", item)).replace(")", "")


def _call_parts(verb: str, addressee: str, markers: str, outline: Outline | None) -> list[str]:
    """The parts that "verb addressee markers" names."""
    segment = slug(verb)
    items = [_path(item.group()) for item in _ITEM.finditer(markers)]
    ranged = re.search(r"\sto\s|-", markers)
    if outline is None:
        if addressee:
            return [""] * max(1, len(items))
        if ranged and len(items) == 2 and all(item.isdigit() for item in items):
            items = [str(n) for n in range(int(items[0]), int(items[1]) + 1)]
        return [f"{segment}/{item}" for item in items]
    sections = [s for s in outline.sections if re.sub(r"-\d+$", "", s.part) == segment]
    if addressee:
        wanted = set(_words(addressee)) - {"the"}
        fitting = [s for s in sections if wanted <= set(_words(s.heading))]
        fitting.sort(key=lambda s: len(_words(s.heading)))  # the heading of that addressee alone goes first
        sections = fitting or sections
    parts: list[str] = []
    for n, item in enumerate(items):
        part = _existing_part([f"{s.part}/{item}" for s in sections], outline) or _sibling(parts, item, outline)
        if ranged and n == 1 and len(items) == 2 and parts and part:
            parts += _between(parts[0], part, outline)
        else:
            parts.append(part)
    return parts or [""]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text)


def _existing_part(candidates: list[str], outline: Outline) -> str:
    return next((part for part in candidates if part in outline.parts), "")


def _sibling(parts: list[str], item: str, outline: Outline) -> str:
    """ "resolves 2 i), ii) and iii)": the later items stand beside the first."""
    if not parts or not parts[0]:
        return ""
    stem = parts[0].rpartition("/")[0]
    return _existing_part([f"{stem}/{item}"], outline)


def _between(first: str, last: str, outline: Outline) -> list[str]:
    """The numbered items after *first* up to *last*, in reading order, at their own levels of number."""
    order = [clause.part for clause in outline.clauses]
    if first not in order or last not in order:
        return [last]
    stem = first.rpartition("/")[0]
    inside = order[order.index(first) + 1 : order.index(last) + 1]
    return [p for p in inside if p.rpartition("/")[0] == stem and marker(p.rpartition("/")[2] + " x")] or [last]
