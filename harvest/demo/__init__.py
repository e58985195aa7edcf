"""Invented publishers with invented catalogues, served over real HTTP, so that a newcomer has something to harvest.

Nothing here is fetched from anywhere: every entry, file and fault is generated from fixed seeds, the same each time.
The way through: `publishers` and `places` (who and where) → `families` (what about) → `catalogue` (which entries)
→ `metadata` and `flaws` (their data.json records) → `files` (what the links hold) → `server` (how the links answer).
"""
