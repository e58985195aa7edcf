"""What a table seems to be about: the period and area that it covers, and whether persons can be told from it."""

import re
from collections.abc import Sequence
from typing import Any, Final

import duckdb

from files.apart import codes
from files.apart.columns import Column, figures
from files.apart.values import financial_year

_NOT_COVERED = re.compile(
    r"birth|\bdob\b|updated|modified|created|published|review|expir|upload|inspection due|close", re.I
)
_LATITUDE = re.compile(r"^(?:lat|y|geo_?lat|(?:.*[ _.])?latitud(?:e|ine)?|.*[ _.]lat|lat[ _].*)$", re.I)
_LONGITUDE = re.compile(
    r"^(?:lon|lng|long|x|geo_?lon|(?:.*[ _.])?longitud(?:e|ine)?|.*[ _.](?:lon|lng|long)|lon[ _].*)$", re.I
)
_EASTING = re.compile(r"^(?:.*[ _.])?(?:easting|eastings|geox|x[ _-]?coord(?:inate)?|osgb_?x)s?$", re.I)
_NORTHING = re.compile(r"^(?:.*[ _.])?(?:northing|northings|geoy|y[ _-]?coord(?:inate)?|osgb_?y)s?$", re.I)
_MAX_MAPPED: Final = 3_000
#: Fewer than this may be a slip, or an example.
_ENOUGH_PERSONS = 3


def period(columns: Sequence[Column]) -> dict[str, str] | None:
    """{"start", "end", "column"}: the days between which its dates lie, guessed from the likeliest column."""
    dated = [c for c in columns if c.reading.type in ("date", "datetime", "year") and c.profile.get("min")]
    dated = [c for c in dated if not _NOT_COVERED.search(c.label)]
    for column in sorted(dated, key=lambda c: (c.reading.type == "year", -c.profile["filled"], c.number)):
        low, high = str(column.profile["min"])[:10], str(column.profile["max"])[:10]
        if column.reading.type == "year":
            low, high = f"{int(low):04}-01-01", f"{int(high):04}-12-31"
        if low[:4] >= "1600" and high[:4] <= "2150":
            return {"start": low, "end": high, "column": column.label}
    for column in columns:
        years = [year for value, _ in column.profile.get("typical", ()) if (year := financial_year(str(value)))]
        if years and len(years) == len(column.profile["typical"]) == min(column.profile["distinct"], 8):
            start, end = min(first for first, _ in years), max(last for _, last in years)
            return {"start": f"{start}-04-01", "end": f"{end}-03-31", "column": column.label}
    return None


def places(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column]) -> list[str]:
    """Countries that a column of ONS codes lies in."""
    for column in columns:
        if column.register and column.register[0] == "gss":
            rows = connection.execute(
                f"SELECT DISTINCT left({column.name}, 1) FROM {relation} WHERE {column.name} IS NOT NULL"
            ).fetchall()
            return codes.countries([letter for (letter,) in rows])
    return []


def coordinates(columns: Sequence[Column]) -> tuple[Column, Column, int | None] | None:
    """(columns of x and y, EPSG code or None for degrees), where a table says where its rows are."""
    numeric = [column for column in columns if column.reading.type in ("number", "integer")]
    for wide, high, system in ((_LONGITUDE, _LATITUDE, None), (_EASTING, _NORTHING, 27700)):
        x = next((column for column in numeric if wide.match(column.label.strip())), None)
        y = next((column for column in numeric if high.match(column.label.strip())), None)
        if x is None or y is None:
            continue
        low, up = (x.profile["min"], y.profile["min"]), (x.profile["max"], y.profile["max"])
        if None in (*low, *up):
            continue
        if system is None and -180 <= low[0] <= up[0] <= 180 and -90 <= low[1] <= up[1] <= 90:
            return x, y, None
        if 0 <= low[0] <= up[0] <= 800_000 and 0 <= low[1] <= up[1] <= 1_300_000 and up[0] > 1_000:
            return x, y, 27700
    return None


def points(
    connection: duckdb.DuckDBPyConnection, relation: str, x: Column, y: Column, rows: int
) -> list[tuple[int, float, float]]:
    """(number of the row in the table, x, y), evenly from all over it."""
    every = max(1, -(-rows // _MAX_MAPPED))
    reading = relation.replace("')", "', file_row_number = true)")
    return connection.execute(
        f"SELECT file_row_number + 1, {x.name}, {y.name} FROM {reading}"
        f" WHERE {x.name} IS NOT NULL AND {y.name} IS NOT NULL AND file_row_number % {every} = 0"
        f" AND NOT ({x.name} = 0 AND {y.name} = 0)"
    ).fetchall()


def personal(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """[{"kind", "columns", "count"}]: columns that seem to tell of persons. Never a value."""
    found: list[dict[str, Any]] = []
    texts = [column for column in columns if column.reading.type == "text"]
    if texts:
        parts = []
        for column in texts:
            parts.append(f"count(*) FILTER (regexp_matches({column.raw}, $ni))")
            parts.append(f"approx_count_distinct({column.raw}) FILTER (regexp_matches({column.raw}, $mail))")
        patterns = {"ni": codes.NATIONAL_INSURANCE, "mail": codes.PERSONAL_EMAIL}
        counts = figures(connection, relation, parts, patterns)
        for number, column in enumerate(texts):
            numbers, mails = counts[2 * number], counts[2 * number + 1]
            if numbers >= _ENOUGH_PERSONS:
                found.append({"kind": "national-insurance", "columns": [column.key], "count": numbers})
            if mails >= _ENOUGH_PERSONS:
                found.append({"kind": "email", "columns": [column.key], "count": mails})
    births = [c for c in columns if codes.BIRTH.search(c.label) and c.reading.type in ("date", "datetime", "text")]
    names = [c for c in columns if codes.PERSON_NAME.search(c.label.replace("_", " ")) and c.reading.type == "text"]
    if births and names:
        (count,) = figures(connection, relation, [f"count(nullif({births[0].raw}, ''))"])
        if count >= _ENOUGH_PERSONS:
            keys = [column.key for column in (*names, *births)]
            found.append({"kind": "birth-date", "columns": keys, "count": count})
    return found
