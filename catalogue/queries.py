"""Reads: one named function for all that a page or an API answer needs, so that nothing fetches row by row."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.db.models import Avg, Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalogue.enums import BROKEN_LINK_STATES, LinkState, State, Visibility
from catalogue.models import Change, Dataset, DatasetName, LinkCheck, Resource, Revision, Topic
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with
from publishers.queries import publisher_named

#: How long figures of the whole catalogue may be old, in seconds.
FIGURES_AGE = 60

Reader = User | AnonymousUser


def with_page_relations(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """All that a dataset's page and every serializer reads, in three queries however many datasets."""
    return datasets.select_related(
        "publisher", "publisher__parent", "topic", "licence", "quality", "in_series", "replaced_by"
    ).prefetch_related(Prefetch("resources", Resource.objects.select_related("link").order_by("position", "id")))


def dataset_for_page(dataset_id: UUID, user: Reader) -> Dataset | None:
    """The dataset with all that its page shows, if `user` may see it."""
    return with_page_relations(Dataset.objects.visible_to(user)).filter(id=dataset_id).first()


def tombstone_for_page(dataset_id: UUID) -> Dataset | None:
    """A withdrawn entry that was public once."""
    return Dataset.objects.tombstones().select_related("publisher", "replaced_by").filter(id=dataset_id).first()


def dataset_id_of(key: str) -> UUID | None:
    """The UUID that this is, or that of the dataset which has, or once had, this name.

    Says nothing of whether the dataset may be seen, or for a UUID of whether there is one.
    """
    if re.fullmatch(UUID_PATTERN, key, re.IGNORECASE):
        return UUID(key)
    if not re.fullmatch(NAME_PATTERN, key):
        return None
    return DatasetName.objects.filter(name=key).values_list("dataset_id", flat=True).first()


def dataset_named(name: str, user: Reader) -> Dataset | None:
    """The dataset that has, or once had, this name, if `user` may see it or its tombstone."""
    dataset_id = dataset_id_of(name)
    if dataset_id is None:
        return None
    visible = Dataset.objects.visible_to(user).filter(id=dataset_id).first()
    return visible or Dataset.objects.tombstones().filter(id=dataset_id).first()


def recent_datasets(
    user: Reader, *, limit: int, publisher: Publisher | None = None, besides: UUID | None = None
) -> list[Dataset]:
    """The most recently changed datasets, of one publisher or of all."""
    datasets = Dataset.objects.visible_to(user).select_related("publisher").order_by("-modified_at", "-id")
    if publisher:
        datasets = datasets.filter(publisher=publisher)
    if besides:
        datasets = datasets.exclude(id=besides)
    return list(datasets.defer("description", "extras", "translations")[:limit])


def revisions_visible_to(dataset: Dataset, user: Reader) -> QuerySet[Revision]:
    """The versions of a dataset that `user` could have read when they stood, newest first.

    What an entry said while it was a draft, or for officials alone, stays theirs after it is published.
    """
    revisions = Revision.objects.filter(dataset=dataset)
    own = publisher_ids_with(user, Permission.VIEW_UNPUBLISHED)
    if own is None or dataset.publisher_id in own:
        return revisions
    seen = (
        [Visibility.PUBLIC, Visibility.OFFICIALS] if user.is_authenticated and user.is_active else [Visibility.PUBLIC]
    )
    readable = revisions.filter(
        Q(snapshot__state=State.PUBLISHED, snapshot__visibility__in=seen)
        | Q(snapshot__isnull=True, created_at__gte=dataset.published_at or timezone.now())
    )
    if dataset.release_at is None:
        return readable
    stood = readable.filter(created_at__lte=dataset.release_at).order_by("-number").values("number")[:1]
    return readable.filter(number__gte=Coalesce(Subquery(stood), 0))


