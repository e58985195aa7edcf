from catalogue.admin import dataset, reference

__all__ = ["dataset", "reference"]
