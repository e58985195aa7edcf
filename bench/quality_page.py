"""The page of figures on the real data.gov.uk of 2016, from what stands in the database: counts and averages alone."""

import datetime
from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Any

SIZES = ((1, 4), (5, 19), (20, 99), (100, 499), (500, 10**9))


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """In Markdown; the first column to the left, the others to the right."""
    lines = [f"| {' | '.join(header)} |", f"|---{'|---:' * (len(header) - 1)}|"]
    lines += [f"| {' | '.join(_text(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _text(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "/")


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def page(as_of: datetime.datetime) -> str:
    from django.db.models import Count, Max, Min
    from django.utils import timezone

    from catalogue.enums import RollupScope
    from catalogue.models import QualityReport, Topic
    from catalogue.quality.figures import Figures
    from catalogue.quality.rollups import WHOLE, count_cells, scopes_of
    from catalogue.quality.score import RULES
    from publishers.models import Publisher

    scopes = scopes_of(count_cells(now=timezone.now()))
    whole = scopes[WHOLE]
    publishers = {key: figures for (scope, key), figures in scopes.items() if scope == RollupScope.PUBLISHER}
    names = {str(key): title for key, title in Publisher.objects.values_list("id", "title")}
    topics = dict(Topic.objects.values_list("slug", "title"))

    def line(title: str, figures: Figures) -> tuple[Any, ...]:
        shares = [figures.of(key).met_share for key in ("licence", "formats", "up_to_date", "contact")]
        stars = figures.mean_stars
        return (
            title,
            figures.datasets,
            figures.mean_score,
            figures.mean_mqa,
            None if stars is None else f"{stars:.2f}",
            *(None if share is None else f"{share:.0f} %" for share in shares),
        )

    header = ("", "entries", "score", "MQA", "stars", "licence", "format", "in time", "contact")
    by_score = QualityReport.objects.filter(dataset__in=_public()).aggregate(least=Min("score"), most=Max("score"))
    tens = dict(
        QualityReport.objects.filter(dataset__in=_public(), score__lte=100)
        .extra(select={"ten": "least(score / 10, 9)"})
        .order_by()
        .values_list("ten")
        .annotate(Count("dataset_id"))
    )
    largest = sorted(publishers.items(), key=lambda item: -item[1].datasets)[:25]
    fair = [f for f in publishers.values() if f.scored >= 5 and f.mean_score is not None]
    means = sorted(f.mean_score or 0 for f in fair)
    at = lambda share: means[round(share * (len(means) - 1))]  # noqa: E731
    size_rows = []
    for least, most in SIZES:
        of_size = [f for f in publishers.values() if least <= f.datasets <= most]
        total = sum(of_size, start=Figures())
        size_rows.append(
            (f"{least} to {most} entries" if most < 10**9 else f"{least} or more", len(of_size), *line("", total)[1:])
        )
    criteria = []
    judged = [rule for rule in RULES if rule.key != "links"]
    for rule in sorted(judged, key=lambda rule: whole.of(rule.key).met_share or 0):
        counts = whole.of(rule.key)
        criteria.append(
            (
                rule.title,
                rule.dimension.value,
                rule.out_of,
                percent(counts.met, counts.known),
                percent(counts.partly, counts.known),
                percent(counts.unmet, counts.known),
                counts.unknown,
            )
        )
    band_rows = [(band, n, percent(n, whole.scored)) for band, n in whole.band_counts().items()]
    mqa_rows = [(band, n, percent(n, whole.mqa_scored)) for band, n in whole.mqa_band_counts().items()]
    star_rows = [(n, count, percent(count, whole.starred)) for n, count in whole.star_counts().items()]
    ten_rows = [
        (f"{n * 10} to {n * 10 + 9 if n < 9 else 100}", tens.get(n, 0), percent(tens.get(n, 0), whole.scored))
        for n in range(10)
    ]
    by_size = sorted(scopes.items(), key=lambda item: -item[1].datasets)
    topic_rows = [
        line(topics.get(key, key), figures) for (scope, key), figures in by_size if scope == RollupScope.TOPIC
    ]
    topic_rows.append(line("all, with those of no topic", whole))
    scores = [
        ("our score, 0 to 100", whole.mean_score, f"lowest {by_score['least']}, highest {by_score['most']}"),
        ("European score (MQA), 0 to 405", whole.mean_mqa, "at most 325 without checked links"),
        ("stars of open data, 0 to 5", f"{whole.mean_stars:.2f}", f"of {whole.starred:,} open entries"),
        ("stars of the format alone", f"{whole.mean_format_stars:.2f}", "whatever the licence"),
    ]
    spread = ", ".join(
        f"{words} {at(share):.1f}"
        for words, share in (
            ("lowest", 0),
            ("a tenth below", 0.1),
            ("half below", 0.5),
            ("nine tenths below", 0.9),
            ("highest", 1),
        )
    )
    parts = [
        "# How data.gov.uk of April 2016 fares",
        f"Figures of every public entry in the catalogue of that month, {whole.datasets:,} of them with "
        f"{whole.resources:,} files and links, made by `bench/quality.py --page` from the packages as their API gave "
        "them, through the same normaliser, checks, rules and roll-ups as any other catalogue's. They are judged as of "
        f"{as_of.day} {as_of:%B %Y}: judged today, data of then would be late without exception.",
        "**Links were not checked**: nobody can check the links of 2016 today and learn what they were then. So the "
        "criterion “links work” is not known of any entry with links, and is left out of our score. The European score "
        "doesn't leave out what it doesn't know: it has none of the 80 points that live links bring. Stars take each "
        "link at its word.",
        "## In short",
        *in_short(whole, {topics.get(key, key): f for (scope, key), f in by_size if scope == RollupScope.TOPIC}),
        "## The three scores",
        table(("", "average", ""), scores),
        table(("our score", "entries", "share"), ten_rows),
        table(("band", "entries", "share"), band_rows),
        table(("European band", "entries", "share"), mqa_rows),
        table(("stars", "entries", "share"), star_rows),
        "Without an open licence there is no star: the difference between the two averages of stars is the licences' "
        "doing.",
        "## By criterion",
        "Shares are of the entries about which something can be said; the last column counts the others. Least met "
        f"first. “Links work” isn't among them, since no link was checked; {whole.of('links').unmet:,} entries that "
        "are open have no link at all.",
        table(
            ("criterion", "dimension", "points", "met", "partly", "not met", "not known or not asked"),
            criteria,
        ),
        "## By topic",
        table(header, topic_rows),
        "“Licence”, “format”, “in time” and “contact” are the shares of entries that wholly meet those criteria.",
        "## By publisher",
        f"{len(publishers):,} publishers have entries, {len(fair):,} of them five or more, which is what a rank takes. "
        f"Of these the average scores are: {spread}.",
        table(("size", "publishers", *header[1:]), size_rows),
        "The 25 largest:",
        table(header, [line(names[key], figures) for key, figures in largest]),
    ]
    text = "\n\n".join(part if part.startswith("|") else _filled(part) for part in parts) + "\n"
    return text.replace("\n\n- ", "\n- ").replace("## In short\n", "## In short\n\n")


def _filled(part: str) -> str:
    indent = "  " if part.startswith("- ") else ""
    return fill(part, 120, subsequent_indent=indent, break_on_hyphens=False)


def in_short(whole: Any, topics: dict[str, Any]) -> list[str]:
    """What a reader takes away who reads no table; of topics only those of a hundred entries or more."""
    bands, stars = whole.band_counts(), whole.star_counts()
    licence, dates, in_time = whole.of("licence"), whole.of("dates"), whole.of("up_to_date")
    means = {title: figures.mean_score for title, figures in topics.items() if figures.scored >= 100}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return [
        f"- {percent(bands['excellent'] + bands['good'], whole.scored)} of the entries are good or excellent by our "
        f"score; the average is {whole.mean_score:.1f} of 100.",
        f"- {percent(sum(stars[n] for n in '345'), whole.starred)} of the open entries have three stars or more, which "
        f"takes an open licence and an open format that software can read; {percent(stars['0'], whole.starred)} have "
        "none.",
        f"- {percent(licence.lacking, licence.known)} of the entries don't say clearly that anyone may use the data.",
        f"- What is lacking most often are dates: {percent(dates.lacking, dates.known)} of the entries don't say both "
        "when the data was first released and when it was last updated.",
        f"- {percent(in_time.met, in_time.known)} are known to be up to date.",
        f"- Best described is data on {best.lower()} (an average of {means[best]:.1f}), least well data on "
        f"{worst.lower()} ({means[worst]:.1f}).",
    ]


def _public() -> Any:
    from catalogue.models import Dataset

    return Dataset.objects.public().order_by().values("id")
