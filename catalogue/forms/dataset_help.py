"""What the entry form says beside each field: the standards' words in plain English.

After DCAT-AP 3, the UK cross-government metadata exchange model and GOV.UK's guidance on open standards for metadata.
"""

from typing import Final

LABELS: Final = {
    "title": "Title",
    "description": "Summary",
    "issued": "First released",
    "modified": "Data last updated",
    "frequency": "Updated how often",
    "provenance": "How it was made",
    "creator": "Made by",
    "contact_url": "Contact page",
    "access": "Who may have the data",
    "access_reason": "Why it is not open",
    "visibility": "Who may see this entry",
    "temporal_start": "Covers from",
    "temporal_end": "Covers to",
    "name": "Name in its address",
    "landing_page": "Page about it",
    "personal_data": "Personal data",
}

RELEASE_AT: Final = (
    "London time. Nobody outside sees the entry before this minute, and everybody from it on. Left empty, it is "
    "released as soon as it is published."
)

IN_SERIES: Final = (
    "If it is one of a run of datasets, such as one for each year: the address of the series’ page, or its name in "
    "addresses. The series has to be published."
)

HELP_TEXTS: Final = {
    "title": "What the data is, in plain words, without abbreviations or dates. At most 65 characters reads best: "
    "“Bus stops in Leeds”.",
    "description": "What it holds, whom it is about, how it was made and what it leaves out. The first sentence is "
    "shown in search results. Markdown.",
    "topic": "The one that most people would look under.",
    "kind": "A series is a run of datasets, such as one for each year; a data service is an API.",
    "publisher": "The body that answers for the data.",
    "creator": "If somebody other than the publisher made the data.",
    "provenance": "Where the data comes from and what was done to it: surveys, systems, corrections.",
    "name": "Left empty, it is made from the title. An earlier name goes on leading here.",
    "contact_email": "Left empty, the publisher’s contact is shown.",
    "licence": "What people may do with the data. Most government data is under the Open Government Licence.",
    "licence_text": "Terms in your own words, if no licence of the list fits.",
    "access": "Open: anybody. Restricted: under conditions. Internal: within government. Not released: nobody yet.",
    "access_reason": "Needed unless access is open: the public page gives it.",
    "planned_release": "When it is meant to be released, if it is: “March 2027”.",
    "frequency": "Readers are told when an update is overdue.",
    "modified": "When the data itself last changed, rather than this entry.",
    "issued": "When the data was first published.",
    "temporal_start": "The first day that the data is about.",
    "temporal_end": "The last day that the data is about. Leave it empty if the data goes on.",
    "west": "Degrees of longitude and latitude. Give all four sides or none.",
    "visibility": "Everyone; officials who are signed in; or only those who work for this publisher.",
    "personal_data": "Whether living people can be told from the data itself. Shown to everyone.",
    "held_in": "The system or place: “Case management system, Leeds”.",
    "information_asset_owner": "The senior person who answers for the data and its risks.",
    "data_steward": "Who looks after its meaning and quality.",
    "data_custodian": "Who runs the system that holds it.",
    "retention": "How long it is kept, and what happens to it then: “7 years, then destroyed”.",
    "landing_page": "A web page of yours about this dataset.",
    "classification": "Of the data, by the Government Security Classifications.",
}
