"""ISO metadata's ways of saying things, one by one. Whole records: `test_iso_golden.py`."""

import datetime
from typing import Any
from uuid import UUID

import pytest

from catalogue.drafts import DatasetDraft
from catalogue.enums import Access, DatasetKind, Frequency, ResourceKind
from harvest.normalise.base import Normalised
from harvest.normalise.iso import IsoNormaliser
from tests.factories.iso import code, constraints, distribution, iso_record, link, words

PUBLISHER = UUID("11111111-1111-1111-1111-111111111111")
OGL = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
NO_LIMITS = "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations"
ARTICLE_13 = "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/INSPIRE_Directive_Article13_1"
NO_CONDITIONS = "http://inspire.ec.europa.eu/metadata-codelist/ConditionsApplyingToAccessAndUse/noConditionsApply"


def normalise(**parts: Any) -> Normalised:
    return IsoNormaliser()({"xml": iso_record("x", **parts).encode()}, publisher_id=PUBLISHER)


def draft(**parts: Any) -> DatasetDraft:
    return normalise(**parts).draft


def kinds(normalised: Normalised) -> list[str]:
    return [finding.kind for finding in normalised.findings]


# Terms of use


@pytest.mark.parametrize(
    ("block", "licence"),
    [
        (constraints(use="otherRestrictions", others=(("Open Government Licence", OGL),)), "uk-ogl"),
        (constraints(use="otherRestrictions", others=(("See there", OGL),)), "uk-ogl"),
        (constraints(use="license", others=("Released under the Open Government Licence v3.0",)), "uk-ogl"),
        (constraints(limits=("Open Government Licence",)), "uk-ogl"),
        (constraints(access="otherRestrictions", others=("Use of this data is subject to the OGL",)), "uk-ogl"),
        (constraints(access="copyright", others=("https://creativecommons.org/licenses/by/4.0/",)), "CC-BY-4.0"),
        (constraints(limits=("In the public domain", "CC-BY-4.0")), "CC-BY-4.0"),
        (constraints(limits=("Ask us.",)), None),
        (constraints(limits=("Not available under the Open Government Licence",)), None),
    ],
)
def test_licence_is_found_wherever_it_is_named(block: str, licence: str | None):
    assert draft(about_data=block).licence_id == licence


def test_words_that_name_no_licence_are_kept_and_told():
    found = normalise(about_data=constraints(limits=("Ask us.", "Ask us.", "Pay us.")))

    assert found.draft.licence_text == "Ask us.\n\nPay us."
    assert [(finding.kind, finding.value) for finding in found.findings] == [("unknown-licence", "Ask us.")]


@pytest.mark.parametrize("text", ["no conditions apply", "No conditions to access and use.", "conditions unknown"])
def test_no_conditions_is_no_licence_and_no_fault(text: str):
    found = normalise(about_data=constraints(use="otherRestrictions", others=(text,)))

    assert (found.draft.licence_id, kinds(found)) == (None, [])


@pytest.mark.parametrize(
    ("block", "access", "reason"),
    [
        (constraints(access="otherRestrictions", others=(("no limitations", NO_LIMITS),)), Access.OPEN, ""),
        (constraints(access="otherRestrictions", others=("There are no public access constraints",)), Access.OPEN, ""),
        (
            constraints(access="otherRestrictions", others=(("Would harm privacy", f"{ARTICLE_13}f"),)),
            Access.INTERNAL,
            f"Would harm privacy ({ARTICLE_13}f)",
        ),
        (
            constraints(access="otherRestrictions", others=(("Rights of others", f"{ARTICLE_13}e"),)),
            Access.RESTRICTED,
            f"Rights of others ({ARTICLE_13}e)",
        ),
        (constraints(access="restricted"), Access.RESTRICTED, ""),
        (constraints(access="confidential"), Access.INTERNAL, ""),
        (constraints(access="copyright"), Access.OPEN, ""),
        (constraints(access="restricted", others=(("none", NO_LIMITS),)), Access.OPEN, ""),
        (
            "<gmd:resourceConstraints><gmd:MD_SecurityConstraints>"
            + code("classification", "MD_ClassificationCode", "restricted")
            + "</gmd:MD_SecurityConstraints></gmd:resourceConstraints>",
            Access.RESTRICTED,
            "",
        ),
    ],
)
def test_access_is_what_the_limits_say(block: str, access: Access, reason: str):
    found = draft(about_data=block)

    assert (found.access, found.access_reason, found.rights) == (access, reason, "")


