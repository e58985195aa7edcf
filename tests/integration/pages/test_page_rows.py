"""What statements written once read is what Django's own queries read."""

import datetime
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from catalogue import queries
from catalogue.enums import State, Visibility
from catalogue.models import Dataset, QualityReport, Resource
from catalogue.serializers import page_rows
from catalogue.serializers.dataset_rows import PublicRows
from services.ready_rows import LATE, ReadyRows, array_text
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()


def said(one: Model | None) -> dict[str, object] | None:
    """Every column that was read."""
    return one and {name: value for name, value in vars(one).items() if not name.startswith("_")}


def whole(one: Dataset) -> list[object]:
    resources = list(one.resources.all())
    return [
        said(one),
        *map(said, (one.publisher, one.publisher.parent, one.topic, one.licence, getattr(one, "quality", None))),
        [(said(each), said(each.link), each.dataset.name, each.link.resource.id) for each in resources],
    ]


def full_entry(**fields: object) -> Dataset:
    return dataset(
        PublisherFactory(title="Rivers Agency", parent=PublisherFactory(title="Rivers Department")),
        topic_id="environment",
        licence_id="uk-ogl",
        extras={"guid": "12"},
        tags=("salmon", "“eel”"),
        resources=(csv_file("https://rivers.example/b.csv"), csv_file("https://rivers.example/a.csv")),
        **fields,
    )


def test_anybodys_page_is_read_as_that_of_someone_who_has_signed_in(django_assert_num_queries):
    made = full_entry()
    expected = whole(queries.dataset_for_page(made.id, UserFactory()))

    with django_assert_num_queries(2):
        assert whole(queries.dataset_for_page(made.id, ANYBODY)) == expected
    assert len(expected[-1]) == 2


def test_what_an_entry_lacks_is_none_and_is_not_asked_for_again(django_assert_num_queries):
    made = dataset(PublisherFactory(parent=None), licence_id=None, topic_id=None, resources=())
    QualityReport.objects.all().delete()

    with django_assert_num_queries(2):
        found = queries.dataset_for_page(made.id, ANYBODY)
        lacking = (found.publisher.parent, found.topic, found.licence, getattr(found, "quality", None), found.in_series)
        assert (*lacking, list(found.resources.all())) == (None, None, None, None, None, [])


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": State.DRAFT},
        {"visibility": Visibility.OFFICIALS},
        {"release_at": datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)},
    ],
)
def test_what_anybody_may_not_see_is_not_read(hidden):
    seen, made = full_entry(), full_entry(name="hidden")
    Dataset.objects.filter(id=made.id).update(publisher=seen.publisher, **hidden)

    assert page_rows.public_dataset(made.id) is None
    assert page_rows.others_of_publisher(seen) == []
    rows = PublicRows(without=(), publisher=("slug",), topic=("title",))
    assert [one.id for one in rows.read([made.id, seen.id])] == [seen.id]


def test_an_entry_that_is_not_there_is_none():
    assert page_rows.public_dataset(uuid4()) is None


def test_the_others_of_a_publisher_are_those_that_django_finds(django_assert_num_queries):
    one = full_entry()
    for number in range(7):
        dataset(one.publisher, name=f"other-{number}")
    dataset(PublisherFactory(title="Another"), name="of-another")

    expected = list(Dataset.objects.filter(publisher=one.publisher).exclude(id=one.id).order_by("-modified_at", "-id"))
    with django_assert_num_queries(1):
        others = queries.others_of_publisher(one, ANYBODY)
        assert [(other.name, other.title, other.publisher.title) for other in others] == [
            (other.name, other.title, "Rivers Agency") for other in expected[:5]
        ]
    assert [other.id for other in queries.others_of_publisher(one, UserFactory())] == [other.id for other in others]


def test_a_column_that_was_left_out_is_fetched_when_it_is_asked_for(django_assert_num_queries):
    made = full_entry(description="Counts of salmon.")
    [found] = PublicRows(without=("description",), publisher=("slug",), topic=("title",)).read([made.id])

    with django_assert_num_queries(2):
        assert (found.description, found.publisher.title) == ("Counts of salmon.", "Rivers Agency")


def test_a_statement_is_asked_with_other_values_each_time():
    first, second = full_entry(), full_entry(name="second", title="Second")
    titles = ReadyRows(
        lambda key, now: Dataset.objects.public(now).filter(id=key).values_list("title"), key=UUID(int=1), now=LATE
    )

    now = datetime.datetime.now(datetime.UTC)
    assert [titles.read(key=each.id, now=now) for each in (second, first, second)] == [
        [("Second",)],
        [(first.title,)],
        [("Second",)],
    ]


def test_a_stand_in_that_the_statement_does_not_hold_is_told():
    rows = ReadyRows(lambda key: Resource.objects.values_list("id").order_by("id"), key=array_text([UUID(int=1)]))

    with pytest.raises(TypeError, match="The statement doesn't hold these as they were given: key"):
        rows.read(key="")
