"""The search engine, wrapped: nothing outside this package knows that it is Tantivy.

The index is a disposable copy of what anybody may read. `document` says what goes in, `query` what comes out,
`index` where it lies, `follow` how it keeps up with the change log.
"""
