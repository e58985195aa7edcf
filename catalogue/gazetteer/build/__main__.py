"""Writes `data/places.tsv`. Its arguments are the folders of lists and of boundaries that `data/README.md` names."""

import csv
import sys
from pathlib import Path
from typing import Final

from catalogue.gazetteer.build.boxes import add_up_hectares, from_parts, learn, ons_outline_boxes, outline_boxes
from catalogue.gazetteer.build.names import Row, read

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
_ORDER: Final = ("UNION", "COUNTRY", "REGION", "COUNTY", "AUTHORITY", "POSTCODE_AREA")
_COLUMNS: Final = (
    *("code", "kind", "name", "name_cy", "names", "parent", "ended"),
    *("west", "south", "east", "north", "box_source"),
)


def main(folder: Path, boundaries: Path) -> None:
    rows = read(folder / "e_standards")
    outline_boxes(folder / "f_files/geo/jkan__local_authorities.geojson", rows)
    ons_outline_boxes(boundaries, rows)
    add_up_hectares(rows)
    from_parts(rows)
    learn(folder / "a_ckan/data.gov.uk-2016/packages.jsonl.gz", rows)
    _postcode_areas(rows)
    places = sorted(rows.values(), key=lambda row: (_ORDER.index(row.kind), row.code))
    with (_DATA / "places.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_cells(row) for row in places)


def _postcode_areas(rows: dict[str, Row]) -> None:
    by_name = {name: row for row in rows.values() for name in (row.name, *row.names)}
    with (_DATA / "postcode_areas.tsv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            around = by_name[line["authority"]]
            code = f"PC-{line['area']}"
            rows[code] = Row(code, "POSTCODE_AREA", line["name"], names={line["area"]}, parent="K02000001")
            if around.box:
                rows[code].box, rows[code].box_source = around.box, "town"


def _cells(row: Row) -> list[str]:
    names = sorted({name for name in row.names if name and name not in (row.name, row.name_cy)})
    sides = [f"{side:.4f}" for side in row.box] if row.box else [""] * 4
    return [row.code, row.kind, row.name, row.name_cy, "|".join(names), row.parent, row.ended, *sides, row.box_source]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
