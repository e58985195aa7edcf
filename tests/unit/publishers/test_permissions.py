"""The whole matrix of person, verb and publisher, against the one place that answers."""

import pytest

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.enums import Role
from publishers.models import Publisher
from publishers.permissions import ROLE_PERMISSIONS, Permission, has_permission, publisher_ids_with
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.permission_matrix import MATRIX, VERBS, World

pytestmark = pytest.mark.django_db


def test_the_matrix_has_every_verb_and_every_role():
    assert set(VERBS) == set(Permission)
    assert set(Role.values) <= set(MATRIX)
    assert set(ROLE_PERMISSIONS) == set(Role)


@pytest.mark.parametrize("who", MATRIX)
def test_a_person_may_do_what_the_matrix_says_and_no_more(who):
    world = World()
    user = world.person(who)
    found = {
        verb: "".join(letter for letter, publisher in world.publishers.items() if has_permission(user, verb, publisher))
        for verb in VERBS
    }
    assert found == MATRIX[who]


@pytest.mark.parametrize("who", MATRIX)
def test_the_publishers_a_person_may_act_for_are_those_of_the_matrix(who):
    world = World()
    user = world.person(who)
    for verb in VERBS:
        ids = publisher_ids_with(user, verb)
        if ids is None:
            assert MATRIX[who][verb] == "aordx"
        else:
            assert ids == {world.publishers[letter].id for letter in MATRIX[who][verb]}


@pytest.mark.parametrize("who", MATRIX)
def test_drafts_are_visible_and_editable_as_the_matrix_says(who):
    world = World()
    user = world.person(who)
    drafts = {dataset(publisher, state=State.DRAFT).id: letter for letter, publisher in world.publishers.items()}

    def letters(found) -> set[str]:
        return {drafts[dataset_id] for dataset_id in found.values_list("id", flat=True)}

    assert letters(Dataset.objects.visible_to(user)) == set(MATRIX[who][Permission.VIEW_UNPUBLISHED])
    assert letters(Dataset.objects.editable_by(user)) == set(MATRIX[who][Permission.EDIT_DATASET])


def test_permissions_are_asked_in_two_queries_however_often(django_assert_num_queries):
    user = officer(PublisherFactory(), Role.ADMINISTRATOR)
    PublisherFactory.create_batch(3, parent=PublisherFactory())
    with django_assert_num_queries(2):
        for verb in VERBS:
            publisher_ids_with(user, verb)


def test_a_tree_tied_into_a_loop_gives_no_more_than_its_members():
    first = PublisherFactory()
    second = PublisherFactory(parent=first)
    outside = PublisherFactory()
    Publisher.objects.filter(id=first.id).update(parent=second)
    user = officer(first)
    assert publisher_ids_with(user, Permission.EDIT_DATASET) == {first.id, second.id}
    assert not has_permission(user, Permission.EDIT_DATASET, outside)
