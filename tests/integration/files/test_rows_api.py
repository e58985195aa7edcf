"""`/api/v1/resources/<id>/rows`: filters, order, sums, cursors, and what it refuses."""

import pytest

from files.models import Table
from tests.integration.files.conftest import PAYMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(stored, client):
    resource = stored(PAYMENTS)

    def ask(**parameters):
        return client.get(f"/api/v1/resources/{resource.id}/rows", parameters)

    return ask


def test_rows_are_typed_and_counted(rows):
    answer = rows(page_size=1, columns=["supplier", "amount", "paid"]).json()
    assert answer["count"] == 4
    assert answer["results"] == [{"supplier": "Acme Ltd", "amount": 1200.5, "paid": True}]
    assert [column["type"] for column in answer["columns"]] == ["text", "number", "boolean"]


def test_a_cursor_walks_the_whole_table_once(rows, client):
    answer = rows(page_size=3, sort=["-amount"], columns=["amount"]).json()
    seen = [row["amount"] for row in answer["results"]]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        seen += [row["amount"] for row in answer["results"]]
    assert seen == [12000.0, 1200.5, 900.0, ".."]


def test_filters_narrow_together_and_compare_values(rows):
    answer = rows(filter=["date_paid:gte:2024-04-15", "date_paid:lt:2024-05-01"], columns=["date_paid"]).json()
    assert answer["results"] == [{"date_paid": "2024-04-15"}, {"date_paid": "2024-04-30"}]


def test_groups_are_added_up(rows):
    answer = rows(group_by=["supplier"], aggregate=["sum:amount", "count"], sort=["-sum_amount"]).json()
    assert answer["results"] == [
        {"supplier": "Acme Ltd", "sum_amount": 13200.5, "count": 2},
        {"supplier": "Bell & Sons", "sum_amount": 900.0, "count": 1},
        {"supplier": "Crane Hire", "sum_amount": None, "count": 1},
    ]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"filter": ["amount:gte:lots"]}, "filter"),
        ({"filter": ["nothing:eq:1"]}, "filter"),
        ({"filter": ["amount) OR 1=1 --:eq:1"]}, "filter"),
        ({"sort": ["amount; DROP TABLE x"]}, "sort"),
        ({"columns": ['c0"']}, "columns"),
        ({"group_by": ["supplier"], "aggregate": ["sum:supplier"]}, "aggregate"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"page_size": "100000"}, "page_size"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(rows, parameters, named):
    answer = rows(**parameters)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [named]


@pytest.mark.parametrize(
    "value",
    [
        "' OR '1'='1",
        "x'; COPY (SELECT 1) TO '/tmp/x'; --",
        "%",
        "_",
        "\\",
        "$p0",
        "{table}",
        "read_text('/etc/passwd')",
    ],
)
def test_a_value_is_never_taken_for_sql(rows, value):
    for operator in ("eq", "contains", "starts"):
        answer = rows(filter=[f"supplier:{operator}:{value}"])
        assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert rows(q=value).json()["results"] == []


def test_a_cursor_of_a_replaced_table_says_so(rows):
    following = rows(page_size=1).json()["next"]
    cursor = following.partition("cursor=")[2]
    table = Table.objects.get()
    table.version = "00000000-0000-4000-8000-000000000000"
    table.save()
    answer = rows(cursor=cursor)
    assert answer.status_code == 400
    assert "begin without one" in answer.json()["errors"]["cursor"][0]


def test_the_profile_tells_columns_and_checks(stored, client):
    resource = stored(PAYMENTS)
    answer = client.get(f"/api/v1/resources/{resource.id}/profile").json()
    assert (answer["state"], answer["format"], answer["tables"][0]["rows"]) == ("previewed", "CSV", 4)
    assert answer["tables"][0]["suggested_period"] == {
        "start": "2024-04-01",
        "end": "2024-05-02",
        "column": "Date paid",
    }
    assert (answer["checks"][0]["kind"], answer["checks"][0]["counts"]) == ("common-sense", {"source-error": 2})
