"""Reads delivery-status messages (RFC 3464): what a mail server says became of a letter after it had taken it.

Anybody may write to the address that reports come back to. So nothing here trusts a message: it is capped in size,
only the parts that the standard names are looked at, and what cannot be read is no report.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import HeaderParser
from typing import Final

from monitor.delivery.addresses import folded
from monitor.delivery.smtp import blank_addresses

MOST_BYTES: Final = 2_000_000
"""A report with the letter it speaks of is far smaller; what is larger is none."""
MOST_RECIPIENTS: Final = 50
"""Recipients of one report that are looked at; each of our letters has one."""

_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_RETURNED: Final = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/rfc822-headers"}
)
_LONGEST: Final = 998
"""Characters of a header line (RFC 5322, 2.1.1)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one recipient's copy."""

    message_id: str | None
    """Of the letter, as it came back; None: the server did not return its headers."""
    list_id: str | None
    recipients: frozenset[str]
    """The address that failed and the one it was written to, in the form in which addresses are compared."""
    permanent: bool
    """To try again is pointless; otherwise the server is still trying, or gave up on something that may pass."""
    status: str
    """The code of RFC 3463 ("5.1.1"), or "" where none was given."""
    reason: str
    """The server's words in one line, without addresses."""


def read_report(raw: bytes) -> tuple[Report, ...]:
    """The copies that a message reports as failed or delayed; none for any other message."""
    if len(raw) > MOST_BYTES:
        return ()
    try:
        return tuple(_reports(message_from_bytes(raw, policy=policy.compat32)))
    except (AttributeError, IndexError, KeyError, LookupError, TypeError, ValueError, RecursionError):
        return ()  # the library's parser stumbles over some malformed messages


def _reports(message: Message) -> Iterator[Report]:
    parts = message.get_payload()
    if message.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return
    named = [part for part in parts if isinstance(part, Message)]
    returned = next((_returned(part) for part in named if part.get_content_type() in _RETURNED), None)
    status = next((part for part in named if part.get_content_type().endswith("/delivery-status")), None)
    blocks = status.get_payload() if status is not None else None
    if not isinstance(blocks, list):
        return
    for block in [one for one in blocks if isinstance(one, Message)][: MOST_RECIPIENTS + 1]:
        report = _report(block, returned)
        if report is not None:
            yield report


def _report(block: Message, returned: Message | None) -> Report | None:
    """What one block of fields says; None: it speaks of no recipient, or of no trouble."""
    action = _field(block, "Action").lower()
    addresses = [_typed(block, name) for name in ("Final-Recipient", "Original-Recipient")]
    recipients = frozenset(folded(one.strip("<>")) for one in addresses if "@" in one)
    if action not in ("failed", "delayed") or not recipients:
        return None
    words = _typed(block, "Diagnostic-Code")
    found = _STATUS.search(_field(block, "Status")) or _STATUS.search(words)
    status = found[0] if found else ""
    hard = status.startswith("5") if status else bool(re.match(r"5\d\d\b", words))
    reason = f"{status} {words}".strip() if not words.startswith(status) or not status else words
    return Report(
        message_id=_field(returned, "Message-ID") or None,
        list_id=_bracketed(_field(returned, "List-Id")) or None,
        recipients=recipients,
        permanent=action == "failed" and hard,
        status=status,
        reason=blank_addresses(reason, sorted(recipients)[0]),
    )


def _returned(part: Message) -> Message | None:
    """The headers of the letter that came back."""
    content = part.get_payload()
    if isinstance(content, list):
        return next((one for one in content if isinstance(one, Message)), None)
    return HeaderParser(policy=policy.compat32).parsestr(content) if isinstance(content, str) else None


def _field(block: Message | None, name: str) -> str:
    """A field on one line; "" where it is missing."""
    value = block.get(name) if block is not None else None
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")[:_LONGEST]).split())


def _typed(block: Message, name: str) -> str:
    """The value of a field of the form `rfc822; anna@example.se`."""
    kind, semicolon, value = _field(block, name).partition(";")
    return (value if semicolon else kind).strip()


def _bracketed(text: str) -> str:
    found = re.search(r"<([^<>\s]+)>", text)
    return (found[1] if found else text).lower()
