"""Outside spellings ↔ our closed lists: one module a subject, one table each, both directions. No ORM, clock or network."""
