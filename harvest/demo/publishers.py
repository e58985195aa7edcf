"""The invented publishers of the demo: who they are and where their catalogue is."""

from dataclasses import dataclass

RIVERS = "department-for-rivers-and-coasts"
FOOTPATHS = "national-footpaths-agency"
COUNTING = "office-for-public-counting"
JOURNEYS = "department-for-journeys"
JUSTICE = "department-for-justice-and-garrisons"
SERVICE = "department-for-public-service"
HOSPITALS = "hospitals-commission"
NORTHMARSH = "northmarsh-county-council"
ASHBY = "vale-of-ashby-district-council"
LANTERBRIDGE = "lanterbridge-city-council"
TRAMS = "lanterbridge-tramways"
ARIAN = "dyffryn-arian-council"


@dataclass(frozen=True, kw_only=True)
class DemoPublisher:
    """An invented publisher. `kind` is a value of the catalogue's publisher kinds; addresses are under `.example`."""

    slug: str
    title: str
    kind: str
    parent_slug: str | None = None
    contact_name: str
    contact_email: str
    description: str

    @property
    def data_json_path(self) -> str:
        """Path of the publisher's DCAT-US catalogue on the demo server."""
        return f"/{self.slug}/data.json"

    @property
    def loopback_host(self) -> str:
        """A loopback address of the publisher's own, where the system has more than 127.0.0.1 (Linux does)."""
        return f"127.0.0.{PUBLISHERS.index(self) + 2}"


def demo_publishers() -> tuple[DemoPublisher, ...]:
    """Return the demo's publishers; a parent always comes before its children."""
    return PUBLISHERS


PUBLISHERS = (
    DemoPublisher(
        slug=RIVERS,
        title="Department for Rivers and Coasts",
        kind="ministerial-department",
        contact_name="Rivers and Coasts open data team",
        contact_email="opendata@rivers-and-coasts.example",
        description=(
            "Looks after rivers, tides and sea defences, warns of floods and keeps the record of what the water does."
        ),
    ),
    DemoPublisher(
        slug=FOOTPATHS,
        title="National Footpaths Agency",
        kind="executive-agency",
        parent_slug=RIVERS,
        contact_name="Paths data desk",
        contact_email="paths.data@footpaths.example",
        description=(
            "Surveys, signs and mends the national trails, and gathers local maps of public rights of way into one."
        ),
    ),
    DemoPublisher(
        slug=COUNTING,
        title="Office for Public Counting",
        kind="non-ministerial-department",
        contact_name="Data dissemination",
        contact_email="data@public-counting.example",
        description=(
            "Counts people, households, jobs and prices, and keeps the lists and codes that other offices count by."
        ),
    ),
    DemoPublisher(
        slug=JOURNEYS,
        title="Department for Journeys",
        kind="ministerial-department",
        contact_name="Transport statistics enquiries",
        contact_email="statistics@journeys.example",
        description="Sets policy for roads, buses, railways and cycling, and publishes how people and goods get about.",
    ),
    DemoPublisher(
        slug=JUSTICE,
        title="Department for Justice and Garrisons",
        kind="ministerial-department",
        contact_name="Justice and defence data",
        contact_email="open.data@justice-garrisons.example",
        description=(
            "Answers for the courts, the prisons, policing standards, and the land and people of the armed services."
        ),
    ),
    DemoPublisher(
        slug=SERVICE,
        title="Department for Public Service",
        kind="ministerial-department",
        contact_name="Transparency team",
        contact_email="transparency@public-service.example",
        description=(
            "Runs the centre of government: staff, buying, shared digital services and the transparency returns."
        ),
    ),
    DemoPublisher(
        slug=HOSPITALS,
        title="Hospitals Commission",
        kind="ndpb",
        contact_name="Health data services",
        contact_email="datasets@hospitals-commission.example",
        description=(
            "Inspects hospitals, surgeries and care homes in England and publishes how long people wait and how they "
            "fare."
        ),
    ),
    DemoPublisher(
        slug=NORTHMARSH,
        title="Northmarsh County Council",
        kind="local-authority",
        contact_name="Information governance",
        contact_email="open.data@northmarsh.example",
        description=(
            "County council for the flat country between the River Wend and the sea: roads, schools, libraries, "
            "social care."
        ),
    ),
    DemoPublisher(
        slug=ASHBY,
        title="Vale of Ashby District Council",
        kind="local-authority",
        contact_name="Web team",
        contact_email="webmaster@valeofashby.example",
        description=(
            "District council for the market towns of the vale: planning, bins, council tax, licensing and parks."
        ),
    ),
    DemoPublisher(
        slug=LANTERBRIDGE,
        title="Lanterbridge City Council",
        kind="local-authority",
        contact_name="Lanterbridge Data Store",
        contact_email="datastore@lanterbridge.example",
        description=(
            "Unitary council of a port and university city on the River Lanter, with every local service under one "
            "roof."
        ),
    ),
    DemoPublisher(
        slug=TRAMS,
        title="Lanterbridge Tramways",
        kind="public-corporation",
        parent_slug=LANTERBRIDGE,
        contact_name="Tramways customer data",
        contact_email="data@lanterbridge-trams.example",
        description="The city-owned company that runs the trams of Lanterbridge.",
    ),
    DemoPublisher(
        slug=ARIAN,
        title="Cyngor Dyffryn Arian / Dyffryn Arian Council",
        kind="local-authority",
        contact_name="Tîm data agored / Open data team",
        contact_email="data@dyffryn-arian.example",
        description="Unitary council for the upland valleys of the Afon Arian; publishes in Welsh and English.",
    ),
)
