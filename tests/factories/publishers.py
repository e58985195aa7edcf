"""Publishers and people: plain, unsurprising."""

import factory

from publishers.enums import Role
from publishers.models import Membership, Publisher, User

#: Numbers of one width: that 10 is sorted before 9, and is longer, must not hang on how many tests came before.
FIRST_NUMBER = 10_001


class PublisherFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Publisher

    slug = factory.Sequence(lambda n: f"publisher-{FIRST_NUMBER + n}")
    title = factory.Sequence(lambda n: f"Publisher {FIRST_NUMBER + n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{FIRST_NUMBER + n}@example.gov.uk")
    name = factory.Sequence(lambda n: f"Person {FIRST_NUMBER + n}")
    password = factory.django.Password("correct horse")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    publisher = factory.SubFactory(PublisherFactory)
    role = Role.EDITOR


def officer(publisher: Publisher, role: Role = Role.EDITOR) -> User:
    """Someone who works for this publisher."""
    return MembershipFactory(publisher=publisher, role=role).user
