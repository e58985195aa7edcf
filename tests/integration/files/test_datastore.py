"""CKAN's DataStore over what is inside files: `datastore_search` and what goes with it."""

import pytest

from tests.factories.catalogue import csv_file, dataset
from tests.integration.files.conftest import PAYMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def payments(stored):
    return stored(PAYMENTS)


@pytest.fixture
def call(client):
    def ask(name, expected=200, **arguments):
        response = client.post(f"/api/3/action/{name}", arguments, content_type="application/json")
        assert response.status_code == expected, response.json()
        return response.json()["result" if expected == 200 else "error"]

    return ask


def test_rows_come_as_objects_under_the_headings(payments, call):
    found = call("datastore_search", resource_id=str(payments.id), limit=1)
    assert found["fields"] == [
        {"id": "_id", "type": "int"},
        {"id": "Supplier", "type": "text"},
        {"id": "Date paid", "type": "date"},
        {"id": "Amount", "type": "numeric"},
        {"id": "Postcode", "type": "text"},
        {"id": "Paid", "type": "bool"},
    ]
    assert found["records"] == [
        {
            "_id": 1,
            "Supplier": "Acme Ltd",
            "Date paid": "2024-04-01",
            "Amount": 1200.5,
            "Postcode": "LS1 4AP",
            "Paid": True,
        }
    ]
    assert (found["total"], found["limit"], found["offset"], found["total_was_estimated"]) == (4, 1, 0, False)
    assert found["_links"]["next"].endswith(f"datastore_search?resource_id={payments.id}&limit=1&offset=1")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"filters": {"Supplier": "Acme Ltd"}}, [1, 3]),
        ({"filters": {"Supplier": ["Bell & Sons", "Crane Hire"], "Paid": True}}, [4]),
        ({"filters": '{"Amount": 900}'}, [2]),
        ({"filters": {"Supplier": []}}, []),
        ({"q": "ls1"}, [1, 3]),
        ({"q": {"Postcode": "ls9"}}, [4]),
        ({"sort": "Amount desc", "limit": 2}, [3, 1]),
        ({"sort": '"Date paid" desc, Amount', "offset": 3}, [1]),
    ],
)
def test_rows_are_narrowed_and_put_in_order(payments, call, arguments, expected):
    found = call("datastore_search", resource_id=str(payments.id), **arguments)
    assert [record["_id"] for record in found["records"]] == expected


def test_rows_come_in_other_forms(payments, call):
    asked = {"resource_id": str(payments.id), "fields": "Supplier,Amount", "limit": 2, "include_total": False}
    assert call("datastore_search", **asked, records_format="lists")["records"] == [
        [1, "Acme Ltd", 1200.5],
        [2, "Bell & Sons", 900.0],
    ]
    found = call("datastore_search", **asked, records_format="csv")
    assert found["records"] == "1,Acme Ltd,1200.5\n2,Bell & Sons,900.0\n"
    assert "total" not in found


def test_distinct_rows_come_once_with_what_cells_say_that_are_of_no_type(payments, call):
    asked = {"resource_id": str(payments.id), "distinct": True, "records_format": "lists"}
    found = call("datastore_search", **asked, fields=["Supplier", "Postcode"], sort="Supplier desc", limit=2)
    assert found["records"] == [["Crane Hire", "LS9 8ZZ"], ["Bell & Sons", "LS2 7AB"]]
    assert (found["total"], [field["id"] for field in found["fields"]]) == (3, ["Supplier", "Postcode"])
    amounts = call("datastore_search", **asked, fields="Amount", filters={"Paid": True})
    assert amounts["records"] == [[1200.5], [12000.0], [".."]]
    # A row's number would make each row its own
    assert len(call("datastore_search", resource_id=str(payments.id), distinct=True)["records"]) == 4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"fields": ["Colour"]}, "fields"),
        ({"filters": {"Colour": "red"}}, "filters"),
        ({"filters": "red"}, "filters"),
        ({"filters": '{"Colour"'}, "filters"),
        ({"filters": {"Amount": "lots"}}, "filter"),
        ({"sort": "Colour desc"}, "sort"),
        ({"records_format": "xml"}, "records_format"),
        ({"distinct": True, "fields": "Supplier", "sort": "Amount"}, "sort"),
        ({"limit": "many"}, "limit"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(payments, call, arguments, named):
    error = call("datastore_search", 409, resource_id=str(payments.id), **arguments)
    assert (error["__type"], named in error) == ("Validation Error", True)


def test_a_file_without_a_table_is_not_in_the_datastore(call):
    file = dataset(resources=(csv_file(),)).resources.get()
    error = call("datastore_search", 404, resource_id=str(file.id))
    assert error["message"] == f"Not found: Resource “{file.id}” was not found in the DataStore."
    assert call("resource_view_list", id=str(file.id)) == []
    assert call("resource_view_show", 404, id=str(file.id))["message"] == "Not found"


def test_a_package_says_which_of_its_files_can_be_asked(payments, call):
    [resource] = call("package_show", id=str(payments.dataset_id))["resources"]
    assert resource["datastore_active"] is True
    assert call("resource_show", id=str(payments.id))["datastore_active"] is True
    assert call("datastore_info", id=str(payments.id))["meta"]["count"] == 4
    [view] = call("resource_view_list", id=str(payments.id))
    assert call("resource_view_show", id=view["id"]) == view
    assert (view["resource_id"], view["view_type"]) == (str(payments.id), "datatables_view")
