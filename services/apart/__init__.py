"""Parsers of files that nobody vouches for, each in a process of its own.

Native code is fast, and some input makes it crash, take all memory or never end: that must cost one small process and
not the worker with everything it holds. `process` starts them and reads what they write; `child` is what they begin
with. The parsers themselves belong to the apps, and import nothing but Python, their libraries and each other.
"""
