"""Outside spellings ↔ our closed lists: a module a subject, a table each, both directions. No ORM, clock or network."""
