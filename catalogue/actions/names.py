"""Giving entries their names in addresses. A name once used stays with its entry for ever."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from catalogue.models import DatasetName
from catalogue.models.dataset import NAME_LENGTH, UUID_PATTERN

#: Words that data.gov.uk's and CKAN's addresses use for other things.
_RESERVED = {"new", "edit", "search"}

#: Stems whose numbered names are looked up in one query.
_PREFIXES = 100


def name_from(text: str) -> str:
    """A well-formed name made from a title: lower-case ASCII letters, digits and hyphens, at most 100."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", folded).strip("-_")[:NAME_LENGTH].strip("-_")
    if len(name) < 2 or name in _RESERVED or re.match(UUID_PATTERN, name):
        name = f"dataset-{name}".strip("-")[:NAME_LENGTH]
    return name


def allot(wishes: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """A free name for each (dataset id, wished name), numbered where the wish is taken by another entry.

    Two writers may still pick the same one: the primary key of `DatasetName` refuses the second.
    """
    wanted = [(dataset_id, name_from(wish)) for dataset_id, wish in wishes]
    stems = {name for _, name in wanted}
    taken: dict[str, UUID] = dict(DatasetName.objects.filter(name__in=stems).values_list("name", "dataset_id"))
    clashing = {name for dataset_id, name in wanted if taken.get(name, dataset_id) != dataset_id}
    clashing |= {name for name, times in Counter(name for _, name in wanted).items() if times > 1}
    prefixes = sorted({stem[: NAME_LENGTH - 7] + "-" for stem in clashing})
    for start in range(0, len(prefixes), _PREFIXES):
        numbered = reduce(or_, (Q(name__startswith=prefix) for prefix in prefixes[start : start + _PREFIXES]))
        taken |= dict(DatasetName.objects.filter(numbered).values_list("name", "dataset_id"))
    allotted: dict[UUID, str] = {}
    numbers: dict[str, int] = {}
    for dataset_id, stem in wanted:
        name = stem
        while taken.get(name, dataset_id) != dataset_id:
            numbers[stem] = numbers.get(stem, 1) + 1
            name = f"{stem[: NAME_LENGTH - 7]}-{numbers[stem]}"
        taken[name] = dataset_id
        allotted[dataset_id] = name
    return allotted
