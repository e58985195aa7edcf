"""Builds `data/places.tsv` from public lists: `python -m catalogue.gazetteer.build FOLDER`. Not used when serving."""
