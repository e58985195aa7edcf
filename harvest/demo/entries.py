"""The demo's entries: each family told for each publisher, place and period, in words and before any format."""

import dataclasses
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harvest.demo.columns import row_words
from harvest.demo.family import Family, Series, all_families
from harvest.demo.periods import AS_OF, Period, period_back
from harvest.demo.places import Place, place_of
from harvest.demo.profiles import PROFILES
from harvest.demo.publishers import ARIAN, DemoPublisher, demo_publishers

#: Shares of the entries that appear, vanish and change between edition 1 and edition 2.
ADDED_SHARE, REMOVED_SHARE, REVISED_SHARE = 0.02, 0.01, 0.05
REVISIONS = (
    "Revised on 14 November 2026: rows left out of the first release have been put back.",
    "Revised on 14 November 2026 after a reader pointed out that two columns had changed places.",
    "Revised on 14 November 2026 with the figures that arrived late.",
)
NAMES_ITS_PLACE = re.compile("{place}|{area}|{publisher}")


@dataclass(frozen=True, kw_only=True)
class DemoEntry:
    """One entry as its publisher would tell it. `opening` and `details` are its description, sentence by sentence."""

    publisher: DemoPublisher
    family: Family
    place: Place
    area: str
    period: Period
    name: str
    #: Place among the publisher's entries, from 0.
    order: int
    title: str
    opening: str
    details: tuple[str, ...]
    #: ISO 639-1 codes.
    languages: tuple[str, ...]
    rows: int
    is_revised: bool

    @property
    def seed(self) -> str:
        """Unlike any other entry's, and the same each time."""
        return f"{self.publisher.slug}/{self.name}"


def entries_of(publisher: DemoPublisher, *, edition: int) -> Iterator[DemoEntry]:
    """Yield the publisher's entries in an edition (1, or 2 for what a later harvest finds)."""
    order = 0
    for family in all_families():
        for step in range(family.held_by.get(publisher.slug, 0)):
            entry = _tell(publisher, family, step=step, order=order)
            order += 1
            lot = random.Random(f"{entry.seed}/edition").random()
            if lot < ADDED_SHARE:
                if edition > 1:
                    yield entry
            elif lot < ADDED_SHARE + REMOVED_SHARE:
                if edition == 1:
                    yield entry
            elif lot < ADDED_SHARE + REMOVED_SHARE + REVISED_SHARE and edition > 1:
                yield _revise(entry)
            else:
                yield entry


def _tell(publisher: DemoPublisher, family: Family, *, step: int, order: int) -> DemoEntry:
    place = place_of(publisher.slug)
    area = _area(family, place, step)
    period = period_back(family.series, newest_year=_newest_year(publisher, family), steps=step)
    distinguishing = area or (period.slug if _runs_in_time(family) else "")
    name = "-".join(filter(None, (family.key, _slug(distinguishing))))
    rng = random.Random(f"{publisher.slug}/{name}/words")
    rows = rng.randint(40, 320)
    elsewhere = dataclasses.replace(
        place,
        towns=tuple(town for town in place.towns if town != area),
        rivers=tuple(river for river in place.rivers if river != area),
    )
    words = row_words(rng, place=elsewhere, number=1) | {
        "place": place.name,
        "publisher": _in_a_sentence(publisher),
        "area": area,
        "period": period.label,
        "year": period.end.year,
        "last_year": period.end.year - 1,
        "count": rows,
        "few": rng.randint(3, 29),
        "share": rng.randint(41, 94),
    }
    turn = demo_publishers().index(publisher)
    details = sorted(rng.sample(range(len(family.details)), min(len(family.details), rng.randint(2, 4))))
    template = family.titles[turn % len(family.titles)]
    title = template.format(**words)
    if (
        PROFILES[publisher.slug].names_itself_in_titles
        and len(family.held_by) > 1
        and not NAMES_ITS_PLACE.search(template)
    ):
        title += f" – {place.name if publisher.kind == 'local-authority' else publisher.title}"
    opening = family.openings[(turn + step) % len(family.openings)].format(**words)
    languages: tuple[str, ...] = ("en",)
    if publisher.slug == ARIAN and family.welsh_title:
        welsh_title = family.welsh_title.format(**words)
        title, languages = rng.choice(
            ((welsh_title, ("cy",)), (f"{welsh_title} / {title}", ("cy", "en")), (title, ("en",)))
        )
        opening = f"{family.welsh_sentence} {opening}"
    profile = PROFILES[publisher.slug]
    is_untidy = rng.random() < profile.untidy_title_share
    return DemoEntry(
        publisher=publisher,
        family=family,
        place=_within(place, family, area),
        area=area,
        period=period,
        name=name,
        order=order,
        title=_untidy(title, rng) if is_untidy else title,
        opening=opening,
        details=tuple(family.details[index].format(**words) for index in details),
        languages=languages,
        rows=rows,
        is_revised=False,
    )


def _revise(entry: DemoEntry) -> DemoEntry:
    reason = random.Random(f"{entry.seed}/revision").choice(REVISIONS)
    return dataclasses.replace(entry, details=(*entry.details, reason), is_revised=True)


def _newest_year(publisher: DemoPublisher, family: Family) -> int:
    """Return the year that the newest entry tells of; a neglected list tells of the year it was last touched."""
    if _runs_in_time(family) or family.newest_year < AS_OF.year:
        return family.newest_year
    months = random.Random(f"{publisher.slug}/{family.key}/year").randint(*PROFILES[publisher.slug].months_behind)
    return family.newest_year - months // 12


def _area(family: Family, place: Place, step: int) -> str:
    areas = {
        Series.REGIONS: place.wards,
        Series.RIVERS: place.rivers,
        Series.TOWNS: place.towns,
        Series.SUBJECTS: family.subjects,
    }.get(family.series)
    return areas[step] if areas else ""


def _within(place: Place, family: Family, area: str) -> Place:
    """Narrow a place to one of its areas: a quarter of its width and height, always the same quarter."""
    if not area or family.series is Series.SUBJECTS:
        return place
    rng = random.Random(f"{place.name}/{area}")
    west, south, east, north = place.bbox
    width, height = (east - west) / 4, (north - south) / 4
    left, bottom = round(west + rng.uniform(0, 3) * width, 2), round(south + rng.uniform(0, 3) * height, 2)
    return dataclasses.replace(
        place,
        name=f"{area}, {place.name}",
        bbox=(left, bottom, round(left + width, 2), round(bottom + height, 2)),
        wards=(area,) if family.series is Series.REGIONS else place.wards,
        rivers=(area,) if family.series is Series.RIVERS else place.rivers,
    )


def _runs_in_time(family: Family) -> bool:
    return family.series in (Series.YEARS, Series.FISCAL_YEARS, Series.QUARTERS, Series.MONTHS)


def _untidy(title: str, rng: random.Random) -> str:
    return rng.choice(
        (
            title.upper(),
            re.sub(r"\W+", "_", title).strip("_") + "_FINAL",
            f"VoADC - {title}",
            f"{title} (updated)",
            title.lower(),
            f"  {title}  ",
        )
    )


def _in_a_sentence(publisher: DemoPublisher) -> str:
    title = publisher.title.rpartition(" / ")[2]
    return title if publisher.kind in ("local-authority", "public-corporation") else f"the {title}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
