"""Looking into one file, in a process of its own (see `services.apart`): `python -m files.apart.profile ARGUMENTS`.

`sniffing` says what a file is, the readers (`delimited`, `workbook`, `objects`, `markup`, `geo`, …) give its tables as
rows, `heading` finds where a table begins and ends, `loading` brings it into DuckDB, `columns` tells what is in it.
These modules import nothing but Python, libraries and each other.
"""
