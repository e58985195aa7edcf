"""The names of fields in `q` and `fq`: CKAN's own, and those that data.gov.uk's clients use."""

from typing import Final

from django.db.models import F, Func, IntegerField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf

from catalogue.api.ckan.query.fields import AnyText, Description, Field, Prose, Text, Title
from catalogue.api.ckan.query.values import (
    Constant,
    Each,
    Format,
    Identifier,
    Moment,
    Number,
    OfResources,
    OneOf,
    Term,
    YesOrNo,
)
from catalogue.enums import Access, ResourceKind, State, Visibility
from catalogue.models import Resource
from catalogue.vocabularies.topics import topic_from


def topics_called(text: str) -> tuple[str, ...]:
    return tuple(filter(None, {text, topic_from([text])}))


def number_of_resources() -> Func:
    own = Resource.objects.filter(dataset=OuterRef("pk")).order_by().values("dataset")
    counted = own.annotate(count=Func(Value(1), function="count", output_field=IntegerField())).values("count")
    return Coalesce(Subquery(counted), 0)


def number_of_tags() -> Func:
    return Func(F("tags"), function="cardinality", output_field=IntegerField())


#: The format as it is shown: the known one's code, else what the source wrote.
SHOWN_FORMAT: Final = Coalesce(NullIf(F("format"), Value("")), F("format_text"))

_topic = Term(F("topic_id"), topics_called)
_organisation = Text(F("publisher__slug"))
_metadata_modified = Moment(F("modified_at"))
_for_all = Q(visibility=Visibility.PUBLIC)
_metadata_created = Moment(F("created_at"))

FIELDS: Final[dict[str, Field]] = {
    "id": Identifier(F("id")),
    "name": Text(F("name")),
    "name_ngram": Prose(F("name")),
    "title": Title(F("title")),
    "title_ngram": Title(F("title")),
    "title_string": Text(F("title")),
    "notes": Description(F("description")),
    "text": AnyText(),
    "url": Text(F("landing_page")),
    "author": Prose(F("creator")),
    "maintainer": Prose(F("contact_name")),
    "maintainer_email": Text(F("contact_email")),
    "organization": _organisation,
    "owner_org": Identifier(F("publisher_id")),
    "groups": _topic,
    "tags": Each("tags"),
    "license_id": Text(F("licence_id")),
    "license": Prose(F("licence__title")),
    "license_title": Prose(F("licence__title")),
    "isopen": YesOrNo(Q(licence__is_open=True)),
    "num_resources": Number(number_of_resources()),
    "num_tags": Number(number_of_tags()),
    "metadata_modified": _metadata_modified,
    "metadata_created": _metadata_created,
    # What every dataset is that anybody may see
    "state": OneOf(
        {
            "active": Q(state=State.PUBLISHED),
            "draft": Q(state__in=[State.DRAFT, State.IN_REVIEW]),
            "deleted": Q(state=State.WITHDRAWN),
        }
    ),
    "capacity": OneOf({"public": _for_all, "private": ~_for_all}),
    "private": OneOf({"false": _for_all, "true": ~_for_all}),
    "type": Constant("dataset"),
    "dataset_type": Constant("dataset"),
    "entity_type": Constant("package"),
    # Its resources
    "res_name": OfResources(Prose(F("title"))),
    "res_description": OfResources(Prose(F("description"))),
    "res_format": OfResources(Format(SHOWN_FORMAT)),
    "res_url": OfResources(Text(F("url"))),
    "res_type": OfResources(YesOrNo(Q(kind=ResourceKind.DOCUMENT))),
    # data.gov.uk's
    "theme-primary": _topic,
    "contact-name": Prose(F("contact_name")),
    "contact-email": Text(F("contact_email")),
    "contact-phone": Text(F("contact_phone")),
    "foi-name": Prose(F("foi_name")),
    "foi-email": Text(F("foi_email")),
    "foi-phone": Text(F("foi_phone")),
    "foi-web": Text(F("foi_url")),
    "licence-custom": Prose(F("licence_text")),
    "unpublished": YesOrNo(Q(access=Access.NOT_RELEASED)),
    "publish-date": Prose(F("planned_release")),
    "release-notes": Prose(F("access_reason")),
    "update_frequency": Text(F("frequency")),
    "frequency-of-update": Text(F("frequency")),
    "geographic_coverage": Each("places"),
    "harvest_source_title": Text(F("origin_title")),
    "harvest_source_reference": Text(F("origin_id")),
    "guid": Text(F("origin_id")),
    "language": Each("languages"),
}

#: What a query may say of public datasets without saying anything, as CKAN's own pages and clients do.
TRUISMS: Final = frozenset(
    {
        *(("state", "active"), ("capacity", "public"), ("private", "false")),
        *(("type", "dataset"), ("dataset_type", "dataset"), ("entity_type", "package")),
    }
)


def field_named(name: str) -> Field:
    """The field of this name. An extra goes by its key, or as `extras_<key>`, where words of it are found."""
    if name in FIELDS:
        return FIELDS[name]
    if name.startswith("extras_"):
        key = name.removeprefix("extras_")
        return FIELDS.get(key) or Prose(KeyTextTransform(key, "extras", output_field=TextField()))
    if name.startswith(("vocab_", "res_extras_")):
        return Field()
    return Text(KeyTextTransform(name, "extras", output_field=TextField()))
