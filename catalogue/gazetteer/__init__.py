"""The places of the United Kingdom: names, codes, boxes, and which of them a text or an entry means. Pure."""
