"""The verb of a clause: its modal, whether that stands in a main clause, where the main clause begins, the first infinitive.

Offsets are those of the plain text given.  A modal verb of a subordinate clause, of a condition or of a relative clause makes no
norm; what stands before the subject ("In the interval between WTSAs, ...") does not belong to it.
"""

from __future__ import annotations

import re

from resograph.annotate.phrases import Lexicon

MODAL = re.compile(
    r"\b(?:(?P<prohibition>(?:shall|must|may|will)\s(?:not|never)|cannot|(?:is|are)\snot\sto)|(?P<recommendation>should(?:\snot)?|ought\sto|(?<!the\s)(?<!\ba\s)(?<!no\s)(?<!urgent\s)(?<!special\s)(?<!further\s)(?<!pressing\s)needs?\sto)"
    r"|(?P<directed>(?:is|are|be)\s(?:also\s|further\s|hereby\s|strongly\s)?(?P<participle>encouraged|invited|requested|instructed|authori[sz]ed|urged|entitled|called\supon)(?:,\s[^,;]{3,90},)?\sto\b)"
    r"|(?P<permission>may|(?P<can>can(?!not)))|(?P<obligation>shall|must|will|(?:is|are)\sto|ha(?:s|ve)\sto))\b"
)
DIRECTED_NEXT = re.compile(
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
SENTENCE = re.compile(
    r"[.!?](?<!\bRev.)(?<!\bNo.)(?<!\bNos.)(?<!\bRes.)(?<!\bArt.)(?<!\bcf.)(?<!\be\.g.)(?<!\bi\.e.)[\")\u201d]?\s+(?=[\"(\u201c]?[A-Z])"
)
_MAIN_BREAK = re.compile(
    r";\s|,\sin\swhich\scase,?\s|,\s(?:and|but|or),?\s(?:that\s)?|:\s|\s(?:and|but)\s(?:that\s)?(?=(?:the|it|they|a|an|each|any|all|such|these|no)\s)|,\swhile\s"
)
_TO = re.compile(
    r"(?:^|[\s,])(?:not\s)?to\s(?:not\s|further\s|also\s|jointly\s|actively\s|continue\s|\w+ly\s)?(?=[a-z])(?!the\b|its\b|their\b|this\b|all\b|an?\b|that\b|which\b)"
)


def hypothetical(plain: str, start: int, end: int) -> int:
    """Where the main clause begins in "If ..., which may be ..., the Director shall": modals before it are no norms."""
    if not re.match(r"(?:that,?\s)?(?:[Ii]f|[Ww]hen|[Ww]here|[Ww]henever|[Uu]nless|[Ss]hould)\b", plain[start:end]):
        return start
    modals = [found.start() for found in MODAL.finditer(plain, start, end)]
    for at in modals[1:]:
        comma = plain.rfind(", ", start, at)
        if comma > modals[0] and re.match(r"(?:the|it|they|an?|each|[A-Z])\b", plain[comma + 2 : at]):
            return comma
    return start


def main_start(plain: str, start: int, at: int) -> int:
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
                MODAL.search(plain, start, found.start())
                and (
                    MODAL.search(plain, begin, found.start())
                    or re.match(r"(?:the|it|they|an?|each|any|no|these|such|where|if|[A-Z]\w*)\b[^,]*$", rest)
                )
            )
        ):
            begin = found.end()
        elif not rest.strip():
            continue
    return begin


def subordinate(segment: str, words: Lexicon) -> bool:
    """Whether the modal after *segment* stands in a subordinate clause."""
    text = re.sub(r"^(?:and|or|but)?\s?that,?\s", "", segment.lstrip())
    text = without_openers(text, words)
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


def modality_of(found: re.Match[str], force: str | None) -> tuple[str, str | None]:
    if found["directed"]:
        return _PARTICIPLE[re.sub(r"\s+", " ", found["participle"])]
    kind = next(name for name in ("prohibition", "recommendation", "permission", "obligation") if found[name])
    return kind, force


def starts_provision(plain: str) -> bool:
    """Whether a clause has a modal of its own, not only one in a relative clause."""
    return any(not re.search(r"\b(?:that|which|who)\s$", plain[: found.start()]) for found in MODAL.finditer(plain))


def infinitive(plain: str) -> int | None:
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


def without_openers(text: str, words: Lexicon) -> str:
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
