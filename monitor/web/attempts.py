"""One attempt to log in: what the browser keeps while its owner is at the provider.

The cookie holds a random mark, when it began and where to go on. State, nonce and the verifier of PKCE are
signatures over it, so nothing is stored, the cookie cannot be changed, and only the browser that began can end.
"""

import hashlib
import hmac
import re
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
LONGEST_PATH = 1500
"""Characters of where to go on; a longer one leads to the start page."""
MOST_USED = 10_000
_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.(\d{1,12})\.([A-Za-z0-9_=-]{0,2100})")


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt; `key` is the one beside the archive, `to` a path of ours."""

    key: bytes
    mark: str
    begun: int
    to: str

    @classmethod
    def begin(cls, key: bytes, now: datetime, to: str) -> "Attempt":
        """A new one, which shall lead to `to`."""
        return cls(key, secrets.token_urlsafe(16), int(now.timestamp()), to if len(to) <= LONGEST_PATH else "/")

    @classmethod
    def resume(cls, key: bytes, now: datetime, cookie: str, state: str) -> "Attempt | None":
        """The one that a browser kept and the provider answers; None: another's, changed, or too old."""
        found = _COOKIE.fullmatch(cookie)
        if found is None:
            return None
        try:
            to = urlsafe_b64decode(found[3]).decode()
        except ValueError:
            return None
        one = cls(key, found[1], int(found[2]), to)
        fresh = 0 <= now.timestamp() - one.begun <= LASTS.total_seconds()
        return one if fresh and hmac.compare_digest(one.state.encode(), state.encode()) else None

    @property
    def cookie(self) -> str:
        """What the browser keeps."""
        return f"{self.mark}.{self.begun}.{urlsafe_b64encode(self.to.encode()).decode()}"

    @property
    def state(self) -> str:
        """What the provider gives back unchanged."""
        return self._signed("state")

    @property
    def nonce(self) -> str:
        """What the ID token must repeat."""
        return self._signed("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that who began also ends (RFC 7636)."""
        return self._signed("verifier")

    @property
    def challenge(self) -> str:
        """The verifier's hash."""
        return _plain(hashlib.sha256(self.verifier.encode()).digest())

    def _signed(self, what: str) -> str:
        said = f"login\0{what}\0{self.cookie}".encode()
        return _plain(hmac.new(self.key, said, hashlib.sha256).digest())


class Used:
    """Attempts that have ended: none ends twice."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, one: Attempt) -> bool:
        """Whether this is the first time."""
        with self._lock:
            if one.state in self._states:
                return False
            self._states[one.state] = None
            while len(self._states) > MOST_USED:
                self._states.popitem(last=False)
            return True


def _plain(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
