"""Reads: one named function for all that a page or an API answer needs, so that nothing fetches row by row."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalogue.enums import DatasetKind, RollupScope, State, Visibility
from catalogue.models import Change, Dataset, DatasetName, PastIdentifier, Resource, Revision, Topic
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from catalogue.quality import rollups
from catalogue.quality.figures import Figures as QualityFigures
from catalogue.serializers import page_rows
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with
from publishers.queries import publisher_named

Reader = User | AnonymousUser


def with_page_relations(datasets: QuerySet[Dataset], user: Reader) -> QuerySet[Dataset]:
    """All that a dataset's page and every serializer reads, in three queries however many datasets.

    One more where some are in series: of a series that `user` may not see an entry says nothing.
    """
    return datasets.select_related("publisher", "publisher__parent", "topic", "licence", "quality").prefetch_related(
        Prefetch("resources", Resource.objects.select_related("link").order_by("position", "id")),
        _series_visible_to(user),
    )


def _series_visible_to(user: Reader) -> Prefetch:
    series = Dataset.objects.visible_to(user).filter(kind=DatasetKind.SERIES).order_by().only("id", "name", "title")
    return Prefetch("in_series", series)


def dataset_for_page(dataset_id: UUID, user: Reader) -> Dataset | None:
    """The dataset with all that its page shows, if `user` may see it."""
    if not user.is_authenticated:
        dataset = page_rows.public_dataset(dataset_id)
        if dataset and dataset.in_series_id:
            prefetch_related_objects([dataset], _series_visible_to(user))
        return dataset
    found = with_page_relations(Dataset.objects.visible_to(user), user).filter(id=dataset_id)
    # Not `first`: to put one row of two hundred columns in order takes Django as long as to draw the page
    return next(iter(found.order_by()), None)


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


def dataset_at(words: str, user: Reader) -> Dataset | None:
    """The entry that the address of its page, its UUID or a name means, if `user` may see it."""
    key = re.sub(r"^.*/dataset/", "", words.strip()).split("/")[0].split("?")[0]
    dataset_id = dataset_id_of(key)
    return Dataset.objects.visible_to(user).filter(id=dataset_id).first() if dataset_id else None


#: Entries that share an identifier and are named to whoever asks for it.
_MOST_SHARING = 50


def datasets_identified(key: str, user: Reader) -> list[Dataset]:
    """The entries, visible to `user` or withdrawn after all could see them, that this identifier means.

    One by its UUID or a name that it has or had, or by a file's UUID; else all that have it at their source or among
    their identifiers, where a DOI counts in each of its spellings; else all that had it once.
    """
    if named := dataset_named(key, user):
        return [named]
    spellings = [key]
    if doi := re.fullmatch(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", key, re.IGNORECASE):
        spellings = [f"{start}{doi[1]}" for start in ("", "doi:", "https://doi.org/", "http://dx.doi.org/")]
    has = Q(origin_id=key) | Q(identifiers__overlap=spellings)
    if re.fullmatch(UUID_PATTERN, key, re.IGNORECASE):
        has |= Q(resources=UUID(key))
        spellings = [key.lower()]
    had = PastIdentifier.objects.filter(identifier__in=spellings).values_list("dataset_id", flat=True)
    for condition in (lambda: has, lambda: Q(id__in=list(had[:_MOST_SHARING]))):
        for datasets in (Dataset.objects.visible_to(user), Dataset.objects.tombstones()):
            # By ids, for to tell whole rows apart costs the more the longer they are
            ids = datasets.filter(condition()).order_by().values("id").distinct()
            found = list(Dataset.objects.filter(id__in=ids).select_related("publisher")[:_MOST_SHARING])
            if found:
                return found
    return []


def recent_datasets(user: Reader, *, limit: int, publisher: Publisher | None = None) -> list[Dataset]:
    """The most recently changed datasets, of one publisher or of all: as much of them as a list of links shows."""
    datasets = Dataset.objects.visible_to(user).order_by("-modified_at", "-id")
    if publisher is None:
        others = datasets.select_related("publisher").only(*page_rows.LISTED, "publisher__title", "publisher__slug")
        return list(others[:limit])
    return _of_publisher(datasets, publisher, limit)


def others_of_publisher(dataset: Dataset, user: Reader) -> list[Dataset]:
    """The most recently changed datasets of the same publisher, a few of them."""
    if not user.is_authenticated:
        return page_rows.others_of_publisher(dataset)
    others = Dataset.objects.visible_to(user).exclude(id=dataset.id).order_by("-modified_at", "-id")
    return _of_publisher(others, dataset.publisher, page_rows.OTHERS)


def _of_publisher(datasets: QuerySet[Dataset], publisher: Publisher, limit: int) -> list[Dataset]:
    own = list(datasets.filter(publisher=publisher).only(*page_rows.LISTED)[:limit])
    for dataset in own:
        dataset.publisher = publisher
    return own


#: Of the newest datasets so many are looked through for different publishers.
_LOOKED_THROUGH = 100


def recent_of_several_publishers(user: Reader, *, limit: int) -> list[Dataset]:
    """The most recently changed dataset of each of `limit` publishers: one harvest doesn't fill the whole list."""
    newest: dict[UUID, Dataset] = {}
    for dataset in recent_datasets(user, limit=_LOOKED_THROUGH):
        newest.setdefault(dataset.publisher_id, dataset)
    return list(newest.values())[:limit]


