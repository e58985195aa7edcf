"""The query language of `q` and `fq`: the part of Lucene's that CKAN's clients use.

`syntax` turns text into the tree of `nodes`; `filters` turns the tree into a condition on datasets, field by field
as `fields` tells. Text is never handed on to an engine's own parser.
"""
