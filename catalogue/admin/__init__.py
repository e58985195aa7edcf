from catalogue.admin import batches, dataset, links, reference, webhooks

__all__ = ["batches", "dataset", "links", "reference", "webhooks"]
