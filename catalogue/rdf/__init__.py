"""Statements of RDF as small trees, and writers that turn them into each of its forms, piece by piece. Pure.

A document is a run of nodes, never a graph in memory: a catalogue of any size is written in constant memory, and a
dataset in a fraction of a millisecond. `docs/decisions/0017-languages.md` tells why no library writes for us.
"""
