"""Ask a new subscriber to confirm the address: one mail with the person's own link, at a person's command."""

from datetime import datetime

from config.organisation import Organisation
from config.settings import Settings
from digests.invitation import invitation
from monitor.delivery import smtp
from monitor.delivery.subscribers import Subscriber, SubscriberError


def invite(one: Subscriber, token: str, organisation: Organisation, settings: Settings, now: datetime) -> None:
    """Hand the mail to the mail server.

    Args:
        one: a subscriber who is pending.
        token: what stands for the person in links.
        organisation: with the public address at which the person confirms.
        settings: the mail server.
        now: the moment (aware).

    Raises:
        SubscriberError: not pending, no public address, or the mail server did not take the mail for sure.
        SmtpError: the mail server cannot be used.
    """
    if one.state != "pending":
        raise SubscriberError(f"subscriber {one.id} is {one.state}: there is nothing to confirm")
    if organisation.public_address is None:
        raise SubscriberError(
            "nobody can confirm by link: organisation.toml names no public_address; "
            f"`utblick subscribers edit {one.id} --state active` confirms for the person"
        )
    mail = invitation(
        organisation,
        to=one.address,
        sender=settings.mail_from,
        date=now,
        link=f"{organisation.public_address}/confirm/{token}",
        language=one.wishes.language,
        letter=one.wishes.letter,
    )
    try:
        with smtp.connect(smtp.Server.of(settings)) as connection:
            connection.send(one.address, mail.as_bytes())
    except (smtp.Refused, smtp.Lost, smtp.Unanswered) as exc:
        again = f"`utblick subscribers invite {one.id}` sends it again"
        raise SubscriberError(f"the mail to subscriber {one.id} was not taken ({exc}); {again}") from exc
