"""Handing over messages to real SMTP servers, good and bad."""

import re
import socket
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from monitor.delivery import smtp
from tests.monitor.mail_server import DROP, Handler, certificate, free_port, running

MESSAGE = b"To: anna@example.se\r\nSubject: Prov\r\n\r\nHej\r\n"


@pytest.fixture(params=[True, False], ids=["commands at once", "one by one"], autouse=True)
def manner(request, monkeypatch):
    """Servers that take several commands at once (RFC 2920), and others."""
    begin = Handler.__init__

    def chosen(self, delay: float = 0.0) -> None:
        begin(self, delay)
        self.pipelining = request.param

    monkeypatch.setattr(Handler, "__init__", chosen)


def server(of, **options) -> smtp.Server:
    return smtp.Server(
        **(
            {"host": of.host, "port": of.port, "sender": "brev@example.org", "security": "none", "timeout": 5}
            | options
        )
    )


def one_line(error) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


def test_many_messages_go_over_one_connection():
    with running() as mail, smtp.connect(server(mail)) as connection:
        for number in range(5):
            connection.send(f"anna{number}@example.se", MESSAGE)
    assert mail.handler.recipients() == [f"anna{number}@example.se" for number in range(5)]
    assert len({one.peer for one in mail.handler.taken}) == 1
    assert {one.sender for one in mail.handler.taken} == {"brev@example.org"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_a_verified_certificate(security, tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with running(**{security: context}) as mail, smtp.connect(server(mail, security=security)) as connection:
        connection.send("anna@example.se", MESSAGE)
    assert [one.encrypted for one in mail.handler.taken] == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(security, tmp_path):
    context, _ = certificate(tmp_path, "127.0.0.1")
    with running(**{security: context}) as mail:
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(server(mail, security=security)):
            pass
        text = one_line(error)
    assert f"127.0.0.1:{mail.port}" in text
    assert "certificate is not trusted" in text
    assert "SSL_CERT_FILE" in text
    assert mail.handler.taken == []


def test_a_certificate_for_another_name_is_refused(tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path, "mail.example.se")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with (
        running(starttls=context) as mail,
        pytest.raises(smtp.SmtpError, match="certificate is not trusted"),
        smtp.connect(server(mail, security="starttls")),
    ):
        pass


def test_login(tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with running(starttls=context, login=("brev", "hemligt")) as mail:
        chosen = server(mail, security="starttls", user="brev", password="hemligt")
        with smtp.connect(chosen) as connection:
            connection.send("anna@example.se", MESSAGE)
        assert [one.user for one in mail.handler.taken] == ["brev"]
        assert "hemligt" not in repr(chosen)

        wrong = server(mail, security="starttls", user="brev", password="gissat")
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(wrong):
            pass
        assert "login refused" in one_line(error)
        assert "gissat" not in str(error.value)


def test_no_password_in_clear_over_the_network():
    chosen = smtp.Server("mail.example.se", 25, "brev@example.org", security="none", user="brev", password="x")
    with pytest.raises(smtp.SmtpError, match="a password is not sent unencrypted"), smtp.connect(chosen):
        pass


def test_a_server_without_what_is_configured():
    with running() as mail:
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(server(mail, security="starttls")):
            pass
        assert "offers no STARTTLS" in one_line(error)
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(server(mail, security="tls", timeout=2)):
            pass
        assert "UTBLICK_SMTP_SECURITY" in one_line(error)
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(server(mail, user="brev", password="x")):
            pass
        assert "offers no login" in one_line(error)


def test_nobody_there():
    port = free_port()
    with (
        pytest.raises(smtp.SmtpError) as error,
        smtp.connect(smtp.Server("127.0.0.1", port, "brev@example.org", security="none")),
    ):
        pass
    assert f"127.0.0.1:{port}: nothing listens there" in one_line(error)
    with (
        pytest.raises(smtp.SmtpError) as error,
        smtp.connect(smtp.Server("mail.invalid", 25, "brev@example.org", security="none")),
    ):
        pass
    assert "UTBLICK_SMTP_HOST" in one_line(error)


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chosen = smtp.Server("127.0.0.1", silent.getsockname()[1], "b@example.org", security="none", timeout=0.3)
        with pytest.raises(smtp.SmtpError) as error, smtp.connect(chosen):
            pass
    assert "no answer within 0.3 s" in one_line(error)


@pytest.mark.parametrize(
    ("where", "answer", "permanent"),
    [
        ("at_rcpt", "550 5.1.1 <anna@example.se>: no such user anna", True),
        ("at_rcpt", "451 4.7.1 try later", False),
        ("at_data", "554 5.7.1 refused for anna@example.se", True),
        ("at_data", "452 4.3.1 disk full", False),
    ],
)
def test_refusals_leave_the_connection_usable(where, answer, permanent):
    with running() as mail, smtp.connect(server(mail)) as connection:
        getattr(mail.handler, where)["anna@example.se"] = [answer]
        with pytest.raises(smtp.Refused) as refused:
            connection.send("anna@example.se", MESSAGE)
        assert refused.value.permanent is permanent
        assert refused.value.reply.startswith(answer[:9])
        assert "anna" not in refused.value.reply
        assert not refused.value.sender
        connection.send("bo@example.se", MESSAGE)
    assert mail.handler.recipients() == ["bo@example.se"]


def test_the_sender_is_refused():
    with running() as mail, smtp.connect(server(mail)) as connection:
        mail.handler.at_mail = ["550 5.7.1 not you"]
        with pytest.raises(smtp.Refused) as refused:
            connection.send("anna@example.se", MESSAGE)
    assert refused.value.sender
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("where", "answer", "kind"),
    [
        ("at_rcpt", DROP, smtp.Lost),
        ("at_rcpt", "421 4.3.2 closing", smtp.Lost),
        ("at_data", "421 4.3.2 closing", smtp.Lost),
        ("at_data", DROP, smtp.Unanswered),
    ],
)
def test_a_broken_connection_before_and_after_the_final_dot(where, answer, kind):
    with running() as mail, smtp.connect(server(mail)) as connection:
        getattr(mail.handler, where)["anna@example.se"] = [answer]
        with pytest.raises(kind):
            connection.send("anna@example.se", MESSAGE)
        assert not connection.open
        assert connection.uncertain is (kind is smtp.Unanswered)


def test_what_must_be_done_before_the_dot_is_done_before_the_server_can_take_the_message():
    happened = []
    with running() as mail, smtp.connect(server(mail)) as connection:
        connection.send("anna@example.se", MESSAGE, before_dot=lambda: happened.append(len(mail.handler.taken)))

        def fail():
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="the disk is full"):
            connection.send("bo@example.se", MESSAGE, before_dot=fail)
        assert not connection.uncertain
    assert happened == [0]
    assert mail.handler.recipients() == ["anna@example.se"]


def test_a_server_that_waits_for_a_message_to_nobody_gets_an_empty_one():
    """RFC 2920, 3.1: it may answer 354 to a pipelined DATA although it refused the recipient."""
    heard = []

    def serve(listener):
        peer, _ = listener.accept()
        with peer, peer.makefile("rwb", buffering=0) as talk:
            answers = {b"MAIL": b"250 ok", b"RCPT": b"550 5.1.1 no", b"DATA": b"354 go on", b".": b"554 nobody"}
            talk.write(b"220 hi\r\n")
            for raw in talk:
                heard.append(raw.strip())
                word = raw.split()[0].upper()[:4]
                extra = b"250-there\r\n250 PIPELINING" if word == b"EHLO" else b"250 ok"
                talk.write(answers.get(word, extra) + b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        there = smtp.Server("127.0.0.1", listener.getsockname()[1], "brev@example.org", security="none", timeout=5)
        with smtp.connect(there) as connection:
            with pytest.raises(smtp.Refused, match="550") as refused:
                connection.send("anna@example.se", MESSAGE)
            assert not connection.uncertain
        thread.join(5)
    assert refused.value.permanent
    assert b"." in heard
    assert not any(b"Hej" in line for line in heard)


def test_no_answer_to_the_final_dot_in_time():
    with (
        running(delay=1.0) as mail,
        smtp.connect(server(mail, final_timeout=0.2)) as connection,
        pytest.raises(smtp.Unanswered, match="timed out"),
    ):
        connection.send("anna@example.se", MESSAGE)


def test_a_body_arrives_as_it_was_whatever_its_lines():
    with running() as mail, smtp.connect(server(mail)) as connection:

        @settings(max_examples=150, deadline=None)
        @given(st.lists(st.sampled_from([".", "..", ".\r\n", "\n", "\r", "\r\n", "x", ".QUIT", "\r\n.\r\n"])))
        def check(parts):
            body = "".join(parts).encode()
            mail.handler.taken.clear()
            connection.send("anna@example.se", b"Subject: x\r\n\r\n" + body)
            [taken] = mail.handler.taken
            expected = re.sub(rb"\r\n|\r|\n", b"\r\n", b"Subject: x\r\n\r\n" + body)
            assert taken.content == (expected if expected.endswith(b"\r\n") else expected + b"\r\n")

        check()


@pytest.mark.parametrize(
    "words",
    [
        "<anna.ek@example.se>: Recipient address rejected: User unknown",
        "unknown user anna.ek",
        "Mailbox Anna.Ek is full",
        "(anna.ek@internal.example.se, SRS0=xx=anna.ek@relay.example)",
        "bad\r\n550 anna.ek@example.se",
    ],
)
def test_no_address_is_left_in_a_reply(words):
    told = smtp.blank_addresses(words, "anna.ek@example.se")
    assert "anna" not in told.lower()
    assert "@" not in told
    assert "\n" not in told


def test_a_word_that_only_contains_the_local_part_is_left():
    assert smtp.blank_addresses("more information", "info@example.se") == "more information"


def test_the_server_of_the_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    chosen = load_settings(mail_from="EU-brevet <brev@example.org>", smtp_user="u", smtp_password="p")
    assert smtp.Server.of(chosen).sender == "brev@example.org"
    assert smtp.Server.of(chosen).password == "p"
    for wrong in ({"mail_from": "brevet"}, {"smtp_user": "u"}, {"smtp_password": "p"}):
        with pytest.raises(smtp.SmtpError, match="UTBLICK_"):
            smtp.Server.of(load_settings(**wrong))
