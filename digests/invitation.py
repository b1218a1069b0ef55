"""The mail that asks a new subscriber to confirm the address (double opt-in)."""

import hashlib
from datetime import datetime
from email.message import EmailMessage

from config.organisation import Organisation
from digests.message import below, envelope
from digests.render import wrapped
from digests.words import catalogue


def invitation(
    organisation: Organisation,
    *,
    to: str,
    sender: str,
    date: datetime,
    link: str,
    language: str,
    letter: bool = True,
) -> EmailMessage:
    """One short text with one link; nothing happens to who does not answer.

    Args:
        organisation: whose letter it is; it has a public address.
        to: the recipient's address, nothing else.
        sender: address the mail is sent from.
        date: when it is sent (aware).
        link: the reader's own https address that confirms.
        language: `sv` or `en`.
        letter: whether it is about the letter; False: about alerts alone.

    Raises:
        ValueError: an address is no address, the date has no zone, or the link lies elsewhere than the
            organisation's public address.
    """
    words, one = catalogue(language), organisation.letter
    what = "confirm" if letter else "confirm alerts"
    own = below(link, organisation.public_address or "")
    digest = hashlib.sha256("\0".join((one.list_id, "confirm", own, date.isoformat())).encode()).hexdigest()
    mail = envelope(organisation, to=to, sender=sender, date=date)
    mail["Subject"] = words.say(f"{what} subject", letter=one.name)
    mail["Message-ID"] = f"<confirm.{digest[:24]}@{one.list_id}>"
    paragraphs = (
        words.say(f"{what} ask", letter=one.name, organisation=organisation.name),
        f"<{own}>",
        words.phrases["confirm else"],
        one.purpose,
        words.say("contact", contact=organisation.contact),
    )
    text = "\n\n".join(part if part.startswith("<") else wrapped(part) for part in paragraphs)
    mail.set_content(text + "\n", cte="quoted-printable")
    mail["Content-Language"] = language
    return mail
