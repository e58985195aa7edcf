"""data.europa.eu's score: published weights, known answers, the best distribution, and what our entries measure."""

from dataclasses import replace

import pytest

from catalogue.enums import CriterionState, LinkState, ResourceKind
from catalogue.quality.facts import Contact, DatasetFacts, ResourceFacts
from catalogue.quality.mqa import INDICATORS, MQA_POINTS, MqaDimension, mqa_band, mqa_of, mqa_points
from catalogue.quality.mqa_measured import explain_mqa, mqa_score

OF_DATASET = {each.key: True for each in INDICATORS if not each.of_distribution}
OF_DISTRIBUTION = {each.key: True for each in INDICATORS if each.of_distribution}

#: Keyword, live accessURL and downloadURL, format, known licence, publisher, contact, both dates, and nothing else.
TYPICAL_DATASET = dict.fromkeys(
    (
        *("keywordAvailability", "contactPointAvailability", "publisherAvailability"),
        *("dateIssuedAvailability", "dateModifiedAvailability"),
    ),
    True,
)
TYPICAL_DISTRIBUTION = dict.fromkeys(
    (
        *("accessUrlStatusCode", "downloadUrlAvailability", "downloadUrlStatusCode", "formatAvailability"),
        *("licenceAvailability", "knownLicence"),
    ),
    True,
)


def test_weights_add_up_to_405_in_the_published_dimensions() -> None:
    assert {
        dimension: sum(each.out_of for each in INDICATORS if each.dimension is dimension) for dimension in MqaDimension
    } == {
        MqaDimension.FINDABILITY: 100,
        MqaDimension.ACCESSIBILITY: 100,
        MqaDimension.INTEROPERABILITY: 110,
        MqaDimension.REUSABILITY: 75,
        MqaDimension.CONTEXTUALITY: 20,
    }
    assert sum(each.out_of for each in INDICATORS) == MQA_POINTS == 405


def test_a_perfect_dataset_has_405_points() -> None:
    assert mqa_points(OF_DATASET, [OF_DISTRIBUTION]) == (405, 0)
    assert mqa_of(OF_DATASET, [OF_DISTRIBUTION]).band == "excellent"


def test_the_typical_dataset_has_220_points_and_with_a_theme_250() -> None:
    assert mqa_points(TYPICAL_DATASET, [TYPICAL_DISTRIBUTION]) == (220, 0)
    assert mqa_of(TYPICAL_DATASET, [TYPICAL_DISTRIBUTION]).band == "sufficient"
    with_theme = mqa_of(TYPICAL_DATASET | {"categoryAvailability": True}, [TYPICAL_DISTRIBUTION])
    assert (with_theme.points, with_theme.band) == (250, "good")


def test_without_a_distribution_only_the_dataset_counts() -> None:
    assert mqa_points(OF_DATASET, []) == (100 + 30 + 45 + 10, None)


def test_the_single_best_distribution_counts_and_not_the_union() -> None:
    live = {"accessUrlStatusCode": True, "formatAvailability": False}
    described = {"accessUrlStatusCode": False, "formatAvailability": True, "licenceAvailability": True}
    assert mqa_points({}, [described, live]) == (50, 1)


def test_of_equal_distributions_the_first_listed_counts() -> None:
    assert mqa_points({}, [{"formatAvailability": True}, {"licenceAvailability": True}]) == (20, 0)


@pytest.mark.parametrize(("of_file", "points"), [({}, 5), ({"dateIssuedAvailability": False}, 0)])
def test_a_date_of_the_dataset_counts_only_where_the_best_file_was_not_asked(
    of_file: dict[str, bool], points: int
) -> None:
    assert mqa_points({"dateIssuedAvailability": True}, [of_file])[0] == points


def test_dates_are_not_counted_twice() -> None:
    both = {"dateIssuedAvailability": True, "dateModifiedAvailability": True}
    assert mqa_points(both, [both]) == (10, 0)


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (405, "excellent"),
        (351, "excellent"),
        (350, "good"),
        (221, "good"),
        (220, "sufficient"),
        (121, "sufficient"),
        (120, "bad"),
        (0, "bad"),
    ],
)
def test_bands_begin_where_they_are_published_to(points: int, band: str) -> None:
    assert mqa_band(points) == band


FILE = ResourceFacts(id="1", format="CSV", link=LinkState.OK, has_size=True)
FULL = DatasetFacts(
    description_length=10,
    has_description=True,
    licence="uk-ogl",
    licence_is_open=True,
    has_rights=True,
    contact=Contact.OWN,
    has_contact_point=True,
    has_topic=True,
    tag_count=1,
    issued=None,
    has_period=True,
    has_area=True,
    resources=(FILE,),
)


def lacking(facts: DatasetFacts) -> dict[str, str]:
    return {o.indicator.key: o.state.value for o in explain_mqa(facts).outcomes if o.state is not CriterionState.MET}


def test_an_entry_of_ours_that_says_everything_but_dates() -> None:
    assert lacking(FULL) == {"dateIssuedAvailability": "unmet", "dateModifiedAvailability": "unmet"}
    assert mqa_score(FULL) == 395


def test_a_link_that_was_never_checked_earns_nothing_and_is_told_apart_from_a_broken_one() -> None:
    unchecked = replace(FULL, resources=(replace(FILE, link=LinkState.UNCHECKED),))
    broken = replace(FULL, resources=(replace(FILE, link=LinkState.BROKEN),))
    assert mqa_score(unchecked) == mqa_score(broken) == mqa_score(FULL) - 80
    assert explain_mqa(unchecked).unmeasured == 80
    assert explain_mqa(broken).unmeasured == 0


def test_an_api_has_an_address_but_no_download_and_a_document_is_no_distribution() -> None:
    api = ResourceFacts(id="1", kind=ResourceKind.API, format="WMS", link=LinkState.OK)
    assert lacking(replace(FULL, resources=(api,)))["downloadUrlAvailability"] == "unmet"
    guide = replace(FILE, kind=ResourceKind.DOCUMENT)
    assert explain_mqa(replace(FULL, resources=(guide,))).best is None


def test_explained_points_add_up_to_the_score() -> None:
    for facts in (FULL, DatasetFacts(), replace(FULL, resources=())):
        mqa = explain_mqa(facts)
        assert mqa.points == mqa_score(facts) == sum(outcome.points for outcome in mqa.outcomes)
        assert mqa.points == sum(points for points, _ in mqa.dimensions().values())
        assert sum(out_of for _, out_of in mqa.dimensions().values()) == 405
