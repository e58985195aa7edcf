from catalogue.admin import batches, dataset, links, proposals, reference, uploads, webhooks

__all__ = ["batches", "dataset", "links", "proposals", "reference", "uploads", "webhooks"]
