"""Every weight of the ranking, in one table. Each line's effect is measured by `bench/relevance.py --ablation`, which
sets one after the other to nothing; docs/benchmarks.md has the figures.

One searched field holds an entry's text, with the parts that count most repeated (BM25 over one field ranks better than
a clause for each). Everything else is added to, or multiplies, the score of that field, in which one word earns about 5
to 20.
"""

from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    # How often each part of an entry is put into the searched field
    "part: title": 5,
    "part: tags": 3,
    "part: publisher": 2,
    "part: description": 1,
    "part: other languages": 1,
    # What a word earns besides, as a share of its score in that field
    "word in the title": 0.3,
    "two words side by side": 0.35,
    "word that says little (data, file)": 0.3,
    "word of like meaning": 0.3,
    # What is added to a score
    "every word": 2.0,
    "whole title": 20.0,
    "format named": 3.0,
    "year covered": 1.0,
    "word two slips away": 5.0,
    "box that fits the area": 10.0,
    # What nearness of meaning has of the whole score, where it is asked for (SEARCH_BY_MEANING)
    "share of meaning": 0.4,
    # By how much the standing of an entry (quality, links, freshness) can raise a score, as a share of it
    "standing": 0.05,
}
