import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.middleware.addresses import is_public
from spiders.middleware.decoding import unpack
from spiders.platform import Failed

URL = "https://a.example/"
CODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@given(st.binary(max_size=500), st.sampled_from(sorted(CODERS)))
def test_what_was_packed_is_unpacked(body: bytes, coding: str) -> None:
    assert unpack(CODERS[coding](body), coding, 1_000, URL) == body
    assert unpack(raw_deflate(body), "deflate", 1_000, URL) == body


def test_several_members_and_padding_are_one_body() -> None:
    assert unpack(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", 100, URL) == b"one two"
    assert unpack(gzip.compress(b"one") + b"\0" * 16, "gzip", 100, URL) == b"one"


@given(st.binary(min_size=50, max_size=300), st.integers(1, 20), st.sampled_from(sorted(CODERS)))
def test_a_stream_without_its_end_is_never_a_page(body: bytes, missing: int, coding: str) -> None:
    with pytest.raises(Failed, match=r"breaks off|broken"):
        unpack(CODERS[coding](body)[:-missing], coding, 1_000, URL)


@given(st.binary(max_size=60), st.sampled_from([*sorted(CODERS), "br", "zstd", ""]))
def test_any_bytes_end_as_a_body_or_a_said_reason(body: bytes, coding: str) -> None:
    try:
        assert len(unpack(body, coding, 100, URL)) <= 100
    except Failed as exc:
        assert URL in str(exc)


def test_the_cap_holds_after_decompression() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with pytest.raises(Failed, match="more than 1000 bytes"):
        unpack(bomb, "gzip", 1_000, URL)
    assert unpack(gzip.compress(b"x" * 1_000), "gzip", 1_000, URL) == b"x" * 1_000
    with pytest.raises(Failed, match="more than 1000 bytes"):
        unpack(gzip.compress(b"x" * 600) * 2, "gzip", 1_000, URL)
    with pytest.raises(Failed, match="'br', which we did not ask for"):
        unpack(b"x", "br", 1_000, URL)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "fe80::1", "fc00::1", "ff02::1", "::"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
    ],
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(address)
