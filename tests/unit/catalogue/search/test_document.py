import datetime
import uuid
from dataclasses import fields, replace

import pytest

from catalogue.search.document import Searchable, card, digest, plain, recency, to_document
from tests.unit.catalogue.search.entries import DAY, entry


def test_parts_are_repeated_by_their_weight() -> None:
    document = to_document(entry(title="Title", tags=("tag", "gat"), description="Described."))
    assert document["text"] == [*["Title"] * 5, *["tag", "gat"] * 3, *["A body"] * 2, "Described."]


def test_names_of_files_are_added_only_for_words_that_the_entry_has_not() -> None:
    document = to_document(entry(title="River levels", files=("River levels", "Levels of 2019", "River levels 2019")))
    assert document["text"][-1:] == ["Levels of 2019"]


def test_an_entry_of_thousands_of_files_stays_about_one_thing() -> None:
    document = to_document(entry(files=tuple(f"File number{number}" for number in range(5000))))
    assert len(document["text"]) == 5 + 2 + 199  # the first adds two words, every other one


def test_a_facet_without_a_value_is_not_counted() -> None:
    document = to_document(entry())
    assert {name: document.get_all(name) for name in ("topic", "format", "formats", "licence_code", "quality")} == {
        "topic": [],
        "format": [],
        "formats": [],
        "licence_code": [],
        "quality": [],
    }


def test_columns_join_what_filters_keep_apart() -> None:
    document = to_document(
        entry(formats=("XLS", "CSV"), publisher_path=(("ministry", "Ministry"), ("agency", "Agency")))
    )
    assert (document["format"], document["formats"]) == (["XLS", "CSV"], ["CSV\x1fXLS"])
    assert (document["publisher"], document["publisher_path"]) == (["ministry", "agency"], ["ministry\x1fagency"])


def test_a_description_is_shown_without_its_markup() -> None:
    assert plain("A **bold** <script>x</script>\n\n* [link](http://x.test)") == "A bold link"
    assert plain(" plain \n text ") == "plain text"
    assert card(entry(description="word " * 1000))["description"] == ("word " * 1000)[:1200]


#: One other value for each field, to show that the digest sees it.
OTHER = {
    "id": uuid.UUID(int=2),
    "publisher_path": (("other", "Other"),),
    "quality_score": 3,
    "updated_at": datetime.date(2000, 1, 1),
    "changed_at": DAY + datetime.timedelta(seconds=1),
    **dict.fromkeys(("tags", "formats", "files", "places", "identifiers", "translations"), ("other",)),
    **dict.fromkeys(("deliveries", "place_codes", "columns"), ("other",)),
    "licence_is_open": True,
    "covers": (datetime.date(2019, 1, 1), None),
    "box": (-1.0, 53.0, 1.0, 54.0),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Searchable)])
def test_the_digest_tells_any_change(name: str) -> None:
    assert digest(replace(entry(), **{name: OTHER.get(name, "other")})) != digest(entry())
    assert digest(entry()) == digest(entry())


def test_recency_orders_by_day_then_change_and_never_after_the_last_change() -> None:
    day = datetime.timedelta(days=1)
    older = entry(updated_at=DAY.date() - day)
    later_changed = replace(older, changed_at=DAY + datetime.timedelta(seconds=1))
    impossible = entry(updated_at=datetime.date(9999, 1, 1))
    ancient = entry(updated_at=datetime.date(1086, 1, 1))
    assert recency(ancient) < recency(older) < recency(later_changed) < recency(entry()) == recency(impossible)
    assert recency(ancient) >= 0
    assert recency(impossible) < 2**63
