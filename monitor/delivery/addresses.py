"""E-mail addresses: which ones we take, and in which form they are kept."""

import re
from collections.abc import Collection
from typing import Final

# The form that browsers accept for <input type=email> (HTML Standard, "valid e-mail address"): what real
# mail servers use, without the quoted and commented forms of RFC 5322; here with a dot in the domain.
_FORM: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254


def canonical(text: str) -> str:
    """An address as it is kept: lower case, the domain in ASCII (IDNA).

    Raises:
        ValueError: no address that mail servers take; the message says why.
    """
    address = folded(text)
    local = address.rpartition("@")[0]
    if not _FORM.fullmatch(address) or len(local) > _LONGEST_LOCAL or len(address) > _LONGEST:
        raise ValueError("not an e-mail address, such as anna.ek@example.se")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError("not an e-mail address: in front of the @, dots stand between other characters")
    return address


def within(address: str, domains: Collection[str]) -> bool:
    """Whether a canonical address belongs to one of `domains`; no domains = any.

    A subdomain is another domain: pupils often have addresses below that of their municipality.
    """
    return not domains or address.rpartition("@")[2] in {_ascii(domain.strip().lower()) for domain in domains}


def folded(text: str) -> str:
    """`text` in the form in which addresses are compared, whether or not it is one."""
    local, at, domain = text.strip().lower().rpartition("@")
    return f"{local}{at}{_ascii(domain)}"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain  # no domain; `canonical` says so
