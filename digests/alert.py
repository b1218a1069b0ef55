"""The mail about what is new in a followed search: short, plain, the same facts in HTML and in text."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from urllib.parse import quote

from config.organisation import Organisation
from digests.briefing import Text
from digests.headline import SUBJECT
from digests.message import below, envelope
from digests.render import environment, tidy
from digests.tame import one_line
from digests.words import Catalogue, catalogue

NAME = 80
"""Characters of a search's name in a sentence."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that is new in the search, or has changed."""

    title: Text
    source: str
    url: str
    new: bool
    published: date | None = None
    closes: date | None = None
    """Its next last day to act; one that has passed is not said."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be told, to nobody in particular.

    `interval` is `immediate`, `daily` or `weekly`; `since` and `now` are aware; `address` is where the search
    lies on the pages (None: nowhere that a reader of mail can reach); `more` counts hits that are not listed.
    """

    organisation: Organisation
    language: str
    search: str
    interval: str
    since: datetime
    now: datetime
    hits: tuple[Hit, ...]
    more: int = 0
    address: str | None = None

    @property
    def today(self) -> date:
        """The day in the organisation's zone."""
        return self.now.astimezone(self.organisation.zone).date()


def alert_subject(alert: Alert) -> str:
    """How many hits, and in which search."""
    words = catalogue(alert.language)
    hits = words.count(len(alert.hits) + alert.more, "hit")
    return one_line(words.say("alert subject", hits=hits, search=one_line(alert.search, NAME)), SUBJECT)


def alert_html(alert: Alert, stop: str | None = None) -> str:
    """A page without script, image or anything fetched; `stop` is the recipient's own address that ends it."""
    return _render("alert.html", alert, stop)


def alert_text(alert: Alert, stop: str | None = None) -> str:
    """The same as plain text, no line longer than 78 characters."""
    return tidy(_render("alert.txt", alert, stop))


def alert_message(alert: Alert, *, to: str, sender: str, occasion: str, stop: str | None = None) -> EmailMessage:
    """The mail to its recipient.

    Args:
        alert: what to say.
        to: the recipient's address, nothing else.
        sender: address the mail is sent from.
        occasion: names this mail among all alerts; the same one has the same Message-ID.
        stop: the recipient's own https address that ends this alert by POST (RFC 8058); used only if the
            organisation has a public address. Without it stopping is a mail to the organisation's contact.

    Raises:
        ValueError: an address is no address, a moment has no zone, or `stop` lies elsewhere than the
            organisation's public address.
    """
    organisation = alert.organisation
    public = organisation.public_address
    own = below(stop, public) if stop and public else None
    mail = envelope(organisation, to=to, sender=sender, date=alert.now)
    list_id = organisation.letter.list_id
    digest = hashlib.sha256("\0".join((list_id, "alert", occasion)).encode()).hexdigest()
    mail["Subject"] = alert_subject(alert)
    mail["Message-ID"] = f"<alert.{digest[:24]}@{list_id}>"
    by_mail = f"<{_stop_by_mail(alert)}>"
    mail["List-Unsubscribe"] = f"<{own}>, {by_mail}" if own else by_mail
    if own:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(alert_text(alert, own), cte="quoted-printable")
    mail.add_alternative(alert_html(alert, own), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = alert.language
    mail.set_boundary(f"=_{digest[:32]}")
    return mail


def _render(template: str, alert: Alert, stop: str | None) -> str:
    words = catalogue(alert.language)
    organisation = alert.organisation
    since = alert.since.astimezone(organisation.zone)
    moment = words.say("at", date=words.plain_date(since.date()), time=f"{since:%H.%M}")
    name = one_line(alert.search, NAME)
    return (
        environment(html=template.endswith(".html"))
        .get_template(template)
        .render(
            alert=alert,
            colour=organisation.letter.colour,
            detail=lambda hit: _detail(hit, alert, words),
            lead=words.say("alert lead", search=name, moment=moment),
            more=words.say("alert more", hits=words.count(alert.more, "hit")),
            organisation=organisation,
            stop=stop or _stop_by_mail(alert),
            title=alert_subject(alert),
            why=words.say("alert why", search=name, interval=words.phrases[f"alert {alert.interval}"]),
            words=words,
        )
    )


def _detail(hit: Hit, alert: Alert, words: Catalogue) -> str:
    """What stands below a title: new or changed, source, day, and until when one can act."""
    said = [words.phrases["alert new" if hit.new else "alert changed"], hit.source]
    if hit.published is not None:
        said.append(words.say("alert published", date=words.plain_date(hit.published)))
    if hit.closes is not None and hit.closes >= alert.today:
        left = words.days_left((hit.closes - alert.today).days)
        said.append(words.say("alert until", date=words.long_date(hit.closes), left=left))
    return " · ".join(said)


def _stop_by_mail(alert: Alert) -> str:
    subject = catalogue(alert.language).say("alert stop subject", search=one_line(alert.search, NAME))
    return f"mailto:{alert.organisation.contact}?subject={quote(subject)}"
