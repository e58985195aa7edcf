"""How often data is updated: outside spellings ↔ `Frequency`.

Where our list lacks a step ('every six years', 'three times a week'), the answer is the next rarer one: a promise that
the publisher surely keeps.
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

from catalogue.enums import Frequency
from catalogue.vocabularies.tables import EU_AUTHORITY, MAX_TERM, load_table, term_key, uri_tail

#: The longest time between two updates that keeps the promise; None where there is no promise.
PERIODS: dict[Frequency, timedelta | None] = {
    Frequency.CONTINUOUS: timedelta(minutes=1),
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: timedelta(days=1),
    Frequency.TWICE_WEEKLY: timedelta(days=4),
    Frequency.WEEKLY: timedelta(days=7),
    Frequency.FORTNIGHTLY: timedelta(days=14),
    Frequency.TWICE_MONTHLY: timedelta(days=16),
    Frequency.MONTHLY: timedelta(days=31),
    Frequency.BIMONTHLY: timedelta(days=62),
    Frequency.QUARTERLY: timedelta(days=92),
    Frequency.THREE_TIMES_YEAR: timedelta(days=123),
    Frequency.TWICE_YEARLY: timedelta(days=184),
    Frequency.ANNUAL: timedelta(days=366),
    Frequency.BIENNIAL: timedelta(days=731),
    Frequency.TRIENNIAL: timedelta(days=1096),
    Frequency.QUADRENNIAL: timedelta(days=1461),
    Frequency.QUINQUENNIAL: timedelta(days=1827),
    Frequency.DECENNIAL: timedelta(days=3653),
    Frequency.IRREGULAR: None,
    Frequency.AS_NEEDED: None,
    Frequency.NEVER: None,
    Frequency.UNKNOWN: None,
}

_TABLE: dict[str, dict[str, Any]] = load_table("frequencies")
_EU = {Frequency(name): row["eu"] for name, row in _TABLE.items()}
_ISO = {Frequency(name): row["iso8601"] for name, row in _TABLE.items()}

_SPELLINGS: dict[str, Frequency] = {}
for _name, _row in _TABLE.items():
    for _spelling in (_name, Frequency(_name).label, _row["eu"], *_row["codes"], *_row["words"]):
        _SPELLINGS.setdefault(term_key(_spelling).replace("-", " ").replace("_", " "), Frequency(_name))

_DURATION = re.compile(
    r"^r?\d*/?p(?:([\d.]+)y)?(?:([\d.]+)m)?(?:([\d.]+)w)?(?:([\d.]+)d)?"
    r"(?:t(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?)?$"
)
_DURATION_IN_TEXT = re.compile(r"\br\d*/?p[\dtymwdhs.]+")
_DAYS = (365.25, 30.4375, 7.0, 1.0, 1 / 24, 1 / 1440, 1 / 86400)

_NUMBERS: dict[str, float] = {
    "half": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "second": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "thirty": 30,
}  # fmt: skip
_UNITS = {"second": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
_UNITS |= {"month": 30.4375, "quarter": 91.3125, "year": 365.25, "term": 122.0, "decade": 3652.5}
_ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year"}
_ADVERBS |= {"annually": "year", "quarterly": "quarter"}
_EVERY = re.compile(
    r"^(?:approximately |approx |about |usually )?(?:once )?(?:every |each |per |once |a )*"
    r"(\d+(?:\.\d+)?|" + "|".join(_NUMBERS) + r")?\s*"
    r"(seconds?|minutes?|mins?|hours?|days?|weeks?|months?|quarters?|years?|terms?|decades?"
    r"|hourly|daily|weekly|monthly|yearly|annual|annually|quarterly)$"
)  # fmt: skip
_TIMES = re.compile(
    r"^(once|twice|thrice|(?:\d+|two|three|four|five|six|ten|twelve)(?: times| x)?) "
    r"(?:a|an|per|each|every|in a|in each) (hour|day|week|month|quarter|year)$"
)
_WEEKDAY = re.compile(r"^(?:every |each )(?:mon|tues|wednes|thurs|fri|satur|sun)day$")
_ENDED = re.compile(
    r"\b(?:discontinued|ceased|archived|no longer|not be updated|has ended|final version|not planned|no plans"
    r"|one ?off)\b"
)
_WHEN_NEEDED = re.compile(
    r"\b(?:as|when) (?:required|needed)\b|\bas per changes\b|\bad ?hoc\b|\bwhenever\b|\bin response\b"
)
_STEP_WORDS = re.compile(
    r"\b(real ?time|hourly|daily|weekly|fortnightly|monthly|quarterly|yearly|annual(?:ly)?|biennial(?:ly)?"
    r"|irregular(?:ly)?)\b"
)
#: Beyond this a text tells more than a frequency, and one word of it must not stand for the whole.
_MAX_PHRASE = 90


def frequency_from(raw: object) -> Frequency | None:
    """The frequency meant by ISO 8601 ('R/P1M'), a URI, a code of ISO 19115, or English words; None when none is."""
    return _frequency(raw[: MAX_TERM * 2]) if isinstance(raw, str) and raw else None


@lru_cache(maxsize=8_192)
def _frequency(raw: str) -> Frequency | None:
    key = term_key(uri_tail(raw) or raw)
    known = _SPELLINGS.get(key.replace("-", " ").replace("_", " "))
    if known is not None or not key:
        return known
    return _from_duration(key) or _from_words(key.replace("-", " ").replace("_", " ").replace("’", "'"))


def _from_duration(key: str) -> Frequency | None:
    """'r/p3m' and 'p1y': the time between two updates."""
    duration = _DURATION.match(key)
    if not duration:
        return None
    return _step(sum(_number(part) * days for part, days in zip(duration.groups(), _DAYS, strict=True)))


def _from_words(key: str) -> Frequency | None:
    every = _EVERY.match(key)
    if every:
        unit = _ADVERBS.get(every[2], every[2]).removesuffix("s")
        return _step(_number(every[1] or "1") * _UNITS[unit])
    times = _TIMES.match(key)
    if times:
        count = {"once": 1.0, "twice": 2.0, "thrice": 3.0}.get(times[1]) or _number(times[1].split()[0])
        return _step(_UNITS[times[2]] / count) if count else None
    if _WEEKDAY.match(key):
        return Frequency.WEEKLY
    if _ENDED.search(key):
        return Frequency.NEVER
    if len(key) > _MAX_PHRASE:
        return None
    inside = _DURATION_IN_TEXT.findall(key)
    if len(inside) == 1:
        return _from_duration(inside[0])
    steps = {_SPELLINGS[word] for word in _STEP_WORDS.findall(key)}
    if _WHEN_NEEDED.search(key):
        return None if steps else Frequency.AS_NEEDED
    return steps.pop() if len(steps) == 1 else None


def _number(text: str | None) -> float:
    if not text:
        return 0.0
    if text in _NUMBERS:
        return _NUMBERS[text]
    try:
        return float(text)
    except ValueError:  # '1.2.3'
        return 0.0


def _step(days: float) -> Frequency | None:
    """The step of our list for a period of so many days, else the next rarer one."""
    if days <= 0:
        return None
    if days <= 1 / 1440:
        return Frequency.CONTINUOUS
    for frequency, period in PERIODS.items():
        if period is not None and days <= period.total_seconds() / 86400 and frequency is not Frequency.CONTINUOUS:
            return frequency
    return None


def eu_uri(frequency: Frequency) -> str:
    """The term of the EU frequency authority table."""
    return f"{EU_AUTHORITY}frequency/{_EU[frequency]}"


def iso8601(frequency: Frequency) -> str:
    """The repeating interval as DCAT-US writes it ('R/P1M'), or its word 'irregular'; '' where neither fits."""
    return str(_ISO[frequency])
