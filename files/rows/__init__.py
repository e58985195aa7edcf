"""Questions to a table’s Parquet file: what may be asked (`asked`), as SQL (`sql`), answered in bounds (`engine`)."""