def datasets_for_feed(*, limit: int, publisher: Publisher | None = None) -> list[Dataset]:
    """What anybody may see, the most recently changed first: of one publisher or of all."""
    datasets = Dataset.objects.public().select_related("publisher").order_by("-modified_at", "-id")
    return list((datasets.filter(publisher=publisher) if publisher else datasets)[:limit])


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
    as_of: datetime.datetime

    @property
    def working_share(self) -> float | None:
        """Percentage of checked links that work."""
        return 100 * self.links_working / self.links_checked if self.links_checked else None


def figures() -> Figures:
    """As they were last rolled up, a minute or so ago."""
    standing = rollups.standing()
    found = standing.figures
    return Figures(
        datasets=found.datasets,
        publishers=rollups.publishers_with_datasets(),
        resources=found.resources,
        links_checked=found.links_checked,
        links_working=found.links_working,
        links_broken=found.links_broken,
        average_score=found.mean_score,
        as_of=standing.as_of,
    )


def topics_with_counts() -> list[Topic]:
    """Every topic with `dataset_count`."""
    counts = rollups.standings(RollupScope.TOPIC)
    topics = list(Topic.objects.all())
    for topic in topics:
        found = counts.get(topic.slug)
        topic.dataset_count = found.figures.datasets if found else 0  # type: ignore[attr-defined]
    return topics


def publishers_with_counts(parent: Publisher | None = None) -> list[Publisher]:
    """Active publishers by title, each with `dataset_count`, `average_score`, `links_checked` and `broken_links`;
    those without datasets too. Of all, or of those right below `parent`. Few queries, whatever their number."""
    active = Publisher.objects.active().select_related("parent").order_by("title")
    publishers = list(active.filter(parent=parent) if parent else active)
    keys = [str(publisher.id) for publisher in publishers] if parent else None
    standings = rollups.standings(RollupScope.PUBLISHER, keys)
    for publisher in publishers:
        found = standings.get(str(publisher.id))
        figures = found.figures if found else QualityFigures()
        publisher.dataset_count, publisher.average_score = figures.datasets, figures.mean_score
        publisher.links_checked, publisher.broken_links = figures.links_checked, figures.links_broken
    return publishers


def datasets_lacking(
    key: str,
    *,
    publisher: Publisher | None = None,
    topic: Topic | None = None,
    after: tuple[int, UUID] | None = None,
) -> QuerySet[Dataset]:
    """Public datasets that don't, or not wholly, meet a quality criterion, the worst first, then by id.

    `after`: score and id of the last one seen, to go on from there: any number of them can be read to the end.
    """
    datasets = Dataset.objects.public().filter(quality__marks__overlap=[f"{key}:unmet", f"{key}:partly"])
    if publisher:
        datasets = datasets.filter(publisher=publisher)
    if topic:
        datasets = datasets.filter(topic=topic)
    if after:
        score, last = after
        # Said twice, so that an index is entered at the score
        datasets = datasets.filter(quality__score__gte=score)
        datasets = datasets.filter(Q(quality__score__gt=score) | Q(quality__dataset_id__gt=last))
    shown = ("id", "name", "title", "publisher__title", "publisher__slug")
    reported = ("quality__score", "quality__band", "quality__results", "quality__scored_at", "quality__rules_version")
    return (
        datasets.select_related("publisher", "quality")
        .only(*shown, *reported)
        .order_by("quality__score", "quality__dataset_id")
    )


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
    return (
        Change.objects.filter(position=None).exists()
        or unnoted_releases(now=timezone.now()).exists()
        or Publisher.objects.filter(is_renamed=True).exists()
    )


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


def _told_of() -> tuple[QuerySet[Dataset], QuerySet[Dataset]]:
    """The entries of whose changes anybody may hear: those that anybody may see, and those that anybody could once."""
    return Dataset.objects.public(), Dataset.objects.tombstones()


def told_in_public(dataset_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these entries of whose changes anybody may hear."""
    ids = set(dataset_ids)
    return {key for some in _told_of() for key in some.filter(id__in=ids).values_list("id", flat=True)}


def public_changes(*, since: int) -> QuerySet[Change]:
    """Changes after a position of which anybody may hear."""
    now, once = (Exists(some.filter(id=OuterRef("dataset_id"))) for some in _told_of())
    return Change.objects.filter(position__gt=since).filter(now | once)
