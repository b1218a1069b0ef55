"""One recipient's copy of the letter as a mail (RFC 5322), ready for SMTP."""

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from urllib.parse import urlsplit

from config.organisation import Organisation
from digests.briefing import Briefing
from digests.calendar import attachments
from digests.headline import SUBJECT
from digests.render import NO_LINKS, Links, leave_by_mail, render_html, render_text
from digests.tame import one_line

LINK_LENGTH = 700
"""Longest address of a reader's own: header lines end at 998 characters (RFC 5322, 2.1.1)."""

CALENDAR = {"charset": "utf-8", "method": "PUBLISH"}
"""Parameters of a calendar file: an event to take over, no invitation to answer (RFC 5546)."""

WHOLE = frozenset({"message-id", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """Mail as SMTP wants it, with addresses in one piece.

    The library folds a long address into encoded words, which no mail program undoes in these headers.
    """

    def fold(self, name: str, value: str) -> str:
        """The header as it stands in the message, with line ends."""
        return f"{name}: {value}{self.linesep}" if name.lower() in WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same as bytes."""
        return (
            self.fold(name, value).encode("ascii") if name.lower() in WHOLE else super().fold_binary(name, value)
        )


POLICY = _Policy(linesep="\r\n")


def message(
    briefing: Briefing,
    *,
    to: str,
    sender: str,
    date: datetime,
    message_id: str,
    links: Links = NO_LINKS,
) -> EmailMessage:
    """The letter for one recipient: text, HTML with the same facts, the last days as calendar files.

    Args:
        briefing: What to say.
        to: The recipient's address, nothing else.
        sender: Address the letter is sent from; the organisation's sender name stands before it.
        date: When it is sent (aware).
        message_id: As `message_id` gives it: the same letter to the same reader has the same one.
        links: The reader's own https addresses; used only if the organisation has a public address. The one for
            leaving does so by POST (RFC 8058); without it leaving is a mail to the organisation's contact.

    Raises:
        ValueError: an address is no address, the date has no zone, or a link lies elsewhere than the
            organisation's public address.
    """
    organisation = briefing.organisation
    public = organisation.public_address
    own = NO_LINKS
    if public is not None:
        own = Links(*(below(url, public) if url else None for url in (links.leave, links.copy, links.calendar)))
    mail = envelope(organisation, to=to, sender=sender, date=date)
    mail["Subject"] = one_line(briefing.subject, SUBJECT)
    mail["Message-ID"] = message_id
    by_mail = f"<{leave_by_mail(briefing)}>"
    if own.leave:
        mail["List-Unsubscribe"] = f"<{own.leave}>, {by_mail}"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mail["List-Unsubscribe"] = by_mail
    files = list(attachments(briefing))
    attached = bool(files)
    mail.set_content(render_text(briefing, own, attached=attached), cte="quoted-printable")
    mail.add_alternative(render_html(briefing, own, attached=attached), subtype="html", cte="quoted-printable")
    for name, content in files:
        mail.add_attachment(content, "text", "calendar", filename=name, params=CALENDAR)
    # Only now: before, it would have moved into the text part like every Content-* header.
    mail["Content-Language"] = briefing.language
    for number, part in enumerate(one for one in mail.walk() if one.is_multipart()):
        part.set_boundary(f"=_{hashlib.sha256(f'{number} {message_id}'.encode()).hexdigest()[:32]}")
    return mail


def envelope(organisation: Organisation, *, to: str, sender: str, date: datetime) -> EmailMessage:
    """An empty mail of the letter's list to one recipient.

    Raises:
        ValueError: an address is no address, or the date has no zone.
    """
    if date.tzinfo is None:
        raise ValueError("expected an aware date")
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(one_line(organisation.letter.sender, 100), addr_spec=_address(sender))
    mail["To"] = Address(addr_spec=_address(to))
    mail["Date"] = format_datetime(date)
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<{organisation.letter.list_id}>"
    return mail


def message_id(briefing: Briefing, reader: str) -> str:
    """The Message-ID of this edition for `reader` (an id of the subscriber, never the address)."""
    list_id = briefing.organisation.letter.list_id
    digest = hashlib.sha256("\0".join((list_id, briefing.week, reader)).encode()).hexdigest()
    return f"<{briefing.week.lower()}.{digest[:24]}@{list_id}>"


def _address(text: str) -> str:
    if not re.fullmatch(r"[!-~]+@[!-~]+", text) or re.search(r"[<>,;:()\[\]\"\\\s]", text) or text.count("@") != 1:
        raise ValueError("expected one e-mail address in ASCII, name@example.org")
    return text


def below(url: str, public: str) -> str:
    """The address, if it lies on the public pages and fits into a header.

    Raises:
        ValueError: it does not.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not url.startswith(f"{public}/") or not re.fullmatch(r"[!-~]+", url):
        raise ValueError(f"expected an address below {public}")
    if len(url) > LINK_LENGTH or "<" in url or ">" in url:
        raise ValueError("expected a shorter address without angle brackets")
    return url
