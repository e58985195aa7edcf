"""Parsers made of native code, each in a process of its own: see `services.apart`, which starts them.

They import nothing but Python, the parser, `services.apart.child` and each other.
"""
