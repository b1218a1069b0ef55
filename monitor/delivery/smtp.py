"""One connection to the mail server, for many messages, with the one distinction an outbox needs.

A mail server takes responsibility for a message when it answers the lone dot that ends it (RFC 5321 §4.2.5).
Until we have sent that dot, a broken connection means that the message was surely not taken. After it, and
before the answer, nobody on our side can know. `smtplib.sendmail` does not tell the two apart; here it is told.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Final, Literal

from config.settings import Settings
from monitor.errors import MonitorError

FINAL_REPLY_SECONDS: Final = 600.0
"""How long to wait for the answer to the final dot (RFC 5321 §4.5.3.2.6): content filters take their time."""

MAIL, RCPT, DATA = range(3)
READY_FOR_DATA: Final = 354
SHUTTING_DOWN: Final = 421

_PORTS: Final = "port 465 wants UTBLICK_SMTP_SECURITY=tls, 587 and 25 starttls"
_ADDRESS_LIKE = re.compile(r"[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+")


class SmtpError(MonitorError):
    """The mail server cannot be used at all; one line with host, port and what to do."""


class Refused(Exception):
    """The mail server said no to this message; it was surely not taken.

    `reply` is its code and words in one line, with every address blanked. `permanent` tells 5xx from 4xx.
    `sender` is true where it was us that the server refused, not the recipient.
    """

    def __init__(self, code: int, reply: str, *, sender: bool = False) -> None:
        super().__init__(reply)
        self.code = code
        self.reply = reply
        self.sender = sender

    @property
    def permanent(self) -> bool:
        """Trying again is pointless (5xx)."""
        return self.code >= 500


class Lost(Exception):
    """The connection broke, or the server closed it, before the message was taken: it surely was not."""


class Unanswered(Exception):
    """The message was handed over whole and no answer came: whether it was taken cannot be known."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over, and as whom."""

    host: str
    port: int
    sender: str
    """Envelope sender (an address without a name)."""
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    """Seconds for each step but the last."""
    final_timeout: float = FINAL_REPLY_SECONDS
    """Seconds for the answer to the final dot."""

    @classmethod
    def of(cls, settings: Settings) -> "Server":
        """The mail server of the settings in force.

        Raises:
            SmtpError: `mail_from` is not an address, or a password without a user (or the reverse).
        """
        sender = parseaddr(settings.mail_from)[1]
        if "@" not in sender or not sender.isascii():
            raise SmtpError("UTBLICK_MAIL_FROM is not an e-mail address, such as utblick@example.se")
        if (settings.smtp_user is None) != (settings.smtp_password is None):
            raise SmtpError("UTBLICK_SMTP_USER and UTBLICK_SMTP_PASSWORD belong together: set both or neither")
        password = settings.smtp_password
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=sender,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=password.get_secret_value() if password else None,
            timeout=settings.smtp_timeout,
        )

    @property
    def place(self) -> str:
        """Host and port as people write them."""
        return f"{self.host}:{self.port}"


def _nothing() -> None:
    """Nothing is to be done before the dot."""