def test_words_about_access_that_keep_nobody_out_are_rights():
    block = constraints(access="otherRestrictions", others=("© Crown copyright",))

    found = draft(about_data=block)

    assert (found.access, found.rights, found.licence_text) == (Access.OPEN, "© Crown copyright", "")


def test_conditions_of_use_count_as_such_beside_limits_on_access():
    block = constraints(
        access="otherRestrictions",
        others=(("no conditions", NO_CONDITIONS), ("No limitations", NO_LIMITS), ("OGL", OGL)),
    )

    found = draft(about_data=block)

    assert (found.access, found.rights, found.licence_id) == (Access.OPEN, "", "uk-ogl")
    assert found.licence_text == f"no conditions ({NO_CONDITIONS})\n\nOGL ({OGL})"


# People


def party(role: str, name: str, *, email: str = "", person: str = "", position: str = "") -> str:
    address = (
        "<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address>"
        f"{words('electronicMailAddress', email)}</gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo>"
    )
    return (
        f"<gmd:pointOfContact><gmd:CI_ResponsibleParty>{words('individualName', person) if person else ''}"
        f"{words('organisationName', name) if name else ''}{words('positionName', position) if position else ''}"
        f"{address if email else ''}{code('role', 'CI_RoleCode', role)}</gmd:CI_ResponsibleParty></gmd:pointOfContact>"
    )


@pytest.mark.parametrize(
    ("parties", "organisation", "creator"),
    [
        (party("owner", "A") + party("publisher", "B"), "B", ""),
        (party("owner", "A") + party("pointOfContact", "B"), "B", ""),
        (party("distributor", "A") + party("owner", "B"), "B", ""),
        (party("originator", "A") + party("custodian", "B"), "B", "A"),
        (party("originator", "A") + party("author", "C") + party("publisher", "B"), "B", "A; C"),
        (party("originator", "b") + party("publisher", "B"), "B", ""),
        (party("user", "A"), "A", ""),
        (party("publisher", "", person="P") + party("owner", "A"), "A", ""),
    ],
)
def test_whose_entry_it_is_and_who_made_the_data(parties: str, organisation: str, creator: str):
    found = normalise(about_data=parties)

    assert found.organisation is not None
    assert (found.organisation.title, found.draft.creator) == (organisation, creator)


def test_contact_is_the_first_in_charge_who_can_be_written_to():
    parties = (
        party("pointOfContact", "A")
        + party("distributor", "B", email="b@example.gov.uk")
        + party("owner", "C", email="mailto:C@Example.gov.uk", person="P. Erson", position="Data team")
    )

    found = draft(about_data=parties)

    assert (found.contact_name, found.contact_email) == ("Data team", "C@example.gov.uk")


def test_contact_may_be_that_of_the_record():
    contact = party("pointOfContact", "A", email="a@example.gov.uk").replace("pointOfContact>", "contact>")

    found = normalise(more=contact)

    assert found.draft.contact_email == "a@example.gov.uk"
    assert found.organisation is not None
    assert found.organisation.title == "A"


# Time and place


def date(kind: str, value: str) -> str:
    return (
        f"<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{value}</gco:Date></gmd:date>"
        f"{code('dateType', 'CI_DateTypeCode', kind)}</gmd:CI_Date></gmd:date>"
    )


def test_dates_by_what_happened_then():
    found = draft(
        citation=date("revision", "2019-05")
        + date("publication", "2012-02-03")
        + date("revision", "2020")
        + date("publication", "2011")
        + date("creation", "2009")
    )

    assert (found.issued, found.issued_text) == (datetime.date(2011, 1, 1), "2011")
    assert (found.modified, found.modified_text) == (datetime.date(2020, 1, 1), "2020")


def test_creation_stands_for_publication_and_nonsense_is_told():
    found = normalise(citation=date("creation", "2009-01-02") + date("revision", "last week"))

    assert (found.draft.issued_text, found.draft.modified, found.draft.modified_text) == (
        "2009-01-02",
        None,
        "last week",
    )
    assert [(one.kind, one.field, one.value) for one in found.findings] == [("bad-date", "revision", "last week")]


def period(begin: str, end: str) -> str:
    return (
        "<gmd:extent><gmd:EX_Extent><gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>"
        f'<gml:TimePeriod gml:id="t">{begin}{end}</gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent>'
        "</gmd:temporalElement></gmd:EX_Extent></gmd:extent>"
    )


