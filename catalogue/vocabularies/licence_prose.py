"""Which licences a piece of prose grants. Careful, not clever: a wrong licence harms more than a missing one."""

import re

#: Prose beyond this is cut: a licence is named early, and hostile text must not cost time.
_MAX_PROSE = 5_000

#: What names a licence in running text: the family of `LICENCES`, words without which it cannot be meant, the pattern.
_MENTIONS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (family, words, re.compile(pattern, re.IGNORECASE))
    for family, words, pattern in (
        ("ncgl", ("government licen",), r"non[- ]?commercial government licen[cs]e"),
        (
            "ogl-canada",
            ("government licen",),
            r"open government licen[cs]e\s*[-–]\s*(?:canada|ontario|british columbia|alberta)",
        ),
        (
            "ogl",
            ("government licen", "government-licen", "ogl"),
            r"\bopen[ -]government[ -]licen[cs](?:e|ing)\b(?!\s*[-–]\s*(?:canada|ontario|british|alberta))"
            r"|\bOGLv?\d?\b",
        ),
        (
            "inspire-eul",
            ("user licen", "user-licen"),
            r"public sector (?:inspire )?(?:wms )?end[ -]user licen[cs]e|end[ -]user licen[cs]e.{0,20}inspire"
            r"|inspire\b.{0,30}\bend[ -]user licen[cs]e",
        ),
        (
            "os-psma",
            ("psma", "psga", "public sector"),
            r"\bPSMA\b|\bPSGA\b|public sector (?:mapping|geospatial) agreement",
        ),
        ("odc-odbl", ("odbl", "open database"), r"\bODbL\b|open database licen[cs]e"),
        ("odc-pddl", ("pddl", "public domain ded"), r"\bPDDL\b|public domain dedication and licen[cs]e"),
        ("odc-by", ("odc", "open data commons"), r"\bODC[- ]By\b|open data commons attribution"),
        ("cc-zero", ("cc", "zero"), r"\bCC[- ]?0\b|\bcc[- ]?zero\b|creative commons zero"),
        (
            "cc-by-nc-sa",
            ("cc", "attribution"),
            r"(?:\bCC[ -]|attribution[- ])(?:BY[ -])?(?:NC|non-?commercial)[ -]+(?:SA\b|share[ -]?alike)",
        ),
        (
            "cc-by-nc-nd",
            ("cc", "attribution"),
            r"(?:\bCC[ -]|attribution[- ])(?:BY[ -])?(?:NC|non-?commercial)[ -]+(?:ND\b|no[ -]?deriv)",
        ),
        (
            "cc-nc",
            ("cc", "attribution"),
            r"(?:\bCC[ -]BY[ -]NC|attribution[- ]non-?commercial)\b(?![ -]+(?:SA|ND|share|no[ -]?deriv))",
        ),
        ("cc-by-sa", ("cc", "attribution"), r"\bCC[ -]BY[ -]SA\b|attribution[- ]share[ -]?alike"),
        ("cc-by-nd", ("cc", "attribution"), r"\bCC[ -]BY[ -]ND\b|attribution[- ]no[ -]?deriv"),
        (
            "cc-by",
            ("cc", "attribution"),
            r"\bCC[ -]BY\b(?![ -]*(?:NC|ND|SA))|creative commons attribution\b(?![- ]+(?:non|no|share))"
            r"|^attribution \d\.\d (?:unported|international)",
        ),
        ("gfdl", ("gfdl", "documentation licen"), r"\bGFDL\b|GNU free documentation licen[cs]e"),
        (
            "public-domain",
            ("public domain", "government"),
            r"\b(?:in|into|within|of) the public domain\b|public domain (?:mark|data|and)\b"
            r"|works? of the (?:U\.?S\.?|united states) government",
        ),
    )
)

_SENTENCE = re.compile(r"[.;!?](?=\s|$)|\n|<br|</p|</div", re.IGNORECASE)
#: Before a mention, in the same sentence: it is denied, limited to something else, or only compared with.
_DENIED_BEFORE = re.compile(
    r"\b(?:not|no|non|never|neither|nor|cannot|can't|isn't|aren't|doesn't|don't|won't|without|unless|except|excepting"
    r"|excludes?|excluded|excluding|outside|instead of|rather than|other than|similar to|natural england[-–]os|ne[-–]os"
    r"|until|pending|formerly|previously|replaces?|prior to)\b",
    re.IGNORECASE,
)
#: After a mention, in the same sentence.
_DENIED_AFTER = re.compile(
    r"\b(?:does|do|did|is|are|was|were|can|may|will|shall|should)\s?(?:not|n't)\b"
    r"|\bnot (?:applicable|available|yet|been)\b"
    r"|\b(?:cannot|doesn't|isn't|aren't|no longer|excluded?|withdrawn|expired)\b",
    re.IGNORECASE,
)
#: 'No restrictions …', 'no charge', 'no conditions': these deny a condition, not the licence.
_HARMLESS_NO = re.compile(
    r"\b(?:no|not|without) (?:any )?(?:known )?(?:conditions?|restrictions?|limitations?|constraints?|charge|fee|cost"
    r"|warrant(?:y|ies)|limited to|copyright(?:ed)?|only)\b(?: (?:apply|applies|on (?:public )?access|on use))?",
    re.IGNORECASE,
)
#: Terms that contradict an open licence wherever they stand.
_RESTRICTED = re.compile(
    r"\b(?:for|to) (?:internal|personal|academic|educational|research)(?: \w+)? (?:use|purposes?)\b(?! or)"
    r"|\bnon[- ]?commercial (?:use|purposes?)\b|\baffiliates only\b|\bcommercial use (?:is )?(?:not|prohibited)"
    r"|\bpermission (?:is )?required\b|\bnot for commercial\b|\bpersonal use\b",
    re.IGNORECASE,
)
_OPEN_FAMILIES = frozenset(
    {"ogl", "ogl-canada", "odc-odbl", "odc-pddl", "odc-by", "cc-zero", "cc-by", "cc-by-sa", "gfdl", "public-domain"}
)


def licence_families(text: str) -> set[str] | None:
    """The families that the text names as applying; None when it denies one, or takes back what an open one gives."""
    prose = text[:_MAX_PROSE]
    lowered = prose.lower()
    patterns = [(family, pattern) for family, words, pattern in _MENTIONS if any(word in lowered for word in words)]
    found: set[str] = set()
    for sentence in _SENTENCE.split(prose) if patterns else ():
        for family, pattern in patterns:
            for mention in pattern.finditer(sentence):
                if _is_denied(sentence, mention):
                    return None
                found.add(family)
    if found & _OPEN_FAMILIES and _RESTRICTED.search(prose):
        return None
    return found


def _is_denied(sentence: str, mention: re.Match[str]) -> bool:
    before = _HARMLESS_NO.sub(" ", sentence[max(0, mention.start() - 120) : mention.start()])
    after = _HARMLESS_NO.sub(" ", sentence[mention.end() : mention.end() + 80])
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))
