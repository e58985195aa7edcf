"""The catalogue as the public sees it, so that two of them can be compared; and making it empty again."""

import json


def catalogue() -> tuple[dict[str, str], int, int]:
    """What the public sees of each entry, as text by (source, identity); how many entries and versions there were."""
    from django.db.models import Sum

    from catalogue.enums import State
    from catalogue.models import Dataset, Resource
    from catalogue.snapshots import snapshot
    from harvest.models import Record

    seen = {}
    for record in Record.objects.filter(dataset__state=State.PUBLISHED).select_related("dataset"):
        entry = record.dataset
        assert entry is not None
        body = snapshot(entry, Resource.objects.filter(dataset=entry).order_by("position"), name="")
        for resource in body["resources"]:
            resource.pop("id", None)
        key = f"{record.source_id} {record.guid}"
        seen[key] = json.dumps([str(entry.id), record.content_hash, body], sort_keys=True, default=str)
    published = Dataset.objects.filter(state=State.PUBLISHED)
    assert published.count() == len(seen), "An entry stands twice, or belongs to no record."
    return seen, published.count(), Dataset.objects.aggregate(versions=Sum("version"))["versions"] or 0


def forget_entries() -> None:
    from catalogue.models import Change, Dataset, DatasetName, Revision
    from harvest.models import Record, Run

    for model in (Change, Record, Run, Revision, DatasetName, Dataset):
        model.objects.all().delete()


def differences(soaked: dict[str, str], fresh: dict[str, str]) -> list[str]:
    found = [f"{key} is there and should not be" for key in sorted(soaked.keys() - fresh.keys())]
    found += [f"{key} is missing" for key in sorted(fresh.keys() - soaked.keys())]
    return found + [
        f"{key} says {soaked[key]} and should say {fresh[key]}"
        for key in sorted(soaked.keys() & fresh.keys())
        if soaked[key] != fresh[key]
    ]
