"""What a source said that has no field of ours, as the dataset's page shows it."""

from catalogue.models import Dataset
from catalogue.places import box_from_sides
from catalogue.serializers.page import additional_information


def shown(**extras):
    return additional_information(Dataset(extras={key.replace("__", "-"): value for key, value in extras.items()}))


def test_values_read_as_words():
    assert shown(
        UKLP="True",
        guid="abc",
        theme__secondary=["Education", "Health"],
        coverage={"from": "2001", "to": ""},
        parts=[{"name": "a"}, {"name": "b"}],
        count=3,
        spatial__reference__system="EPSG:27700",
    ) == [
        ("UK Location Programme", "Yes"),
        ("GUID", "abc"),
        ("Other themes", "Education, Health"),
        ("Coverage", "from: 2001"),
        ("Parts", "name: a; name: b"),
        ("Count", "3"),
        ("Spatial reference system", "EPSG:27700"),
    ]


def test_what_says_nothing_and_what_only_machines_want_is_left_out():
    assert shown(empty="", none=None, nothing=[], harvest_object_id="x", metadata_provenance=[{"a": 1}]) == []


def test_a_box_written_the_wrong_way_round_is_put_right_and_one_over_the_date_line_is_kept():
    assert (box_from_sides(-0.16, 51.5, -0.21, 51.6).west, box_from_sides(177, -20, -178, -12).west) == (-0.21, 177.0)
