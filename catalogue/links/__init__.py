"""Whether links work: asking (`probe`, `batch`), what an answer means (`outcome`), what follows from it (`policy`).

Nothing here touches the database.
"""