def publisher_titles(ids: Iterable[str]) -> dict[str, str]:
    """Title by id."""
    return {str(key): title for key, title in Publisher.objects.filter(id__in=ids).values_list("id", "title")}


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole catalogue in numbers, as anybody may see it."""

    datasets: int
    publishers: int
    resources: int
    links_checked: int
    links_working: int
    links_broken: int
    average_score: float | None
    newest: datetime.datetime | None

    @property
    def working_share(self) -> float | None:
        """Percentage of checked links that work."""
        return 100 * self.links_working / self.links_checked if self.links_checked else None


def figures() -> Figures:
    """Counted at most once a minute."""
    found = cache.get("figures")
    if found is None:
        public = Dataset.objects.public()
        about = public.aggregate(
            datasets=Count("id"),
            publishers=Count("publisher", distinct=True),
            average_score=Avg("quality__score"),
            newest=Max("modified_at"),
        )
        links = LinkCheck.objects.filter(resource__dataset__in=public).aggregate(
            resources=Count("resource_id"),
            links_checked=Count("resource_id", filter=~Q(state__in=[LinkState.UNCHECKED, LinkState.UNKNOWN])),
            links_working=Count("resource_id", filter=Q(state=LinkState.OK)),
            links_broken=Count("resource_id", filter=Q(state__in=BROKEN_LINK_STATES)),
        )
        found = Figures(**about, **links)
        cache.set("figures", found, FIGURES_AGE)
    return found


def topics_with_counts() -> list[Topic]:
    """Every topic with `dataset_count`, counted at most once a minute."""
    counts = cache.get("topic-counts")
    if counts is None:
        counts = dict(Dataset.objects.public().order_by().values_list("topic").annotate(Count("id")))
        cache.set("topic-counts", counts, FIGURES_AGE)
    topics = list(Topic.objects.all())
    for topic in topics:
        topic.dataset_count = counts.get(topic.slug, 0)  # type: ignore[attr-defined]
    return topics


def publishers_with_counts() -> list[Publisher]:
    """Active publishers by title, each with `dataset_count`, `average_score`, `links_checked` and `broken_links`;
    those without datasets too. Three queries, whatever their number; figures at most a minute old."""
    stats = cache.get("publisher-stats")
    if stats is None:
        public = Dataset.objects.public()
        stats = {
            row["publisher"]: (row["count"], row["score"])
            for row in public.order_by().values("publisher").annotate(count=Count("id"), score=Avg("quality__score"))
        }
        links = {
            row["resource__dataset__publisher"]: (row["checked"], row["broken"])
            for row in LinkCheck.objects.filter(resource__dataset__in=public)
            .values("resource__dataset__publisher")
            .annotate(
                checked=Count("resource_id", filter=~Q(state__in=[LinkState.UNCHECKED, LinkState.UNKNOWN])),
                broken=Count("resource_id", filter=Q(state__in=BROKEN_LINK_STATES)),
            )
        }
        stats = {key: (*value, *links.get(key, (0, 0))) for key, value in stats.items()}
        cache.set("publisher-stats", stats, FIGURES_AGE)
    publishers = list(Publisher.objects.active().select_related("parent").order_by("title"))
    for publisher in publishers:
        found = stats.get(publisher.id, (0, None, 0, 0))
        publisher.dataset_count, publisher.average_score, publisher.links_checked, publisher.broken_links = found
    return publishers


@dataclass(frozen=True, slots=True)
class PublisherFigures:
    """One publisher's public datasets in numbers."""

    datasets: int
    average_score: float | None
    links_checked: int
    links_working: int
    links_broken: int


def publisher_figures(publisher: Publisher) -> PublisherFigures:
    """Its own public datasets, without those of the bodies below it."""
    public = Dataset.objects.public().filter(publisher=publisher)
    about = public.aggregate(datasets=Count("id"), average_score=Avg("quality__score"))
    links = LinkCheck.objects.filter(resource__dataset__in=public).aggregate(
        links_checked=Count("resource_id", filter=~Q(state__in=[LinkState.UNCHECKED, LinkState.UNKNOWN])),
        links_working=Count("resource_id", filter=Q(state=LinkState.OK)),
        links_broken=Count("resource_id", filter=Q(state__in=BROKEN_LINK_STATES)),
    )
    return PublisherFigures(**about, **links)


