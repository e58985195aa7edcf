"""Ranking by what words mean, beside the words themselves: an option (SEARCH_BY_MEANING), with packages of its own.

A small language model gives every entry and every search a vector; the nearer the two, the likelier it is meant. The
follower makes the entries' vectors when it has nothing else to do; an entry without one keeps its place by its words.
"""
