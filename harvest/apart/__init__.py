"""Parsers made of native code, each in a process of its own.

They are fast, and some input makes them crash, take all memory or never end: that must cost one small process and not
the worker with everything it holds. `process` starts them and reads what they write; the other modules run there, and
so import nothing but Python, the parser and each other.
"""
