"""The five stars of open data (Tim Berners-Lee), with the licence told apart from the format. Pure.

Stars of a format are a column of `vocabularies/data/formats.json`. The best file counts; one whose link is known not
to work counts for nothing. Without an open licence data has no star, whatever its format: since that hides what a
publisher has achieved, the stars that the format alone would earn are given beside it. The fifth star asks for links
to other people's data, which only the data itself can show: formats of linked data are taken at their word.
"""

from dataclasses import dataclass
from typing import Final

from catalogue.enums import Access, ResourceKind
from catalogue.quality.facts import NOT_WORKING, DatasetFacts, ResourceFacts
from catalogue.vocabularies.formats import FORMATS

#: What each number of stars means.
MEANINGS: Final = (
    "Not open, or not to be had",
    "On the web under an open licence, in any format",
    "Software can read it",
    "In an open format as well",
    "Things have addresses of their own on the web",
    "Linked to other people's data",
)

_FIX_FORMAT: Final = "Offer the data as CSV, or in another open format that software can read."


@dataclass(frozen=True, slots=True)
class Stars:
    stars: int | None
    """0 to 5; None where the question doesn't arise: nobody asks it of data that isn't open."""
    format_stars: int | None
    """What the format alone would earn under an open licence."""
    reason: str
    fix: str = ""
    field: str = ""
    evidence: tuple[str, ...] = ()
    """Ids of the resources that the reason speaks of."""


def stars_of(facts: DatasetFacts) -> Stars:
    if facts.access != Access.OPEN:
        return Stars(None, None, "The stars are asked of open data only.")
    if not facts.offers_files:
        return Stars(None, None, "A series has its files in its members.")
    data = [resource for resource in facts.resources if resource.is_data]
    if not data:
        return Stars(0, 0, "No data is linked.", "Link to the data itself.", "resources")
    earned, best = max(((_stars_of_file(resource), resource) for resource in data), key=lambda each: each[0])
    about = _about(best, earned)
    if not facts.licence_is_open:
        lack = "no licence is given" if not facts.licence else f"“{facts.licence_title or facts.licence}” isn't open"
        reason = f"{about}, but {lack}: without an open licence there is no star."
        fix = "Publish it under an open licence, such as the Open Government Licence."
        return Stars(0, earned, reason, fix, "licence", (best.id,))
    if not earned:
        fix = "Mend the link to the data." if best.link in NOT_WORKING else _FIX_FORMAT
        return Stars(0, 0, f"{about}.", fix, "resources", (best.id,))
    fix = _FIX_FORMAT if earned < 3 else ""
    if earned == 3:
        fix = "Give the things in the data addresses of their own, and offer it as linked data (RDF)."
    return Stars(earned, earned, f"{about}, under an open licence.", fix, "resources", (best.id,))


def format_stars_of(code: str) -> int:
    """Stars of a format alone; one where we don't know it, since something is there at least."""
    known = FORMATS.get(code)
    return known.stars if known else 1


def _stars_of_file(resource: ResourceFacts) -> int:
    if resource.link in NOT_WORKING:
        return 0
    code = resource.format or ("API" if resource.kind == ResourceKind.API else "")
    return format_stars_of(code)


def _about(best: ResourceFacts, earned: int) -> str:
    if best.link in NOT_WORKING:
        return f"The link to “{best.label}” doesn't work" if best.label else "The link doesn't work"
    if not best.format:
        return "Its format isn't known"
    return f"The best format is {best.format}, which isn't data" if not earned else f"The best format is {best.format}"
