"""How careful each publisher is: the demo's spread from excellent to sloppy."""

from dataclasses import dataclass

from harvest.demo.publishers import (
    ARIAN,
    ASHBY,
    COUNTING,
    FOOTPATHS,
    HOSPITALS,
    JOURNEYS,
    JUSTICE,
    LANTERBRIDGE,
    NORTHMARSH,
    RIVERS,
    SERVICE,
    TRAMS,
)

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
OGL_2 = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
CC_BY_NC_ND = "https://creativecommons.org/licenses/by-nc-nd/4.0/"
NO_LICENCE = ""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A publisher's habits. Shares are between 0 and 1."""

    #: Drawn from with equal chance, so repeat one to make it commoner.
    licences: tuple[str, ...]
    #: "iso", "datetime", "slashed" (2021/02/05), "british" (06/05/2009), "vague" (March 2014) or "missing".
    date_styles: tuple[str, ...] = ("iso",)
    #: Months after which an entry that should be kept current was last touched.
    months_behind: tuple[int, int] = (0, 1)
    #: How media types and formats are written: "iana", "upper", "dotted", "loose", "wrong" or "missing".
    format_styles: tuple[str, ...] = ("iana",)
    #: "topic", "eu" (address in the EU's list), "loose" or "missing".
    theme_styles: tuple[str, ...] = ("topic",)
    #: "bbox", "name", "geojson" or "missing".
    spatial_styles: tuple[str, ...] = ("bbox",)
    #: "url", "slug", "number" or "uuid".
    identifier_style: str = "slug"
    #: Whether a title says whose data it is where several publishers hold the like.
    names_itself_in_titles: bool = True
    describes_files: bool = True
    has_landing_pages: bool = True
    contact_share: float = 1.0
    keyword_share: float = 1.0
    period_share: float = 1.0
    frequency_share: float = 1.0
    short_description_share: float = 0.0
    html_share: float = 0.0
    untidy_title_share: float = 0.0
    no_files_share: float = 0.0
    broken_link_share: float = 0.0
    odd_link_share: float = 0.08
    #: Whether its server sometimes answers that it has been asked too often.
    limits_requests: bool = False


EXCELLENT = Profile(licences=(OGL,), spatial_styles=("bbox",), identifier_style="url", broken_link_share=0.01)

PROFILES = {
    RIVERS: EXCELLENT,
    COUNTING: Profile(
        licences=(OGL,),
        date_styles=("datetime",),
        theme_styles=("eu",),
        identifier_style="uuid",
        broken_link_share=0.02,
    ),
    FOOTPATHS: Profile(
        licences=(OGL, OGL, CC_BY),
        spatial_styles=("geojson", "bbox"),
        format_styles=("iana", "upper"),
        frequency_share=0.8,
        broken_link_share=0.05,
    ),
    JOURNEYS: Profile(
        licences=(OGL, OGL, OGL, OGL_2),
        months_behind=(0, 4),
        format_styles=("iana", "upper"),
        spatial_styles=("name",),
        html_share=0.15,
        broken_link_share=0.06,
    ),
    JUSTICE: Profile(
        licences=(OGL, OGL, "OGL v3.0"),
        months_behind=(1, 10),
        format_styles=("upper", "loose"),
        spatial_styles=("name", "missing"),
        describes_files=False,
        frequency_share=0.6,
        broken_link_share=0.09,
    ),
    SERVICE: Profile(
        licences=(OGL, "uk-ogl", OGL_2),
        date_styles=("iso", "datetime"),
        months_behind=(0, 6),
        format_styles=("upper",),
        theme_styles=("topic", "loose"),
        spatial_styles=("missing",),
        html_share=0.1,
        broken_link_share=0.09,
    ),
    HOSPITALS: Profile(
        licences=(OGL, OGL, OGL, CC_BY_NC_ND),
        theme_styles=("topic", "eu"),
        months_behind=(0, 3),
        html_share=0.1,
        broken_link_share=0.05,
    ),
    NORTHMARSH: Profile(
        licences=(OGL, OGL, "Open Government Licence", NO_LICENCE),
        date_styles=("iso", "iso", "slashed"),
        months_behind=(2, 20),
        format_styles=("upper", "dotted", "loose"),
        theme_styles=("topic", "loose", "missing"),
        spatial_styles=("name", "bbox"),
        names_itself_in_titles=False,
        contact_share=0.9,
        keyword_share=0.9,
        period_share=0.6,
        frequency_share=0.7,
        html_share=0.35,
        no_files_share=0.05,
        broken_link_share=0.12,
    ),
    ASHBY: Profile(
        licences=(
            NO_LICENCE,
            NO_LICENCE,
            "See website for terms and conditions",
            "Please contact the Web Team before using this data for anything",
            OGL_2,
            "© Vale of Ashby District Council. All rights reserved.",
        ),
        date_styles=("british", "slashed", "vague", "missing"),
        months_behind=(14, 90),
        format_styles=("dotted", "loose", "wrong", "missing"),
        theme_styles=("missing", "missing", "loose"),
        spatial_styles=("missing", "missing", "name"),
        identifier_style="number",
        names_itself_in_titles=False,
        describes_files=False,
        has_landing_pages=False,
        contact_share=0.4,
        keyword_share=0.35,
        period_share=0.1,
        frequency_share=0.2,
        short_description_share=0.55,
        html_share=0.25,
        untidy_title_share=0.35,
        no_files_share=0.12,
        broken_link_share=0.3,
        limits_requests=True,
    ),
    LANTERBRIDGE: Profile(
        licences=(OGL, OGL, OGL, CC_BY),
        date_styles=("iso", "datetime"),
        months_behind=(0, 5),
        format_styles=("iana", "iana", "upper"),
        theme_styles=("topic", "loose"),
        spatial_styles=("bbox", "geojson"),
        identifier_style="uuid",
        period_share=0.9,
        html_share=0.08,
        no_files_share=0.01,
        broken_link_share=0.06,
    ),
    TRAMS: Profile(
        licences=(
            CC_BY,
            "https://creativecommons.org/licenses/by-sa/4.0/",
            "Free for non-commercial use by passengers of Lanterbridge Tramways",
        ),
        format_styles=("upper", "dotted"),
        spatial_styles=("name",),
        frequency_share=0.5,
        broken_link_share=0.1,
        limits_requests=True,
    ),
    ARIAN: Profile(
        licences=(OGL, OGL, "Trwydded Llywodraeth Agored"),
        date_styles=("iso", "iso", "british"),
        months_behind=(1, 14),
        format_styles=("upper", "iana"),
        spatial_styles=("bbox", "name"),
        contact_share=0.95,
        period_share=0.7,
        frequency_share=0.8,
        html_share=0.1,
        no_files_share=0.04,
        broken_link_share=0.1,
    ),
}
