"""package_revise: places are matched, dropped, changed and chosen as CKAN's documentation says."""

import pytest

from catalogue.api.ckan.revising import NoSuchPlace, Revision, kept

PACKAGE = {
    "id": "1fa4c0aa-0000",
    "name": "bus-stops",
    "title": "Bus stops",
    "tags": [{"name": "buses"}],
    "resources": [{"id": "aaaaa-1", "name": "One"}, {"id": "bbbbb-2", "name": "Two", "url": "https://two.example"}],
}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([], PACKAGE),
        (["-tags", "-resources", "-id"], {"name": "bus-stops", "title": "Bus stops"}),
        (["+title", "-*"], {"title": "Bus stops"}),
        (["-resources__1"], PACKAGE | {"resources": PACKAGE["resources"][:1]}),
        (["-resources__-1"], PACKAGE | {"resources": PACKAGE["resources"][:1]}),
        (["-resources__bbbbb"], PACKAGE | {"resources": PACKAGE["resources"][:1]}),
        (["-resources__bbbb"], PACKAGE),
        (["+name", "+resources__1__url", "-*"], {"name": "bus-stops", "resources": [{"url": "https://two.example"}]}),
        (["+resources__0__nothing", "-*"], {}),
        (["+resources__*__name", "-resources__*", "-tags"], {
            "id": "1fa4c0aa-0000", "name": "bus-stops", "title": "Bus stops",
            "resources": [{"name": "One"}, {"name": "Two"}],
        }),
        (["-*", "+title"], {}),
        (["+*", "-title"], PACKAGE),
        (["-resources__22222"], PACKAGE),
    ],
)  # fmt: skip
def test_the_first_pattern_that_fits_a_place_decides_it(patterns, expected):
    assert kept(PACKAGE, patterns) == expected


def test_five_digits_begin_an_id_and_fewer_are_a_place():
    package = {"resources": [{"id": "10261-1", "name": "One"}, {"id": "00001-2", "name": "Two"}]}
    assert kept(package, ["-resources__00001"]) == {"resources": package["resources"][:1]}
    assert kept(package, ["-resources__0001"]) == {"resources": package["resources"][:1]}
    asked = {"match": {"name": "bus-stops"}, "update__resources__10261__name": "First"}
    assert Revision.read(asked).applied(package)["resources"] == [
        {"id": "10261-1", "name": "First"},
        package["resources"][1],
    ]


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"update": {"title": "Stops"}}, {"title": "Stops"}),
        ({"update": '{"title": "Stops"}'}, {"title": "Stops"}),
        ({"update__title": "Stops"}, {"title": "Stops"}),
        ({"update": {"resources": [{"name": "First"}]}}, {
            "resources": [{"id": "aaaaa-1", "name": "First"}, PACKAGE["resources"][1]],
        }),
        ({"update__resources__bbbbb__name": "Second"}, {
            "resources": [PACKAGE["resources"][0], PACKAGE["resources"][1] | {"name": "Second"}],
        }),
        ({"update__resources__-1": {"name": "Last"}, "update__resources__0": '{"name": "First"}'}, {
            "resources": [{"id": "aaaaa-1", "name": "First"}, PACKAGE["resources"][1] | {"name": "Last"}],
        }),
        ({"update__resources__extend": [{"name": "Three"}]}, {"resources": [*PACKAGE["resources"], {"name": "Three"}]}),
        ({"filter": ["-resources__0"], "update__resources__0__name": "Only"}, {
            "resources": [PACKAGE["resources"][1] | {"name": "Only"}],
        }),
        ({"filter": "-tags, -resources"}, {"tags": None, "resources": []}),
    ],
)  # fmt: skip
def test_what_is_filtered_goes_before_what_is_updated_comes(asked, changed):
    expected = {name: value for name, value in (PACKAGE | changed).items() if value is not None}
    assert Revision.read({"match": {"name": "bus-stops"}, **asked}).applied(PACKAGE) == expected


@pytest.mark.parametrize(
    ("match", "places"),
    [
        ({"match": {"name": "bus-stops", "title": "Bus stops"}}, []),
        ({"match__name": "bus-stops", "match__resources__aaaaa__name": "One"}, []),
        ({"match": {"name": "bus-stops", "title": "Stops", "resources": [{"name": "Uno"}]}}, [
            "title", "resources__0__name",
        ]),
        ({"match__name": "bus-stops", "match__tags": []}, ["tags"]),
        ({"match": {"name": "bus-stops", "state": "active"}}, ["state"]),
    ],
)  # fmt: skip
def test_what_does_not_match_is_named(match, places):
    revision = Revision.read(match)
    assert (revision.key, revision.mismatches(PACKAGE)) == ("bus-stops", places)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"update__resources__ccccc__name": "x"}, "update__resources__ccccc__name"),
        ({"update__resources__7__name": "x"}, "update__resources__7__name"),
        ({"update__title__x": "x"}, "update__title__x"),
        ({"update__resources__extend": "x"}, "update__resources__extend"),
        ({"update": "title"}, "update"),
        ({"filter": ["title"]}, "filter"),
        ({"filter": {"title": 1}}, "filter"),
        ({"title": "x"}, "title"),
    ],
)
def test_a_place_that_there_is_not_is_refused_by_name(asked, parameter):
    with pytest.raises(NoSuchPlace) as refused:
        Revision.read({"match": {"name": "bus-stops"}, **asked}).applied(PACKAGE)
    assert refused.value.parameter == parameter
