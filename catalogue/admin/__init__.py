from catalogue.admin import batches, dataset, links, reference, uploads, webhooks

__all__ = ["batches", "dataset", "links", "reference", "uploads", "webhooks"]