class Connection:
    """An open, logged-in connection. Not for several threads."""

    def __init__(self, smtp: smtplib.SMTP, server: Server) -> None:
        self._smtp = smtp
        self._server = server
        self.uncertain = False
        """The final dot of the last message is out and nobody has said no: to send it again may double it."""

    @property
    def open(self) -> bool:
        """Not known to be closed."""
        return self._smtp.sock is not None

    def send(self, recipient: str, message: bytes, before_dot: Callable[[], None] = _nothing) -> None:
        """Hand one message to the server; it is the server's once this returns.

        Args:
            recipient: an address without a name.
            message: a whole RFC 5322 message.
            before_dot: what must be done before the server may take the message; done while it reads.

        Raises:
            Refused: the server said no; the connection stays usable.
            Lost: the connection broke or the server is closing it (421); the message was surely not taken.
            Unanswered: the connection broke, or time ran out, after the final dot.
        """
        data = _as_data(message)
        # Bodies are encoded as 7 bits at enqueue; an 8-bit one is announced where the server can take it.
        eight_bit = not data.isascii() and self._smtp.has_extn("8bitmime")
        body = " BODY=8BITMIME" if eight_bit else ""
        commands = (
            f"MAIL FROM:{smtplib.quoteaddr(self._server.sender)}{body}",
            f"RCPT TO:{smtplib.quoteaddr(recipient)}",
            "DATA",
        )
        self.uncertain = False
        at_once = self._smtp.has_extn("pipelining")
        with _losing():
            if at_once:
                self._announce(commands)
            else:
                self._talk(commands, recipient)
        try:
            before_dot()
        except BaseException:
            self._smtp.close()  # in the middle of a message nothing else can be said
            raise
        with _losing():
            if at_once:
                self._hear(recipient)
            self._smtp.send(data)
        self._hand_over(recipient)

    def _talk(self, commands: Sequence[str], recipient: str) -> None:
        """Each command when the one before is answered."""
        for number, command in enumerate(commands):
            self._smtp.putcmd(command)
            self._take(number, self._smtp.getreply(), recipient)

    def _announce(self, commands: Sequence[str]) -> None:
        """All commands in one go (RFC 2920): three answers for one wait."""
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError("a command on more than one line")
        self._smtp.send("".join(f"{command}\r\n" for command in commands))

    def _hear(self, recipient: str) -> None:
        """The answers to them."""
        replies = [self._smtp.getreply() for _ in (MAIL, RCPT, DATA)]
        if replies[DATA][0] == READY_FOR_DATA and any(reply[0] // 100 != 2 for reply in replies[:DATA]):
            # It waits for a message to nobody: an empty one ends the talk (RFC 2920, 3.1).
            self._smtp.send(b".\r\n")
            self._smtp.getreply()
        for number, reply in enumerate(replies):
            self._take(number, reply, recipient)

    def _take(self, number: int, reply: tuple[int, bytes], recipient: str) -> None:
        """Raise unless the answer to MAIL, RCPT or DATA is the wanted one."""
        self._expect(reply, recipient, code=READY_FOR_DATA if number == DATA else None, sender=number == MAIL)

    def _hand_over(self, recipient: str) -> None:
        """Send the final dot: from here until the answer nobody knows whose message it is."""
        try:
            self._patience(self._server.final_timeout)
            self.uncertain = True
            self._smtp.send(b".\r\n")
            reply = self._smtp.getreply()
        except OSError as exc:
            raise Unanswered(_why(exc)) from exc
        self._patience(self._server.timeout)
        if reply[0] // 100 not in (2, 4, 5):
            raise Unanswered(f"answered {reply[0]}, which is no answer")
        self.uncertain = reply[0] < 400
        self._expect(reply, recipient)

    def _patience(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _expect(
        self, reply: tuple[int, bytes], recipient: str, *, code: int | None = None, sender: bool = False
    ) -> None:
        """Raise unless `reply` is `code` (any 2xx if None); a refusal leaves the connection ready for the next."""
        number, words = reply
        if number == code or (code is None and 200 <= number < 300):
            return
        if number == -1:  # smtplib's way of saying that this was no reply
            raise smtplib.SMTPServerDisconnected("no SMTP reply")
        reason = f"{number} {blank_addresses(words.decode('utf-8', 'replace'), recipient)}"
        if number == SHUTTING_DOWN:
            self._smtp.close()
            raise Lost(reason)
        with suppress(OSError):
            self._smtp.rset()
        raise Refused(number, reason, sender=sender)

    def __repr__(self) -> str:
        return f"Connection({self._server.place})"


@contextmanager
def connect(server: Server) -> Iterator[Connection]:
    """Connect, encrypt with a verified certificate and log in, as `server` says; quit afterwards.

    Raises:
        SmtpError: any of that does not work.
    """
    smtp = _open(server)
    try:
        yield Connection(smtp, server)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


@contextmanager
def _losing() -> Iterator[None]:
    """A connection that breaks here has surely not taken the message."""
    try:
        yield
    except OSError as exc:  # SMTPServerDisconnected is one, too
        raise Lost(_why(exc)) from exc


def _as_data(message: bytes) -> bytes:
    """`message` as it stands between DATA and the final dot: lines end in CR LF, a leading dot is doubled."""
    data, ends = message, message.count(b"\r\n")
    if not ends == data.count(b"\n") == data.count(b"\r"):
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if b"\r\n." in data or data.startswith(b"."):
        data = (b"." if data.startswith(b".") else b"") + data.replace(b"\r\n.", b"\r\n..")
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def _open(server: Server) -> smtplib.SMTP:
    if server.user is not None and server.security == "none" and not _is_this_machine(server.host):
        raise SmtpError(
            f"mail server {server.place}: a password is not sent unencrypted; "
            "set UTBLICK_SMTP_SECURITY to starttls or tls"
        )
    smtp: smtplib.SMTP | None = None
    try:
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        if smtp.sock is not None:
            # The final dot is a small write of its own: Nagle's algorithm would hold it back.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as exc:
        if smtp is not None:
            smtp.close()
        raise SmtpError(f"mail server {server.place}: {_explain(exc, server)}") from exc
    return smtp


def _explain(exc: Exception, server: Server) -> str:
    """What went wrong while connecting, and what to do, in one line."""
    match exc:
        case ssl.SSLCertVerificationError():
            text = (
                f"its certificate is not trusted ({exc.verify_message}); use the name in the certificate as "
                "UTBLICK_SMTP_HOST, or name the file of its issuer in SSL_CERT_FILE"
            )
        case ssl.SSLError():
            text = f"no TLS ({exc.reason or exc}); {_PORTS}"
        case socket.gaierror():
            text = "no such host; check UTBLICK_SMTP_HOST"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            text = f"no answer within {server.timeout:g} s; check UTBLICK_SMTP_HOST and _PORT, and the firewall"
        case ConnectionRefusedError():
            text = "nothing listens there; check UTBLICK_SMTP_HOST and _PORT, or start the mail server"
        case smtplib.SMTPAuthenticationError():
            text = f"login refused ({_reply(exc)}); check UTBLICK_SMTP_USER and UTBLICK_SMTP_PASSWORD"
        case smtplib.SMTPNotSupportedError() if server.user is not None and "AUTH" in str(exc):
            text = "it offers no login; unset UTBLICK_SMTP_USER and _PASSWORD, or use its submission port (587)"
        case smtplib.SMTPNotSupportedError():
            text = "it offers no STARTTLS; " + _PORTS + "; a mail server on this machine may have none"
        case smtplib.SMTPServerDisconnected():
            text = f"it closed the connection; {_PORTS}"
        case smtplib.SMTPResponseException():
            text = f"it refused us ({_reply(exc)})"
        case _:
            text = _why(exc)
    return text


def blank_addresses(words: str, recipient: str) -> str:
    """`words` of a mail server in one line, without any e-mail address and without the recipient's local part."""
    local = re.escape(recipient.partition("@")[0])
    text = _ADDRESS_LIKE.sub("(address)", _one_line(words))
    return re.sub(rf"(?i)(?<![\w.]){local}(?![\w.]*\w)", "(address)", text)[:500]


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


def _reply(exc: smtplib.SMTPResponseException) -> str:
    words = exc.smtp_error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{exc.smtp_code} {_ADDRESS_LIKE.sub('(address)', _one_line(text))}"


def _why(exc: BaseException) -> str:
    if isinstance(exc, OSError) and exc.strerror:
        return exc.strerror
    return _one_line(str(exc)) or type(exc).__name__


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
