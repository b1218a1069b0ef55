"""A real SMTP server in a thread that refuses, falters and hangs up as a test tells it."""

import datetime as dt
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DROP = "drop the connection"
OK = "250 OK"


@dataclass(frozen=True)
class Taken:
    """One message for which the server has taken responsibility."""

    sender: str
    recipient: str
    content: bytes
    encrypted: bool
    user: str | None
    peer: tuple

    @property
    def message(self):
        return message_from_bytes(self.content, policy=default)


class Handler:
    """Answers from a script: `at_rcpt["anna@example.se"] = ["451 later", OK]`; the last answer stays."""

    def __init__(self, delay: float = 0.0) -> None:
        self.taken: list[Taken] = []
        self.pipelining = True
        self.at_mail: list[str] = []
        self.at_rcpt: dict[str, list[str]] = defaultdict(list)
        self.at_data: dict[str, list[str]] = defaultdict(list)
        self.on_rcpt = lambda recipient: None
        self.on_data = lambda recipient: None
        self.delay = delay

    @staticmethod
    def _next(answers: list[str]) -> str:
        if not answers:
            return OK
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        more = ["250-PIPELINING"] if self.pipelining else []
        return [*responses[:-1], *more, responses[-1]]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        answer = self._next(self.at_mail)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.on_rcpt(address)
        answer = self._next(self.at_rcpt[address])
        if answer == DROP:
            server.transport.close()
        elif answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        [recipient] = envelope.rcpt_tos
        if self.delay:
            time.sleep(self.delay)  # one thread on purpose: the server is the slow part
        self.on_data(recipient)
        answer = self._next(self.at_data[recipient])
        if answer.startswith("250") or answer == DROP:
            user = session.auth_data.decode() if session.auth_data else None
            self.taken.append(
                Taken(
                    envelope.mail_from,
                    recipient,
                    envelope.content,
                    server.transport.get_extra_info("sslcontext") is not None,
                    user,
                    session.peer,
                )
            )
        if answer == DROP:
            server.transport.close()
        return answer

    def recipients(self) -> list[str]:
        return [one.recipient for one in self.taken]


class MailServer:
    """The running server: its script and mailbox (`handler`) and its address."""

    def __init__(self, handler: Handler, host: str, port: int) -> None:
        self.handler = handler
        self.host = host
        self.port = port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    *,
    delay: float = 0.0,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[MailServer]:
    """A server on 127.0.0.1 for as long as the block lasts."""
    handler = Handler(delay)

    def authenticate(server, session, envelope, mechanism, data):
        if isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == login:
            return AuthResult(success=True, auth_data=data.login)
        return AuthResult(success=False, handled=False)

    options = {"tls_context": starttls, "require_starttls": starttls is not None}
    if login:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": starttls is not None}
    controller = Controller(handler, "127.0.0.1", free_port(), ssl_context=tls, **options)
    controller.start()
    try:
        yield MailServer(handler, "127.0.0.1", controller.port)
    finally:
        controller.stop(no_assert=True)


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server context with a certificate of our own for `names`, and the file by which it can be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    alternatives = [
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
