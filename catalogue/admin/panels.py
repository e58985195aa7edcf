"""What the form of an entry says above its fields: where the entry stands, and what would make it better."""

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from catalogue.actions.workflow import in_london
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from catalogue.proposed import WorkingCopy
from catalogue.quality.outlook import Outlook, outlook
from catalogue.quality.report import Report, quality_of
from catalogue.serializers.quality import AT_ITS_SOURCE, follows_its_source, place_to_mend
from catalogue.serializers.revisions import label_of
from publishers.models import Publisher

_BREAK = mark_safe("<br>")


def state_line(dataset: Dataset) -> SafeString | str:
    """Draft, in review, published, awaiting its release or withdrawn; where it came from; what was corrected here."""
    if dataset._state.adding:
        return "New: nobody sees it until it is published."
    lines: list[SafeString] = [_state(dataset)]
    if dataset.state == State.WITHDRAWN:
        lines.append(format_html("Its address says: {}", dataset.withdrawn_reason or "no reason was given."))
        if dataset.replaced_by:
            words = "leads straight to" if dataset.redirects_to_replacement else "points to"
            lines.append(format_html("It {} <em>{}</em>.", words, dataset.replaced_by))
    if dataset.is_harvested:
        source = dataset.origin_title or dataset.origin_url or "its source"
        words = (
            "Harvested from {}. What you change here stays through later harvests; files and links follow the source."
        )
        lines.append(format_html(words, source))
    if dataset.overlay:
        corrected = ", ".join(label_of(field.removesuffix("_id")).lower() for field in dataset.overlay)
        lines.append(format_html("Corrected here: {}.", corrected))
    return format_html_join(_BREAK, "{}", ((line,) for line in lines))


def _state(dataset: Dataset) -> SafeString:
    label = dataset.get_state_display()
    if dataset.state != State.PUBLISHED:
        return format_html('<strong class="state state-{}">{}</strong>', dataset.state, label)
    if dataset.release_at and dataset.release_at > timezone.now():
        return format_html(
            '<strong class="state state-embargoed">Waits for its release</strong> on {}. Only those who work for '
            "{} see it.",
            in_london(dataset.release_at),
            dataset.publisher,
        )
    whom = {
        Visibility.PUBLIC: "for everyone",
        Visibility.OFFICIALS: "for signed-in officials",
        Visibility.PUBLISHER: "for this publisher only",
    }[Visibility(dataset.visibility)]
    return format_html(
        '<strong class="state state-published">{}</strong> {} – <a href="{}">see its page</a>',
        label,
        whom,
        dataset.get_absolute_url(),
    )


def quality_panel(dataset: Dataset) -> SafeString:
    """The score of what the form holds, and what to mend first. The page's script brings it up to date while somebody
    fills the form in. Where that is a change that waits for approval, beside it what is published scores."""
    stored = quality_of(dataset)
    if dataset._state.adding or stored is None:
        return format_html('<div id="live-quality">{}</div>', "Scored as soon as you save.")
    shown: Report | Outlook = stored
    published: SafeString | str = ""
    copy: WorkingCopy | None = getattr(dataset, "working_copy", None)
    if copy is None:
        resource_ids = [str(key) for key in dataset.resources.order_by("position", "id").values_list("id", flat=True)]
    else:
        resource_ids = [str(file.pk) for file in copy.files]
        publisher = Publisher.objects.get(pk=copy.draft.publisher_id)
        shown = outlook(dataset, copy.files, copy.links, publisher=publisher, now=timezone.now())
        if copy.proposal:
            words = '<p class="help">With the change that waits for approval. As it is published it has {} of 100.</p>'
            published = format_html(words, stored.score)
    head = format_html("<strong>{}</strong> out of 100 ({}).", shown.score, str(shown.band.label).lower())
    if not shown.steps:
        return format_html('<div id="live-quality">{} Nothing left to mend.</div>{}', head, published)
    rows = format_html_join(
        "",
        '<li><a href="#{}">{}</a> <strong>+{}</strong>, to {}<br><span class="help">{}{}</span></li>',
        (
            (
                place_to_mend(step.field, step.evidence, resource_ids),
                step.fix,
                step.gain,
                step.score_after,
                step.reason,
                AT_ITS_SOURCE if follows_its_source(dataset, step.field) else "",
            )
            for step in shown.steps
        ),
    )
    return format_html(
        '<div id="live-quality">{} Fix this first:<ol class="quality-fixes">{}</ol></div>{}', head, rows, published
    )
