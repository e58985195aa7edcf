"""Copies of the whole catalogue, kept as files: what is in them, how they are made, how long they may be served."""
