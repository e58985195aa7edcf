"""Records that are wrong in ways real catalogues are, so that problems can be seen record by record.

Each stands in its publisher's catalogue beside the good ones, none of which it may spoil.
"""

from collections.abc import Mapping
from typing import Any

from harvest.demo.links import BASE_PLACEHOLDER
from harvest.demo.publishers import ASHBY, HOSPITALS, LANTERBRIDGE, NORTHMARSH, TRAMS

Record = Any  # a flawed record need not even be an object


def flawed_records(publisher_slug: str) -> tuple[Record, ...]:
    """Return the publisher's flawed records; most publishers have none."""
    return FLAWS.get(publisher_slug, ())


def _record(publisher_name: str, **fields: Any) -> dict[str, Any]:
    """A sound record with some fields replaced; a field given as `...` is left out."""
    record = {
        "@type": "dcat:Dataset",
        "accessLevel": "public",
        "modified": "2024-06-03",
        "publisher": {"@type": "org:Organization", "name": publisher_name},
        "contactPoint": {"@type": "vcard:Contact", "fn": "Web team", "hasEmail": "mailto:web@council.example"},
        "keyword": ["council"],
    } | fields
    return {name: value for name, value in record.items() if value is not ...}


ASHBY_TITLE = "Vale of Ashby District Council"
NORTHMARSH_TITLE = "Northmarsh County Council"

FLAWS: Mapping[str, tuple[Record, ...]] = {
    ASHBY: (
        # No title.
        _record(
            ASHBY_TITLE,
            identifier="9001",
            description="Sites of dog waste bins, taken from the contractor's list when the contract was last let.",
        ),
        # No identifier.
        _record(ASHBY_TITLE, title="Grit bin locations winter 2019", description="Where the yellow bins are."),
        # One identifier for two datasets.
        _record(
            ASHBY_TITLE,
            identifier="9003",
            title="Hackney carriage stands",
            description="The seven taxi ranks of Ashby Magna and Thornwick and the hours at which each may be used.",
        ),
        _record(
            ASHBY_TITLE,
            identifier="9003",
            title="Street trading consents",
            description="Consents to sell from a stall or a van in the street, with the pitch, the goods and the days.",
        ),
        # Keywords as one string; a single distribution that is not in a list.
        _record(
            ASHBY_TITLE,
            identifier="9004",
            title="Council tax bands by parish",
            description=(
                "Number of homes in each council tax band, from A to H, in each of the 31 parishes of the vale."
            ),
            keyword="council tax; bands; parishes",
            distribution={
                "@type": "dcat:Distribution",
                "downloadURL": f"{BASE_PLACEHOLDER}/{ASHBY}/data.json",
                "format": "csv",
            },
        ),
        # A title that is a list, a description that is null, a date that is a number.
        _record(ASHBY_TITLE, identifier="9005", title=["Dog bins", "Litter bins"], description="Bins, by kind."),
        _record(ASHBY_TITLE, identifier="9006", title="Housing land supply statement", description=None),
        _record(
            ASHBY_TITLE,
            identifier="9007",
            title="Pavement licences",
            description="Cafés and pubs allowed to put tables on the pavement, and how many.",
            modified=20201117,
        ),
        # Not an object at all.
        "Air quality 2012 - ask Environmental Health for this one",
    ),
    NORTHMARSH: (
        # The same record twice, word for word.
        *(
            _record(
                NORTHMARSH_TITLE,
                identifier="swing-bridge-openings",
                title="Wendmouth swing bridge openings",
                description=(
                    "Times at which Wendmouth swing bridge opened to shipping, and for how long the road was shut."
                ),
            ),
        )
        * 2,
        # Words where an address should be.
        _record(
            NORTHMARSH_TITLE,
            identifier="drainage-board-levies",
            title="Drainage board levies",
            description="What each internal drainage board asks of the county's landowners, by the acre.",
            distribution=[
                {"@type": "dcat:Distribution", "title": "Levies", "downloadURL": "see website", "format": "xls"}
            ],
        ),
        # The publisher as a bare name.
        _record(
            NORTHMARSH_TITLE,
            identifier="sea-bank-walks",
            title="Walks along the sea bank",
            description=(
                "Twelve walks of two to nine miles that begin and end at a bus stop, as drawn for the county's leaflet."
            ),
            publisher=NORTHMARSH_TITLE,
        ),
    ),
    LANTERBRIDGE: (
        # A title of spaces; a link that is relative to nobody knows what.
        _record(
            "Lanterbridge City Council",
            identifier="blank-title",
            title="   ",
            description="Mooring fees at the Old Port by length of boat.",
        ),
        _record(
            "Lanterbridge City Council",
            identifier="blue-plaques",
            title="Blue plaques",
            description="Plaques on the houses of the city's notable people, with what each says and who paid for it.",
            distribution=[{"@type": "dcat:Distribution", "accessURL": "../files/plaques.csv", "format": "CSV"}],
        ),
    ),
    HOSPITALS: (
        _record(
            "Hospitals Commission",
            title="Hospital parking charges",
            description=(
                "What each hospital in England charges patients and visitors to park, by the hour and by the week."
            ),
        ),
    ),
    TRAMS: (None,),
}
