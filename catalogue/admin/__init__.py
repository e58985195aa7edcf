from catalogue.admin import dataset, links, reference

__all__ = ["dataset", "links", "reference"]
