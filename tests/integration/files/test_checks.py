"""Files against schemas that their entries declare, and against common sense; what a publisher is told."""

import json

import pytest
from django.utils import timezone

from catalogue.models import LinkCheck
from files.actions import run
from files.enums import ReportKind
from files.models import Report
from files.views.preview import address
from tests.servers import replies

pytestmark = pytest.mark.django_db

TABLE_SCHEMA = {
    "fields": [
        {"name": "Code", "type": "string", "constraints": {"required": True, "unique": True, "pattern": "[A-Z]{2}\\d"}},
        {"name": "Amount", "type": "number", "constraints": {"minimum": 0}},
        {"name": "Paid on", "type": "date"},
        {"name": "Status", "type": "string", "constraints": {"enum": ["open", "closed"]}},
        {"name": "Region", "type": "string"},
    ]
}
TABLE = (
    "Code,Amount,Paid on,Status,Extra\n"
    "AB1,10,2024-01-31,open,x\n"
    "AB1,-5,2024-02-30,closed,x\n"
    "ab3,many,2024-03-01,shut,x\n"
    ",1,2024-03-02,open,x\n"
)


def places(report: Report) -> list[tuple]:
    return sorted((e["code"], e["row"] or 0, e["column"]) for e in report.errors)


def test_a_table_is_checked_against_its_declared_table_schema(profiled, server):
    server.replies["/schema.json"] = replies.file(json.dumps(TABLE_SCHEMA).encode(), media_type="application/json")
    resource = profiled(TABLE, conforms_to=(f"http://{server.address}/schema.json",))
    report = Report.objects.get(file=resource.file, kind=ReportKind.TABLE_SCHEMA)
    assert report.is_valid is False
    assert places(report) == [
        ("constraint-error", 3, "Amount"),
        ("constraint-error", 4, "Code"),
        ("constraint-error", 4, "Status"),
        ("constraint-error", 5, "Code"),
        ("extra-label", 0, "Extra"),
        ("missing-label", 0, "Region"),
        ("type-error", 3, "Paid on"),
        ("type-error", 4, "Amount"),
        ("unique-error", 2, "Code"),
        ("unique-error", 3, "Code"),
    ]


def test_the_report_page_says_what_where_and_how_to_mend_it(profiled, server, client):
    server.replies["/schema.json"] = replies.file(json.dumps(TABLE_SCHEMA).encode(), media_type="application/json")
    resource = profiled(TABLE, conforms_to=(f"http://{server.address}/schema.json",))
    shown = client.get(address(resource), {"view": "checks"}).text
    assert "A value that must stand once stands twice" in shown
    assert "Correct one of them." in shown
    assert "“shut” is not allowed" in shown
    assert "Table Schema: 5 things to mend" in shown


def test_json_is_checked_against_its_declared_json_schema(profiled, server):
    schema = {
        "type": "array",
        "items": {"type": "object", "required": ["id"], "properties": {"age": {"type": "integer"}}},
    }
    server.replies["/schema.json"] = replies.file(json.dumps(schema).encode(), media_type="application/json")
    body = json.dumps([{"id": 1, "age": 3}, {"age": "old"}])
    resource = profiled(body, "file.json", conforms_to=(f"http://{server.address}/schema.json",))
    report = Report.objects.get(file=resource.file, kind=ReportKind.JSON_SCHEMA)
    assert sorted((e["row"], e["column"], e["note"]) for e in report.errors) == [
        (2, "1", "'id' is missing"),
        (2, "1/age", '"old" should be of type integer'),
    ]


def test_xml_is_checked_against_its_declared_xsd_without_fetching_entities(profiled, server):
    schema = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:element name="rows"><xs:complexType><xs:sequence>
      <xs:element name="row" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="n" type="xs:integer"/>
      </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element></xs:schema>"""
    server.replies["/schema.xsd"] = replies.file(schema.encode(), media_type="application/xml")
    body = "<rows>\n<row><n>1</n></row>\n<row><n>two</n></row>\n</rows>"
    resource = profiled(body, "file.xml", conforms_to=(f"http://{server.address}/schema.xsd",))
    report = Report.objects.get(file=resource.file, kind=ReportKind.XSD)
    assert [(e["code"], e["row"]) for e in report.errors] == [("value-error", 3)]


def test_ocds_releases_are_checked_without_being_asked(profiled):
    release = {
        "ocid": "ocds-1",
        "id": "1",
        "date": "2024-01-01T00:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
    }
    package = {"releases": [release, {**release, "tag": "tender", "tender": {"title": "No id"}}]}
    resource = profiled(json.dumps(package), "ocds.json")
    report = Report.objects.get(file=resource.file, kind=ReportKind.OCDS)
    assert sorted((e["row"], e["column"], e["note"]) for e in report.errors) == [
        (2, "tag", '"tender" should be of type array'),
        (2, "tender", "'id' is missing"),
    ]


def test_common_sense_is_told_in_the_words_of_frictionless(stored):
    report = Report.objects.get(file_id=stored("Title above\nA,A,\n1,2,x\n,,\n3,4,y,z\n5,6,w\n").id)
    assert report.counts == {"source-error": 1, "duplicate-label": 1, "blank-label": 1, "blank-row": 1, "extra-cell": 1}


def test_a_tidy_table_gives_nothing_to_mend(stored, client):
    resource = stored("a,b\n1,2\n3,4\n")
    assert Report.objects.get(file_id=resource.id).is_valid is True
    assert "Tidy table: nothing found" in client.get(address(resource)).text


def test_reports_of_before_are_kept_as_history(profiled, server):
    resource = profiled("a,b\n1,2\n3,4\n")
    server.replies["/file.csv"] = replies.file(b"a,\n1,2\n\n3,4\n")
    LinkCheck.objects.filter(resource=resource).update(changed_at=timezone.now())
    run.profile_due(now=timezone.now)
    reports = Report.objects.filter(file_id=resource.id)
    assert [report.is_valid for report in reports] == [False, True]
