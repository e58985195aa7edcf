"""Codes, names and parents, from ONS's lists and the local authority registers."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_ONS: Final = "ons-codes/lists/ons"
_LISTS: Final = "uk-organisations/local-authority-lists"
_LAND: Final = "uk-organisations/digital-land"

_KINDS: Final = {
    "UK": "UNION",
    "GB": "UNION",
    "NAT": "UNION",
    "CTRY": "COUNTRY",
    "RGN": "REGION",
    "CTY": "COUNTY",
    "MCTY": "COUNTY",
    "MD": "AUTHORITY",
    "NMD": "AUTHORITY",
    "UA": "AUTHORITY",
    "LONB": "AUTHORITY",
    "CA": "AUTHORITY",
}
_LONDON: Final = "E12000007"
_REGIONS: Final = {
    "north-east": "E12000001",
    "north-west": "E12000002",
    "yorkshire-and-the-humber": "E12000003",
    "east-midlands": "E12000004",
    "west-midlands": "E12000005",
    "east-of-england": "E12000006",
    "london": _LONDON,
    "south-east": "E12000008",
    "south-west": "E12000009",
}
#: Regions of authorities made since the lists were: their orders of creation name the county they stand in.
_NEW_PARENTS: Final = {
    "E06000057": "E12000001",
    "E06000058": "E12000009",
    "E06000059": "E12000009",
    "E06000060": "E12000008",
    "E06000061": "E12000004",
    "E06000062": "E12000004",
    "E06000063": "E12000002",
    "E06000064": "E12000002",
    "E06000065": "E12000003",
    "E06000066": "E12000009",
}
#: A county that was given another code in 2013, when Gateshead's boundary moved: two districts' rows have the old one.
_RECODED: Final = {"E11000004": "E11000007"}
#: Where a list slips, or gives a name that nobody would type.
_CORRECTED: Final = {
    "E06000061": "North Northamptonshire",
    "E06000062": "West Northamptonshire",
    "E06000063": "Cumberland",
    "E12000003": "Yorkshire and the Humber",
    "S12000013": "Na h-Eileanan Siar",
    "E06000010": "Kingston upon Hull",
    "E06000019": "Herefordshire",
    "E06000023": "Bristol",
}
#: Names that people use and no list has.
_ALSO: Final = {
    "K02000001": ["UK", "Great Britain and Northern Ireland", "GBR"],
    "K03000001": ["GB", "Britain"],
    "K04000001": ["England & Wales"],
    "E12000003": ["Yorkshire and Humber", "Yorkshire & the Humber", "Yorkshire"],
    "E12000006": ["Eastern", "East Anglia", "East England"],
    "E12000007": ["Greater London", "London Region"],
    "E12000001": ["North East England"],
    "E12000002": ["North West England"],
    "E12000008": ["South East England"],
    "E12000009": ["South West England"],
    "W92000004": ["Cymru"],
    "S92000003": ["Alba"],
    "N92000002": ["NI"],
    "S12000013": ["Western Isles", "Outer Hebrides", "Eilean Siar", "Comhairle nan Eilean Siar"],
    "E06000010": ["Hull"],
    "E06000043": ["Brighton"],
    "E08000021": ["Newcastle"],
    "E06000047": ["Durham"],
    "E07000027": ["Barrow", "Barrow Borough Council"],
    "E06000054": ["Wilts"],
    "E10000014": ["Hants"],
}
_style: Final = re.compile(
    r"^(?:the\s+)?(?:(?:metropolitan|london|royal)\s+)?"
    r"(?:(?:city and county|county borough|borough|district|city|county)(?:\s*&\s*county)?\s+of\s+)"
    r"|\s*\(.*\)$|,\s*(?:city|county) of$"
    r"|\s+(?:(?:metropolitan|county|city|london)\s+)*(?:borough|district|city|county|unitary)?\s*(?:council|authority)$",
    re.IGNORECASE,
)


@dataclass
class Row:
    """A line of the table while it is being made."""

    code: str
    kind: str
    name: str
    name_cy: str = ""
    names: set[str] = field(default_factory=set)
    parent: str = ""
    ended: str = ""
    hectares: float = 0.0
    box: tuple[float, float, float, float] | None = None
    box_source: str = ""


def table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV or TSV file; which of them it is, the first line shows."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    for row in csv.DictReader(text.splitlines(), delimiter=delimiter):
        yield {
            key: " ".join((value or "").split()) for key, value in row.items() if isinstance(value, str | None) and key
        }


def bare(name: str) -> str:
    """A name without the style of its council: "London Borough of Barnet" and "Barnet (B)" are Barnet."""
    return _style.sub("", _style.sub("", name)).strip()


def read(standards: Path) -> dict[str, Row]:
    """Every place but the postcode areas, by code."""
    rows: dict[str, Row] = {}
    _hierarchy(standards, rows)
    _ended_codes(standards, rows)
    keys = _registers(standards, rows)
    _other_names(standards, rows, keys)
    for row in rows.values():
        row.parent = row.parent if row.ended else _RECODED.get(row.parent, row.parent)
    for code, name in _CORRECTED.items():
        rows[code].names.add(rows[code].name)
        rows[code].name = name
    rows["E10000032"].names.discard("Sussex")  # one list's name for West Sussex
    for code, names in _ALSO.items():
        rows[code].names.update(names)
    return rows


def _hierarchy(standards: Path, rows: dict[str, Row]) -> None:
    for row in table(standards / _LISTS / "lists/ons-api-admin-areas/ward-hierarchy.tsv"):
        kind = _KINDS.get(row["area-type"])
        if kind:
            parent = _LONDON if row["parent-code"].startswith("E13") else row["parent-code"]
            rows[row["item-code"]] = Row(row["item-code"], kind, row["name"], row["name-cy"], parent=parent)
    for name in ("e06", "e09", "n09"):
        for row in table(standards / _ONS / f"{name}.csv"):
            if row["GEOGCD"] in rows and row.get("AREALHECT"):
                rows[row["GEOGCD"]].hectares = float(row["AREALHECT"])
    for name in ("district", "county"):
        for row in table(standards / _LISTS / f"lists/os-boundary-line/{name}.csv"):
            if row["CODE"] in rows and not rows[row["CODE"]].hectares:
                rows[row["CODE"]].hectares = float(row["HECTARES"])


def _ended_codes(standards: Path, rows: dict[str, Row]) -> None:
    """Districts and counties that the hierarchy no longer has, and the present Northern Irish districts."""
    kinds = {"e06": "AUTHORITY", "e07": "AUTHORITY", "e08": "AUTHORITY", "e09": "AUTHORITY", "e10": "COUNTY"}
    for name, kind in {**kinds, "e11": "COUNTY", "n09": "AUTHORITY"}.items():
        for row in table(standards / _ONS / f"{name}.csv"):
            code = row["GEOGCD"]
            if code not in rows:
                parent = "N92000002" if code.startswith("N") else row.get("PARENTCD", "")
                rows[code] = Row(code, kind, row["GEOGNM"], parent=parent or _NEW_PARENTS.get(code, "E92000001"))
                if row.get("AREALHECT"):
                    rows[code].hectares = float(row["AREALHECT"])
            rows[code].names.add(row["GEOGNM"])
            if row.get("GEOGNMW"):
                rows[code].name_cy = row["GEOGNMW"]
            year = re.search(r"\d{4}", row["TERM_DATE"])
            # A code is listed again where its name changed: it has ended only if its last line says so
            rows[code].ended = year[0] if year and row.get("STATUS", "terminated") != "live" else ""


def _registers(standards: Path, rows: dict[str, Row]) -> dict[str, str]:
    """Official names and ends from the registers. Returns the code for each register key: 'local-authority-eng:ADU'."""
    keys: dict[str, str] = {}
    for row in table(standards / _LISTS / "maps/gss.tsv"):
        keys[row["local-authority"]] = row["gss"]
    regions = {row["organisation"]: row["region"] for row in table(standards / _LAND / "local-authority-to-region.csv")}
    for row in table(standards / _LAND / "local-authority.csv"):
        code, key = row["statistical-geography"], f"local-authority-eng:{row['local-authority-eng']}"
        if not re.fullmatch(r"E(0[6-9]|10)\d{6}", code):
            continue
        keys[key] = code
        if code not in rows:
            parent = _REGIONS.get(regions.get(key, ""), _NEW_PARENTS.get(code, "E92000001"))
            rows[code] = Row(
                code, "COUNTY" if code.startswith("E10") else "AUTHORITY", bare(row["name"]), parent=parent
            )
        rows[code].names.add(row["name"])
        rows[code].ended = row["end-date"][:4] or rows[code].ended
    return keys


def _other_names(standards: Path, rows: dict[str, Row], keys: dict[str, str]) -> None:
    for name in ("food-authority", "os", "opendatacommunities", "edubase", "gss"):
        for row in table(standards / _LISTS / f"maps/{name}.tsv"):
            code = keys.get(row["local-authority"])
            if code in rows and row["name"]:
                rows[code].names.add(row["name"])
    registers = {"eng": "local-authorities", "sct": "local-authority-sct"}
    for nation, file in registers.items():
        for row in table(standards / f"registers/tsv/local-authority-{nation}/{file}.tsv"):
            code = keys.get(f"local-authority-{nation}:{row[f'local-authority-{nation}']}")
            if code in rows:
                rows[code].names.update(filter(None, (row["name"], row["official-name"])))
    welsh = {
        row["principal-local-authority"]: row["statistical-geography-unitary-authority-wls"]
        for row in table(
            standards / "ons-codes/data/statistical-geography-unitary-authority-wls"
            "/statistical-geography-unitary-authority-wls.tsv"
        )
    }
    for row in table(standards / "registers/tsv/principal-local-authority/principal-local-authority.tsv"):
        found = rows.get(welsh.get(row["principal-local-authority"], ""))
        if found:
            found.name_cy = row["name-cy"] or found.name_cy
            found.names.update(filter(None, (row["name"], row["official-name"], row["official-name-cy"])))
