"""What each criterion asks for and why, in words for everybody; the rules share out its points. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Guidance:
    asks: str
    why: str


GUIDANCE: Final[dict[str, Guidance]] = {
    "title_description": Guidance(
        "A title of two words or more, up to 150 characters, and a description of more than 100 characters, neither of "
        "them in capitals.",
        "People decide by these two whether to look any further, and search finds little else.",
    ),
    "licence": Guidance(
        "An open licence chosen from the list; of data that isn't open, the reason why.",
        "Without a licence nobody knows whether they may use the data, and the careful don't.",
    ),
    "contact": Guidance(
        "An email address, web page or phone number, of the entry itself or of its publisher.",
        "Whoever finds a fault or doesn't understand a column needs someone to ask.",
    ),
    "links": Guidance(
        "Every link leads to what the entry says is there. A link counts once it has been checked with a clear answer.",
        "Data behind a broken link might as well not be published.",
    ),
    "formats": Guidance(
        "At least one file in an open format that software can read, such as CSV, or an API.",
        "From a PDF every reader has to type the figures again.",
    ),
    "up_to_date": Guidance(
        "How often the data is updated, and an update in time: within the period, and a grace of a quarter of it (at "
        "least 2 days, at most 60). Data that promises no regular update is in time.",
        "Decisions are made on the latest figures, and a promise lets people plan.",
    ),
    "topic_tags": Guidance(
        "A topic, and at least three tags.",
        "They bring the entry to people who browse, and to those who search by other words.",
    ),
    "coverage": Guidance(
        "The period that the data covers, as dates, and the area, as named places or a box.",
        "Whoever needs the figures of one year or one county finds them.",
    ),
    "files_described": Guidance(
        "For each file a title of more than one word, or a description.",
        "Of twelve files called “download” nobody can tell which is the one.",
    ),
    "dates": Guidance(
        "When the data was first released, and when it was last updated.",
        "They tell an edition from its predecessor, and a living dataset from a forgotten one.",
    ),
    "consistent": Guidance(
        "The first release doesn't come after the last update, and servers send the kind of file that the entry "
        "announces, not a web page.",
        "Statements that contradict each other cast doubt on all the others.",
    ),
}
