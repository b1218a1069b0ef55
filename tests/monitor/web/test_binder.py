"""A dossier as a PDF, read back as a program that reads PDFs does."""

import io
import re
import zlib

import httpx
from pypdf import PdfReader
from sqlalchemy import Engine

from monitor.web.paper import Block, as_pdf
from tests.monitor.web.conftest import NOW, token_of
from tests.monitor.web.test_hostile import poison


def text_of(body: bytes) -> str:
    """What stands on the pages, through the font's own table of characters."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def raw(body: bytes) -> bytes:
    """The file with its compressed streams opened."""
    opened = [body]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_a_dossier_as_pdf(client: httpx.Client) -> None:
    token = token_of(client.get("/arende/1"))
    given = {"token": token, "status": "agerar", "position": "Ja,\nmen långsamt – på vår ö.", "due": "2026-12-01"}
    client.post("/arende/1/handlaggning", data=given)
    answer = client.get("/arende/1/underlag.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="arende-1.pdf"'
    text = text_of(answer.content)
    for said in (
        "Avloppsvatten från tätbebyggelse",
        "2022/0345(COD)",
        "måndag 7 december 2026",
        "på vår ö",
        "1 / 1",
    ):
        assert said in text
    assert "Ett reviderat avloppsdirektiv" in text


def test_it_is_tagged_and_says_its_language() -> None:
    blocks = [Block("title", "Åäö"), Block("heading", "Två"), *(Block("text", "Ord " * 300),) * 12]
    body = raw(as_pdf(blocks, title="Åäö", language="sv", foot="x", now=NOW))
    assert b"/MarkInfo" in body
    assert b"/StructTreeRoot" in body
    assert re.search(rb"/Lang \(sv", body)
    assert body.count(b"BDC") == body.count(b"/MCID") > 14
    assert b"/H1 <</MCID 0>> BDC" in body
    pages = len(re.findall(rb"/Type /Page\b", body))
    assert pages > 1
    assert body.count(b"/Artifact BMC") == pages


def test_hostile_text_is_only_text(client: httpx.Client, engine: Engine) -> None:
    poison(engine)
    body = raw(client.get("/arende/1/underlag.pdf").content)
    assert body.startswith(b"%PDF-")
    for active in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile"):
        assert active not in body


def test_no_dossier_no_pdf(client: httpx.Client) -> None:
    assert client.get("/arende/99/underlag.pdf").status_code == 404