@pytest.mark.parametrize(
    ("extent", "start", "end", "text"),
    [
        (
            period("<gml:beginPosition>1988</gml:beginPosition>", "<gml:endPosition>1990-06</gml:endPosition>"),
            datetime.date(1988, 1, 1),
            datetime.date(1990, 6, 30),
            "1988 – 1990-06",
        ),
        (
            period(
                "<gml:beginPosition>2001-02-03T00:00:00Z</gml:beginPosition>",
                '<gml:endPosition indeterminatePosition="now"/>',
            ),
            datetime.date(2001, 2, 3),
            None,
            "2001-02-03 – now",
        ),
        (
            period('<gml:beginPosition indeterminatePosition="unknown"/>', "<gml:endPosition>2001</gml:endPosition>"),
            None,
            datetime.date(2001, 12, 31),
            "… – 2001",
        ),
        (
            period("<gml:beginPosition>2001</gml:beginPosition>", "<gml:endPosition>1999</gml:endPosition>"),
            datetime.date(1999, 12, 31),
            datetime.date(2001, 1, 1),
            "2001 – 1999",
        ),
        (
            period("<gml:beginPosition>1990</gml:beginPosition>", "<gml:endPosition>1991</gml:endPosition>")
            + period("<gml:beginPosition>1985</gml:beginPosition>", '<gml:endPosition indeterminatePosition="now"/>'),
            datetime.date(1985, 1, 1),
            None,
            "1990 – 1991; 1985 – now",
        ),
        (period("<gml:beginPosition/>", '<gml:endPosition indeterminatePosition="unknown"/>'), None, None, ""),
    ],
)
def test_periods(extent: str, start: datetime.date | None, end: datetime.date | None, text: str):
    found = draft(about_data=extent)

    assert (found.temporal_start, found.temporal_end, found.temporal_text) == (start, end, text)


def box(west: str, south: str, east: str, north: str) -> str:
    sides = zip(
        ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude"),
        (west, east, south, north),
        strict=True,
    )
    return (
        "<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>"
        + "".join(f"<gmd:{name}><gco:Decimal>{value}</gco:Decimal></gmd:{name}>" for name, value in sides)
        + "</gmd:EX_GeographicBoundingBox></gmd:geographicElement></gmd:EX_Extent></gmd:extent>"
    )


@pytest.mark.parametrize(
    ("extent", "sides"),
    [
        (box("-6.5", "49.9", "1.8", "55.8"), (-6.5, 49.9, 1.8, 55.8)),
        (box("-6,5", "49,9", "1,8", "55,8"), (-6.5, 49.9, 1.8, 55.8)),
        (box("-2", "51", "-1", "52") + box("0", "50", "1", "51"), (-2.0, 50.0, 1.0, 52.0)),
        (box("170", "-50", "-170", "-30") + box("0", "0", "1", "1"), (170.0, -50.0, -170.0, -30.0)),
        (box("-1.5", "51.5", "-1.5", "51.5"), (-1.5, 51.5, -1.5, 51.5)),
        (box("0", "0", "0", "0"), (None, None, None, None)),
        (box("", "", "", ""), (None, None, None, None)),
    ],
)
def test_boxes(extent: str, sides: tuple[float | None, ...]):
    found = draft(about_data=extent)

    assert (found.west, found.south, found.east, found.north) == sides


def test_box_that_is_none_is_told_and_kept_as_written():
    found = normalise(about_data=box("west", "1", "2", "3"))

    assert (found.draft.west, kinds(found)) == (None, ["bad-place"])
    assert found.draft.extras["bbox-west-long"] == "west"


@pytest.mark.parametrize(
    ("maintenance", "frequency", "told"),
    [
        (code("maintenanceAndUpdateFrequency", "MD_MaintenanceFrequencyCode", "asNeeded"), Frequency.AS_NEEDED, []),
        (code("maintenanceAndUpdateFrequency", "MD_MaintenanceFrequencyCode", "notPlanned"), Frequency.NEVER, []),
        (code("maintenanceAndUpdateFrequency", "MD_MaintenanceFrequencyCode", "unknown"), Frequency.UNKNOWN, []),
        (
            code("maintenanceAndUpdateFrequency", "MD_MaintenanceFrequencyCode", "now and then-ish"),
            Frequency.UNKNOWN,
            ["unknown-frequency"],
        ),
        (
            "<gmd:userDefinedMaintenanceFrequency><gts:TM_PeriodDuration"
            ' xmlns:gts="http://www.isotc211.org/2005/gts">P2Y</gts:TM_PeriodDuration>'
            "</gmd:userDefinedMaintenanceFrequency>",
            Frequency.BIENNIAL,
            [],
        ),
    ],
)
def test_how_often(maintenance: str, frequency: Frequency, told: list[str]):
    found = normalise(
        about_data=f"<gmd:resourceMaintenance><gmd:MD_MaintenanceInformation>{maintenance}"
        "</gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>"
    )

    assert (found.draft.frequency, kinds(found)) == (frequency, told)


