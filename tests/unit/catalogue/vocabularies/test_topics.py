"""Topics: data.gov.uk's fourteen, and what other catalogues' themes amount to in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.vocabularies.topics import TOPICS, Topic, eu_theme, topic_from

EU = "http://publications.europa.eu/resource/authority/data-theme/"


def test_the_fourteen() -> None:
    assert [topic.slug for topic in TOPICS] == [
        "business-and-economy", "crime-and-justice", "defence", "digital-service-performance", "education",
        "environment", "government", "government-reference-data", "government-spending", "health", "mapping",
        "society", "towns-and-cities", "transport",
    ]  # fmt: skip
    assert TOPICS[2] == Topic("defence", "Defence", "Armed forces, defence spending, equipment and property", 3)


@pytest.mark.parametrize(
    ("themes", "slug"),
    [
        (["Environment"], "environment"),
        (["Towns & Cities"], "towns-and-cities"),
        (["Government Spending"], "government-spending"),
        (["Business & Economy"], "business-and-economy"),
        ([EU + "HEAL"], "health"),
        (["TRAN"], "transport"),
        (["climatologyMeteorologyAtmosphere"], "environment"),
        (["http://inspire.ec.europa.eu/theme/tn"], "transport"),
        (["Transport networks"], "transport"),
        (["geospatial"], "mapping"),
        (["Public Safety"], "crime-and-justice"),
        (["economy", "health", "society"], "business-and-economy"),
        (["Nonsense", "Health"], "health"),
        (["boundaries", "society", "Population"], "society"),
    ],
)
def test_themes(themes: list[str], slug: str) -> None:
    assert topic_from(themes) == slug


def test_tags_speak_where_no_theme_does_and_only_when_they_agree() -> None:
    assert topic_from([], ["Hospitals", "NHS"]) == "health"
    assert topic_from([], ["schools", "hospitals"]) is None
    assert topic_from([], ["schools", "pupils", "hospitals"], "Pupils at schools") == "education"
    assert topic_from([], ["us", "ad"]) is None
    assert topic_from([], [], "Spend over £25,000 in the Home Office") == "government-spending"
    assert topic_from(["Health"], [], "Spend over £25,000 in NHS Leeds") == "health"
    assert topic_from([], []) is None


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_parses_back_and_has_a_european_theme(topic: Topic) -> None:
    assert topic_from([topic.slug]) == topic.slug
    assert topic_from([topic.title]) == topic.slug
    assert eu_theme(topic.slug).removeprefix(EU) in {
        "ECON",
        "JUST",
        "GOVE",
        "EDUC",
        "ENVI",
        "HEAL",
        "REGI",
        "SOCI",
        "TRAN",
    }


@given(
    st.lists(st.text(max_size=60) | st.none() | st.integers()), st.lists(st.text(max_size=40)), st.text(max_size=200)
)
def test_any_values_are_answered(themes: list[str], tags: list[str], title: str) -> None:
    assert topic_from(themes, tags, title) in {None, *(topic.slug for topic in TOPICS)}
