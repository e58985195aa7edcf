"""Tables of a dump as Parquet, made of the CSV beside them by DuckDB, which streams. Nothing is fetched or guessed."""

from pathlib import Path
from typing import Final

import duckdb

from catalogue.serializers.dump import DATASET_COLUMNS, RESOURCE_COLUMNS, Columns

_TABLES: Final[dict[str, Columns]] = {"datasets": DATASET_COLUMNS, "resources": RESOURCE_COLUMNS}


def write_parquet(folder: Path, table: str) -> None:
    """`datasets.csv.gz` → `datasets.parquet`."""
    types = ", ".join(f"'{name}': '{kind}'" for name, kind, _ in _TABLES[table])
    source, target = folder / f"{table}.csv.gz", folder / f"{table}.parquet"
    with duckdb.connect(
        config={
            "memory_limit": "512MB",
            "threads": 1,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    ) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY (SELECT * FROM read_csv(?, header = true, auto_detect = false, delim = ',', quote = '\"',"
            f" escape = '\"', nullstr = '', new_line = '\\r\\n', max_line_size = 20000000, columns = {{{types}}}))"
            f" TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)",
            [str(source)],
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