# Links


@pytest.mark.parametrize(
    ("online", "kind", "format_", "title"),
    [
        (link("https://x.gov.uk/a.csv", name="A"), ResourceKind.DATA, "CSV", "A"),
        (link("https://x.gov.uk/ows", protocol="OGC:WFS"), ResourceKind.API, "WFS", ""),
        (link("https://x.gov.uk/ows", protocol="OGC:WMTS-http-get-capabilities"), ResourceKind.API, "WMTS", ""),
        (link("https://x.gov.uk/s", protocol="urn:ogc:serviceType:WebMapService:1.3.0:HTTP"), "api", "WMS", ""),
        (link("https://x.gov.uk/s", protocol="http://www.opengis.net/def/serviceType/ogc/wms"), "api", "WMS", ""),
        (link("https://x.gov.uk/s", protocol="ESRI REST: Map Service"), ResourceKind.API, "Esri REST", ""),
        (link("https://x.gov.uk/s?service=WCS&request=GetCapabilities"), ResourceKind.API, "WCS", ""),
        (link("https://x.gov.uk/arcgis/rest/services/a/FeatureServer/0"), ResourceKind.API, "Esri REST", ""),
        (link("https://x.gov.uk/", function="information", description="Home page"), "document", "", "Home page"),
        (link("https://x.gov.uk/ows?service=WMS", function="information"), ResourceKind.API, "WMS", ""),
        (link("https://x.gov.uk/a.zip", protocol="WWW:DOWNLOAD:text/csv"), ResourceKind.DATA, "CSV", ""),
        (link("https://x.gov.uk/csw?request=GetRecordById&service=CSW&id=1"), ResourceKind.DOCUMENT, "XML", ""),
        (link("https://x.gov.uk/a", name="Resource Locator", description="The file"), "data", "", "The file"),
    ],
)
def test_what_a_link_leads_to(online: str, kind: str, format_: str, title: str):
    record = iso_record("x").replace(distribution(link("https://data.example.gov.uk/x.csv")), distribution(online))

    (found,) = IsoNormaliser()({"xml": record.encode()}, publisher_id=PUBLISHER).draft.resources

    assert (found.kind, found.format, found.title) == (kind, format_, title)


@pytest.mark.parametrize(
    ("formats", "format_"), [(("Shapefile",), "SHP"), (("Shapefile", "CSV"), ""), ((), ""), (("Unknown",), "")]
)
def test_a_download_has_the_only_format_that_the_record_names(formats: tuple[str, ...], format_: str):
    online = distribution(link("https://x.gov.uk/get", function="download"), formats=formats)
    record = iso_record("x").replace(distribution(link("https://data.example.gov.uk/x.csv")), online)

    (found,) = IsoNormaliser()({"xml": record.encode()}, publisher_id=PUBLISHER).draft.resources

    assert found.format == format_


# The rest


@pytest.mark.parametrize(
    ("level", "kind", "extra"),
    [
        ("dataset", DatasetKind.DATASET, None),
        ("series", DatasetKind.SERIES, None),
        ("service", DatasetKind.SERVICE, None),
        ("nonGeographicDataset", DatasetKind.DATASET, None),
        ("application", DatasetKind.DATASET, "application"),
    ],
)
def test_levels(level: str, kind: DatasetKind, extra: str | None):
    found = draft(more=code("hierarchyLevel", "MD_ScopeCode", level))

    assert (found.kind, found.extras.get("resource-type")) == (kind, extra)


def test_lines_that_a_program_broke_flow_and_those_of_a_person_stay():
    abstract = "One sentence that\n            goes on.\n\nA list:\n- first\n- second"
    record = iso_record("x").replace("Everything there is to know about it, in one file.", abstract)

    found = IsoNormaliser()({"xml": record.encode()}, publisher_id=PUBLISHER).draft

    assert found.description == "One sentence that goes on.\n\nA list:\n- first\n- second"


def test_what_a_template_left_in_its_fields_says_nothing():
    assert draft(about_data=words("purpose", "-- Please fill in --") + words("credit", "N/A")).extras == {
        "guid": "x",
        "metadata-date": "2024-01-02",
    }


def test_a_record_that_broke_off_has_no_title():
    assert IsoNormaliser()({"title": ""}, publisher_id=PUBLISHER).draft.title == ""