def band_counts() -> dict[str, int]:
    """How many public datasets stand in each quality band; at most a minute old."""
    counts = cache.get("band-counts")
    if counts is None:
        counts = dict(Dataset.objects.public().order_by().values_list("quality__band").annotate(Count("id")))
        counts.pop(None, None)
        cache.set("band-counts", counts, FIGURES_AGE)
    return counts


@dataclass(frozen=True, slots=True)
class CriterionShare:
    """How many public datasets meet one quality criterion."""

    key: str
    title: str
    met_percent: int
    out_of: int
    fix: str


_CRITERIA = """
    SELECT result->>'key', max(result->>'title'), max((result->>'out_of')::numeric),
           count(*) FILTER (WHERE result->>'state' = 'met'), count(*),
           mode() WITHIN GROUP (ORDER BY result->>'fix') FILTER (WHERE result->>'fix' <> '')
    FROM catalogue_qualityreport report, jsonb_array_elements(report.results) AS result
    WHERE result->>'state' <> 'unknown' AND report.dataset_id IN ({public})
    GROUP BY 1
"""

#: How long the criteria's shares may be old, in seconds: they read every report.
_CRITERIA_AGE = 600


def criteria_shares() -> list[CriterionShare]:
    """For each criterion the share of datasets that meet it, of those for which we know; least met first."""
    found = cache.get("criteria-shares")
    if found is None:
        sql, parameters = Dataset.objects.public().order_by().values("id").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_CRITERIA.format(public=sql), parameters)
            found = [
                CriterionShare(key, title, round(100 * met / known), int(out_of), fix or "")
                for key, title, out_of, met, known, fix in cursor.fetchall()
            ]
        found.sort(key=lambda criterion: (criterion.met_percent, criterion.title))
        cache.set("criteria-shares", found, _CRITERIA_AGE)
    return found


def publishers_for_api() -> QuerySet[Publisher]:
    """Publishers with their parent and `dataset_count`."""
    counts = (
        Dataset.objects.public()
        .filter(publisher=OuterRef("pk"))
        .order_by()
        .values("publisher")
        .annotate(count=Count("id"))
        .values("count")
    )
    publishers = Publisher.objects.select_related("parent")
    return publishers.annotate(dataset_count=Coalesce(Subquery(counts), 0))  # type: ignore[no-redef]


def publisher_for_api(slug: str) -> Publisher | None:
    """The publisher that has, or once had, this slug."""
    found = publisher_named(slug)
    return publishers_for_api().get(pk=found.pk) if found else None


def resources_visible_to(user: Reader) -> QuerySet[Resource]:
    """Resources of the datasets that `user` may see, with their links."""
    visible = Dataset.objects.visible_to(user).order_by()
    return Resource.objects.filter(dataset__in=visible).select_related("link")


def some_change_waits_for_its_position() -> bool:
    """Whether a follower has to call the sequencer before it reads."""
    return Change.objects.filter(position=None).exists() or unnoted_releases(now=timezone.now()).exists()


def unnoted_releases(*, now: datetime.datetime) -> QuerySet[Dataset]:
    """Entries that became public by their release time alone, of which the change log doesn't speak yet.

    Only the last month's: whoever runs no follower for longer builds everything anew.
    """
    noted = Change.objects.filter(dataset_id=OuterRef("id"), at__gte=OuterRef("release_at"))
    return Dataset.objects.filter(
        ~Exists(noted),
        release_at__lte=now,
        release_at__gt=now - datetime.timedelta(days=31),
        state=State.PUBLISHED,
        visibility=Visibility.PUBLIC,
    )


def public_changes(*, since: int) -> QuerySet[Change]:
    """Changes of what anybody may see, or could once see, after a position."""
    return Change.objects.filter(position__gt=since).filter(
        Exists(Dataset.objects.public().filter(id=OuterRef("dataset_id")))
        | Exists(Dataset.objects.tombstones().filter(id=OuterRef("dataset_id")))
    )
