"""Whether what an entry says agrees with itself and with what servers answer. Pure."""

import datetime

from catalogue.enums import ResourceKind
from catalogue.quality.criterion import Finding, criterion
from catalogue.quality.days import in_words
from catalogue.quality.dimensions import Dimension
from catalogue.quality.facts import DatasetFacts, ResourceFacts
from catalogue.vocabularies.formats import FORMATS

#: What servers send where a file was moved or a page stands before it.
WEB_PAGE = "HTML"


@criterion("consistent", "Statements agree", out_of=5, dimension=Dimension.CONSISTENCY)
def consistent(facts: DatasetFacts, today: datetime.date) -> Finding:
    """Of what can be compared, how much agrees: the order of two dates, and for each file its format.

    A first release that is yet to come is compared with nothing, as no date of the future is believed.
    """
    compared = [resource for resource in facts.resources if _is_comparable(resource)] if facts.offers_files else []
    strays = [resource for resource in compared if resource.served == WEB_PAGE]
    has_dates = facts.is_released and facts.modified is not None and facts.issued is not None and facts.issued <= today
    is_reversed = has_dates and dates_are_reversed(facts)
    total = len(compared) + has_dates
    if not total:
        reason = "There is nothing yet to compare: no two dates, and no file whose link was followed."
        return Finding(None, reason, field="modified")
    faults = len(strays) + is_reversed
    if not faults:
        reason = "Dates and formats agree with each other and with what servers send."
        return Finding(5, reason, field="modified", evidence=tuple(resource.id for resource in compared[:5]))
    said, wanted = [], []
    if strays:
        first = strays[0]
        when = f" on {in_words(first.checked)}" if first.checked else ""
        more = f", and so did {len(strays) - 1} more" if len(strays) > 1 else ""
        said.append(f"the file “{first.label}” is listed as {first.format}, but the server sent a web page{when}{more}")
        wanted.append("link to the file itself, or give its format as HTML")
    if is_reversed and facts.issued and facts.modified:
        said.append(
            f"it was first released on {in_words(facts.issued)}, after its last update on {in_words(facts.modified)}"
        )
        wanted.append("correct the date of first release")
    reason, fix = "; ".join(said), " and ".join(wanted)
    return Finding(
        5 * (total - faults) // total,
        f"{reason[:1].upper()}{reason[1:]}.",
        f"{fix[:1].upper()}{fix[1:]}.",
        "resources" if strays else "issued",
        tuple(resource.id for resource in strays[:5]),
    )


def dates_are_reversed(facts: DatasetFacts) -> bool:
    return bool(facts.issued and facts.modified and facts.issued > facts.modified)


def _is_comparable(resource: ResourceFacts) -> bool:
    """Whether its format is one that a web page can't be, and its server named a type.

    Nothing else is compared: servers call CSV plain text, and a spreadsheet a stream of octets, without any harm.
    """
    known = FORMATS.get(resource.format)
    return bool(resource.served and resource.is_data and known and known.is_machine_readable and not _is_page(resource))


def _is_page(resource: ResourceFacts) -> bool:
    """Addresses of services often answer a bare request with a page that explains them."""
    return resource.kind != ResourceKind.DATA or FORMATS[resource.format].bucket in {"HTML", "WMS", "WFS", "ESRI REST"}
