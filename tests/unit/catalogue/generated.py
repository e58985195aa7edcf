"""Entries of every kind that Hypothesis can think of, with texts as the catalogue holds them."""

import datetime
import string
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from catalogue.enums import (
    Access,
    Classification,
    DatasetKind,
    Frequency,
    PersonalData,
    ResourceKind,
    ServiceStatus,
    ServiceType,
)
from catalogue.models import Dataset, Licence, Topic
from catalogue.plain import clean_text
from catalogue.serializers.entries import Entry, Series
from catalogue.vocabularies.formats import FORMATS
from catalogue.vocabularies.languages import LANGUAGES
from catalogue.vocabularies.licences import LICENCES
from catalogue.vocabularies.topics import TOPICS
from catalogue.web_addresses import clean_url
from publishers.models import Publisher

SITE = "https://data.example"
PUBLISHER = Publisher(id=UUID(int=7), slug="agency", title="Rivers Agency", contact_email="ask@rivers.example")
MADE = datetime.datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=datetime.UTC)

LINES = st.text(max_size=60).map(lambda text: clean_text(text, max_length=60))
PROSE = st.text(max_size=200).map(lambda text: clean_text(text, max_length=200, keep_lines=True))
SOME = LINES.filter(bool)
#: Among others with characters that RDF's grammars refuse.
ADDRESS = st.text(string.ascii_letters + string.digits + "/?&=#%|[]~:;éß ", max_size=25).map(
    lambda text: clean_url(f"https://data.example/{text}") or "https://data.example/"
)
DAY = st.dates(datetime.date(1000, 1, 1), datetime.date(2200, 1, 1))
DEGREES = st.floats(-180, 180).map(lambda number: round(number, 6))
LATITUDE = st.floats(-90, 90).map(lambda number: round(number, 6))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), SOME),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SOME, inner, max_size=3)),
    max_leaves=6,
)
EMAIL = st.builds("{}@{}.example".format, st.text("abc'+._-", min_size=1, max_size=8), st.text("abc", min_size=1))


def unique(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3, unique=True).map(tuple)


def maybe(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), items)


RESOURCES = st.builds(
    ResourceDraft,
    url=ADDRESS,
    id=st.uuids(),
    kind=st.sampled_from(ResourceKind),
    title=LINES,
    description=PROSE,
    format=st.one_of(st.just(""), st.sampled_from(sorted(FORMATS)), SOME),
    format_text=LINES,
    media_type=st.one_of(st.just(""), st.sampled_from(["text/csv", "application/vnd.ms-excel"]), SOME),
    size_bytes=st.one_of(st.none(), st.integers(0, 2**60)),
    checksum=st.one_of(st.just(""), st.just("sha1:00ff"), SOME),
    conforms_to=st.one_of(st.just(""), SOME, ADDRESS),
    issued=st.none() | DAY,
    modified=st.none() | DAY,
    period_text=LINES,
    extras=st.dictionaries(SOME, JSON, max_size=3),
)


@st.composite
def drafts(draw: st.DrawFn) -> DatasetDraft:
    kind = draw(st.sampled_from(DatasetKind))
    south, north = sorted((draw(LATITUDE), draw(LATITUDE)))
    box = {"west": draw(DEGREES), "south": south, "east": draw(DEGREES), "north": north} if draw(st.booleans()) else {}
    start, end = sorted((draw(DAY), draw(DAY)))
    texts = st.fixed_dictionaries({}, optional={"title": SOME, "description": PROSE.filter(bool)}).filter(bool)
    return DatasetDraft(
        title=draw(SOME),
        publisher_id=PUBLISHER.id,
        name=draw(st.text("abc-", min_size=2, max_size=9)),
        kind=kind,
        alternative_titles=draw(unique(SOME)),
        description=draw(PROSE),
        translations=draw(st.dictionaries(st.sampled_from(["cy", "gd", "en"]), texts, max_size=2)),
        identifiers=draw(unique(SOME)),
        version_label=draw(LINES),
        version_notes=draw(PROSE),
        in_series_id=draw(st.none() | st.uuids()),
        creator=draw(LINES),
        contact_name=draw(LINES),
        contact_email=draw(maybe(EMAIL)),
        contact_phone=draw(LINES),
        contact_url=draw(maybe(ADDRESS)),
        foi_name=draw(LINES),
        foi_email=draw(maybe(EMAIL)),
        foi_phone=draw(LINES),
        foi_url=draw(maybe(ADDRESS)),
        topic_id=draw(st.sampled_from([None, *(topic.slug for topic in TOPICS)])),
        tags=draw(unique(SOME)),
        languages=draw(unique(st.sampled_from(sorted(LANGUAGES)))),
        landing_page=draw(maybe(ADDRESS)),
        conforms_to=draw(unique(st.one_of(SOME, ADDRESS))),
        related_links=draw(unique(ADDRESS)),
        provenance=draw(PROSE),
        service_status=draw(st.sampled_from(["", *ServiceStatus.values])),
        service_type=draw(st.sampled_from(["", *ServiceType.values])),
        endpoint_url=draw(maybe(ADDRESS)),
        endpoint_description=draw(maybe(ADDRESS)),
        licence_id=draw(st.sampled_from([None, *LICENCES])),
        licence_text=draw(PROSE),
        personal_data=draw(st.sampled_from(["", *PersonalData.values])),
        access=draw(st.sampled_from(Access)),
        access_reason=draw(PROSE),
        planned_release=draw(LINES),
        rights=draw(PROSE),
        classification=draw(st.sampled_from(Classification)),
        frequency=draw(st.sampled_from(Frequency)),
        issued=draw(st.none() | DAY),
        issued_text=draw(LINES),
        modified=draw(st.none() | DAY),
        modified_text=draw(LINES),
        temporal_start=draw(st.sampled_from([None, start])),
        temporal_end=draw(st.sampled_from([None, end])),
        temporal_text=draw(LINES),
        places=draw(unique(SOME)),
        extras=draw(st.dictionaries(SOME, JSON, max_size=4)),
        resources=draw(st.lists(RESOURCES, max_size=4, unique_by=lambda one: one.id).map(tuple)),
        **box,
    )


def entry_of(draft: DatasetDraft) -> Entry:
    """The entry as the database would give it."""
    own = {name: getattr(draft, name) for name in DATASET_FIELDS if name not in ("topic_id", "licence_id")}
    dataset = Dataset(id=uuid4(), name=draft.name, created_at=MADE, modified_at=MADE, **own)
    dataset.publisher = PUBLISHER
    if draft.topic_id:
        dataset.topic = Topic(slug=draft.topic_id, title=draft.topic_id.title())
    if draft.licence_id:
        known = LICENCES[draft.licence_id]
        dataset.licence = Licence(code=known.code, title=known.title, url=known.url, is_open=known.is_open)
    rows = [{"id": one.id, **{name: getattr(one, name) for name in RESOURCE_FIELDS}} for one in draft.resources]
    series = Series(draft.in_series_id, "All counts", draft.description) if draft.in_series_id else None
    return Entry(dataset, rows, 50, series)
