"""What CSW 2.0.2 is asked with: GetRecords as XML to post or as an address, and what a service's capabilities offer.

Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

from harvest.sources.iso_tree import Element

CSW = "http://www.opengis.net/cat/csw/2.0.2"
GMD = "http://www.isotc211.org/2005/gmd"
#: What records may be given in, best first: ISO 19139, its extension for imagery, 19115-3, Dublin Core.
SCHEMAS = (
    GMD,
    "http://www.isotc211.org/2005/gmi",
    "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "http://standards.iso.org/iso/19115/-3/mdb/1.0",
    CSW,
)

#: Parameters of a request, which have no place in a service's address.
_REQUEST = frozenset(
    {
        *("service", "request", "version", "acceptversions", "sections", "outputschema", "outputformat", "resulttype"),
        *("elementsetname", "typenames", "typename", "startposition", "maxrecords", "constraint", "namespace", "id"),
        *("constraintlanguage", "constraint_language_version", "sortby"),
    }
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service's capabilities say of GetRecords; empty where they don't."""

    post: str = ""
    get: str = ""
    schemas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One way of asking for records. `url` is the service's address without a request."""

    url: str
    is_posted: bool = True
    is_sorted: bool = False
    schema: str = GMD
    type_name: str = "csw:Record"
    cql: str = ""

    def address(self, start: int, rows: int) -> str:
        if self.is_posted:
            return self.url
        parameters = {
            "service": "CSW",
            "version": "2.0.2",
            "request": "GetRecords",
            "namespace": f"xmlns(csw={CSW}),xmlns(gmd={GMD})",
            "typeNames": self.type_name,
            "resultType": "results",
            "outputSchema": self.schema,
            "outputFormat": "application/xml",
            "elementSetName": "full",
            "startPosition": start,
            "maxRecords": rows,
        }
        if self.cql:
            parameters |= {
                "constraintLanguage": "CQL_TEXT",
                "constraint_language_version": "1.1.0",
                "constraint": self.cql,
            }
        return with_parameters(self.url, parameters)

    def body(self, start: int, rows: int) -> bytes | None:
        """The request to post, None where the address says it all."""
        if not self.is_posted:
            return None
        constraint = f'<csw:Constraint version="1.1.0"><csw:CqlText>{escape(self.cql)}</csw:CqlText></csw:Constraint>'
        order = (
            "<ogc:SortBy><ogc:SortProperty><ogc:PropertyName>dc:identifier</ogc:PropertyName>"
            "<ogc:SortOrder>ASC</ogc:SortOrder></ogc:SortProperty></ogc:SortBy>"
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<csw:GetRecords xmlns:csw="{CSW}" xmlns:ogc="http://www.opengis.net/ogc" xmlns:gmd="{GMD}"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/" service="CSW" version="2.0.2" resultType="results"'
            f' startPosition="{start}" maxRecords="{rows}" outputFormat="application/xml"'
            f" outputSchema={quoteattr(self.schema)}>"
            f"<csw:Query typeNames={quoteattr(self.type_name)}><csw:ElementSetName>full</csw:ElementSetName>"
            f"{constraint if self.cql else ''}{order if self.is_sorted else ''}</csw:Query></csw:GetRecords>"
        ).encode()


def forms(url: str, offer: Offer, *, schema: str = "", cql: str = "") -> Iterator[Form]:
    """The ways of asking a service, likeliest first: at its address, then where its capabilities send us.

    Capabilities often name an address that only works inside of the service's own network, so ours comes first.
    Last comes Dublin Core, which every service has.
    """
    plain = Form(url, schema=schema or _schema(offer), type_name=_type(offer), cql=cql)
    yield replace(plain, is_sorted=True)
    yield plain
    yield replace(plain, is_posted=False)
    if offer.post and service_address(offer.post) != url:
        yield replace(plain, url=service_address(offer.post))
    if offer.get and service_address(offer.get) != url:
        yield replace(plain, url=service_address(offer.get), is_posted=False)
    if plain.schema != CSW and not schema:
        yield replace(plain, schema=CSW)


def offer_of(capabilities: Element) -> Offer:
    """What capabilities say of GetRecords."""
    operations = (one for one in capabilities.iter("Operation") if one.get("name", "").lower() == "getrecords")
    operation = next(operations, None)
    if operation is None:
        return Offer()
    posts = list(operation.iter("Post"))
    # A service may take SOAP at one address and plain XML at another
    encodings = {post.get("href", ""): {value.text for value in post.iter("Value")} for post in posts}
    plain = [href for href, values in encodings.items() if href and (not values or values & {"XML", "xml"})]
    gets = [one.get("href", "") for one in operation.iter("Get")]
    return Offer(
        post=next(iter(plain), ""),
        get=next((href for href in gets if href), ""),
        schemas=_values(operation, "outputschema"),
        types=_values(operation, "typenames") or _values(operation, "typename"),
    )


def service_address(url: str) -> str:
    """The address of a service, given that of any request to it; a map file's name and the like stay."""
    parts = urlsplit(url.strip())
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in _REQUEST
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def capabilities_address(url: str) -> str:
    return with_parameters(url, {"service": "CSW", "request": "GetCapabilities", "acceptVersions": "2.0.2"})


def with_parameters(url: str, parameters: Mapping[str, object]) -> str:
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode(parameters)}"


def _values(operation: Element, parameter: str) -> tuple[str, ...]:
    return tuple(
        value.text.strip()
        for one in operation.iter()
        if one.tag in ("Parameter", "Constraint") and one.get("name", "").lower() == parameter
        for value in one.iter("Value")
        if value.text
    )


def _schema(offer: Offer) -> str:
    return next((schema for schema in SCHEMAS if schema in offer.schemas), GMD)


def _type(offer: Offer) -> str:
    if not offer.types or "csw:Record" in offer.types:
        return "csw:Record"
    return next((name for name in offer.types if name.endswith("MD_Metadata")), "csw:Record")
