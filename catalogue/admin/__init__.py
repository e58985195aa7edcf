from catalogue.admin import batches, dataset, links, reference

__all__ = ["batches", "dataset", "links", "reference"]
