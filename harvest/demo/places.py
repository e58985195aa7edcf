"""The invented places of the demo, laid over boxes of the real map so that maps and searches by place look right."""

from dataclasses import dataclass

from harvest.demo.publishers import ARIAN, ASHBY, LANTERBRIDGE, NORTHMARSH, TRAMS


@dataclass(frozen=True, kw_only=True)
class Place:
    """A named area. `bbox` is west, south, east, north in degrees (WGS 84)."""

    name: str
    bbox: tuple[float, float, float, float]
    postcode_area: str
    towns: tuple[str, ...]
    wards: tuple[str, ...]
    rivers: tuple[str, ...]

    @property
    def bbox_text(self) -> str:
        """The box as DCAT-US writes it: `west,south,east,north`."""
        return ",".join(f"{degrees:g}" for degrees in self.bbox)


NATION = Place(
    name="England",
    bbox=(-5.8, 49.9, 1.8, 55.8),
    postcode_area="QX",
    towns=(
        "Lanterbridge",
        "Wendmouth",
        "Ashby Magna",
        "Tarnhead",
        "Merrowby",
        "Coldharbour",
        "Saltwick",
        "Pendle Cross",
        "Orford Quay",
        "Stannerton",
        "Whitmoor",
        "Kingsferry",
    ),
    wards=("North East", "North West", "Midlands", "East", "South East", "South West", "London"),
    rivers=("Wend", "Lanter", "Ashwater", "Merrow", "Tarn", "Saltbourne", "Great Sallow", "Orrin", "Kennaway"),
)

PLACES = {
    NORTHMARSH: Place(
        name="Northmarsh",
        bbox=(-0.35, 52.85, 0.35, 53.35),
        postcode_area="NM",
        towns=("Wendmouth", "Saltwick", "Holme Staithe", "Fenby", "Market Sallow", "Dyke End", "Gosberry"),
        wards=("Wendmouth Quay", "Saltwick and Dunes", "Fenby Rural", "Sallow East", "Holme", "Dyke End and Carr"),
        rivers=("Wend", "Old Sallow", "Fenby Drain"),
    ),
    ASHBY: Place(
        name="the Vale of Ashby",
        bbox=(-1.75, 52.55, -1.25, 52.85),
        postcode_area="VA",
        towns=("Ashby Magna", "Ashby Parva", "Thornwick", "Little Cawle", "Hatherden", "Stoke Mallow"),
        wards=("Ashby Castle", "Ashby Holywell", "Thornwick", "Cawle and Hatherden", "Mallow", "Vale North"),
        rivers=("Ashwater", "Cawle Brook"),
    ),
    LANTERBRIDGE: Place(
        name="Lanterbridge",
        bbox=(-2.75, 53.3, -2.45, 53.5),
        postcode_area="LB",
        towns=(
            "Old Port",
            "Castlegate",
            "Ropewalk",
            "St Osyth's",
            "Northfleet Docks",
            "University",
            "Marlpit",
            "Eastways",
        ),
        wards=(
            "Castlegate",
            "Ropewalk",
            "St Osyth's",
            "Docks and Old Port",
            "Marlpit",
            "Eastways",
            "Priory",
            "Lanter Park",
        ),
        rivers=("Lanter", "Priory Brook", "Ship Canal"),
    ),
    ARIAN: Place(
        name="Dyffryn Arian",
        bbox=(-3.95, 52.25, -3.35, 52.6),
        postcode_area="YA",
        towns=("Pont-ar-Arian", "Llanfechan Uchaf", "Tre'r Mynydd", "Capel Onnen", "Rhyd-y-felin", "Bryn-dŵr"),
        wards=("Pont-ar-Arian", "Llanfechan", "Cwm Onnen", "Rhyd-y-felin", "Blaenau Arian"),
        rivers=("Arian", "Onnen", "Nant-y-môr"),
    ),
}
PLACES[TRAMS] = PLACES[LANTERBRIDGE]

STREETS = (
    "High Street",
    "Station Road",
    "Church Lane",
    "Mill Lane",
    "Quay Street",
    "Victoria Road",
    "Ropery Lane",
    "The Green",
    "Market Place",
    "Priory Road",
    "Chapel Hill",
    "Sheep Street",
    "Albert Terrace",
    "Orchard Way",
    "Castle Street",
    "Long Drove",
)

SUPPLIERS = (
    "Harrow and Finch Ltd",
    "Quillon Facilities",
    "Bluegate Energy Supply",
    "Mossby Civil Engineering",
    "Perrin Legal LLP",
    "Tallis Software",
    "Wend Valley Coaches",
    "Oakapple Recruitment",
    "Stannerton Paper Co",
    "Café Doré Catering",
    "Larch Lane Nurseries",
    "Northern Kerb and Paving",
    "Gull and Daughters",
    "Fieldfare Ecology",
)


def place_of(publisher_slug: str) -> Place:
    """Return where a publisher works: its own area, or the whole country."""
    return PLACES.get(publisher_slug, NATION)
