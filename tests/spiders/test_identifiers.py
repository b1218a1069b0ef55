"""Identifiers as people type them and as texts carry them come out in one canonical form."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.finding import Identifier, Relation
from spiders.identifier_forms import SPELLINGS
from spiders.identifiers import find_identifiers, parse_identifier

TYPED = [
    ("COM(2022) 541", "com", "COM(2022) 541"),
    ("com 2022 541", "com", "COM(2022) 541"),
    ("com(2022)541 final", "com", "COM(2022) 541"),
    ("COM/2022/761 final", "com", "COM(2022) 761"),
    ("COM(2022)0541", "com", "COM(2022) 541"),
    ("KOM(2011) 452", "com", "COM(2011) 452"),
    ("52022PC0541", "com", "COM(2022) 541"),
    ("52023JC0009", "com", "JOIN(2023) 9"),
    ("52025SC0555", "com", "SWD(2025) 555"),
    ("C(2023) 7019", "com", "C(2023) 7019"),
    ("2022/0345", "procedure", "2022/0345"),
    ("2022/0345(COD)", "procedure", "2022/0345(COD)"),
    ("2022/0345 (cod)", "procedure", "2022/0345(COD)"),
    ("2022/0345/COD", "procedure", "2022/0345(COD)"),
    ("2022-0345", "procedure", "2022/0345"),
    ("2016/0062A(NLE)", "procedure", "2016/0062A(NLE)"),
    ("SFS 2026:12", "sfs", "SFS 2026:12"),
    ("lagen (2006:412)", None, None),
    ("(2006:412)", "sfs", "SFS 2006:412"),
    ("SOU 2026:9", "sou", "SOU 2026:9"),
    ("sou2026:9", "sou", "SOU 2026:9"),
    ("Ds 2025:3", "ds", "Ds 2025:3"),
    ("dir. 2025:20", "dir", "Dir. 2025:20"),
    ("prop. 2025/26:89", "prop", "Prop. 2025/26:89"),
    ("Skr. 2025/26:7", "skr", "Skr. 2025/26:7"),
    ("2022/23:mju6", "bet", "Bet. 2022/23:MJU6"),
    ("FPM21", "fpm", "FPM21"),
    ("2022/23:FPM21", "fpm", "2022/23:FPM21"),
    ("fakta-PM 2022/2023: FPM 21", "fpm", "2022/23:FPM21"),
    ("2022/25:FPM21", None, None),
    ("Ares(2026)7014840", "ares", "Ares(2026)7014840"),
    ("PLAN/2026/1655", "plan", "PLAN/2026/1655"),
    ("(EU) 2024/3019", "act", "(EU) 2024/3019"),
    ("EU 2024/3019", "act", "(EU) 2024/3019"),
    ("Regulation (EU) No 904/2010", "act", "(EU) nr 904/2010"),
    ("direktiv 2008/98/EG", "act", "2008/98/EG"),
    ("2008/98/EC", "act", "2008/98/EG"),
    ("32024L3019", "celex", "32024L3019"),
    ("02021R0241-20240301", "celex", "02021R0241-20240301"),
    ("https://eur-lex.europa.eu/eli/dir/2024/3019/oj", "celex", "32024L3019"),
    (
        "https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX%3A52022PC0541".replace("%3A", ":"),
        "com",
        "COM(2022) 541",
    ),
    ("hd06fpm52", "dok-id", "HD06FPM52"),
    ("H8B6447", "dok-id", "H8B6447"),
    ("HB0320", "dok-id", "HB0320"),
    ("ST 15875/2025 INIT", "st", "ST 15875/2025 INIT"),
    ("st-15875-2025-init", "st", "ST 15875/2025 INIT"),
    ("A10-0241/2025", "ep", "A10-0241/2025"),
    ("A-10-2026-0070", "ep", "A10-0070/2026"),
    ("T10-0333/2025", "ep", "P10_TA(2025)0333"),
    ("PE759.748", "ep", "PE759.748"),
    ("Ju2025/00874", "diary", "Ju2025/00874"),
    ("ju 2025/00874", "diary", "Ju2025/00874"),
    ("ip_26_301", "press", "IP/26/301"),
    (" “COM(2022) 541”. ", "com", "COM(2022) 541"),
    ("HORIZON-CL5-2026-D4-01-03", "call", "HORIZON-CL5-2026-D4-01-03"),
    ("life‑2026‑cet–1", "call", "LIFE-2026-CET-1"),
    ("EU4H-2026", "call", "EU4H-2026"),
    ("https://ec.europa.eu/info/x/topic-details/LIFE-2026-CET?keywords=heat", "call", "LIFE-2026-CET"),
    ("2026-01503", "vinnova", "2026-01503"),
    ("Diarienummer: 2026–01503", "vinnova", "2026-01503"),
    ("https://www.vinnova.se/e/hallbar-stad/2027/2026-01503", "vinnova", "2026-01503"),
    ("vatten 2026-2030", None, None),
    ("avloppsdirektivet", None, None),
    ("COM(2022) 541 avlopp", None, None),
    ("COM(2022) 541 COM(2022) 542", None, None),
    ("2008/98", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("typed", "scheme", "value"), TYPED)
def test_what_people_type(typed, scheme, value):
    assert parse_identifier(typed) == (Identifier(scheme, value) if scheme else None)


FOUND = [
    ("COM(2023) 207, 208 och 209.", ["COM(2023) 207", "COM(2023) 208", "COM(2023) 209"]),
    ("egna medel, COM(2021) 566,570.", ["COM(2021) 566", "COM(2021) 570"]),
    ("(COM(2025) 955–957, 959)", ["COM(2025) 955", "COM(2025) 956", "COM(2025) 957", "COM(2025) 959"]),
    ("COM(2022) 541, 26 oktober 2022", ["COM(2022) 541"]),
    ("COM(2023) 94 och 2 andra", ["COM(2023) 94"]),
    ("gällande COM82023) 298. MEDDELANDE", ["COM(2023) 298"]),
    ("COM(2022) 666l, och", ["COM(2022) 666"]),
    ("COM (2021) 035.", ["COM(2021) 35"]),
    ("KOM (2020)337/1 SWD(2020) 142 COMMISSION", ["COM(2020) 337", "SWD(2020) 142"]),
    ("K\xadOM(2011)\xa0452", ["COM(2011) 452"]),
    ("P9\\_TA(2023)0243", ["P9_TA(2023)0243"]),
    ("2028–20302025/26:FPM47", ["2025/26:FPM47"]),
    ("FÖR MOLDOVA 52024PC0469.", ["COM(2024) 469"]),
    ("(2025/2195(INL) –2025/0900(APP))", ["2025/2195(INL)", "2025/0900(APP)"]),
    ("(EU) 2018/858, 2018/1724 och (EU) 2019/1020", ["(EU) 2018/858", "(EU) 2018/1724", "(EU) 2019/1020"]),
    ("beslut 1313/2013/EU och direktiv 2006/112/EC", ["1313/2013/EU", "2006/112/EG"]),
    ("Förordning (EU) Nr 1308/2013, (EEG) nr 2658/87", ["(EU) nr 1308/2013", "(EEG) nr 2658/87"]),
    ("Genomförandebeslut 2022/2459 om", ["(EU) 2022/2459"]),
    ("rådets beslut 76/787/EKSG, EEG, Euratom av", ["76/787/EKSG, EEG, Euratom"]),
    ("kommunallagen (2017:725) ska", ["SFS 2017:725"]),
    ("utredningens betänkande (SOU 2025:40)", ["SOU 2025:40"]),
    ("Diarienummer: Ju2025/00874, KN2025/00001", ["Ju2025/00874", "KN2025/00001"]),
    ("Beslutet kom 2023 12 dagar senare", []),
    ("perioden 2021/2027 och 2025/26", []),
    ("artikel 12 c (2023)", []),
]


@pytest.mark.parametrize(("text", "values"), FOUND)
def test_what_texts_carry(text, values):
    found = find_identifiers(text)
    assert [hit.identifier.value for hit in found] == values
    assert all(hit.identifier.relation is Relation.MENTION for hit in found)


def test_places_are_those_of_the_text_as_it_stands():
    text = "Fakta\xadpromemoria om KOM\xad(2022) 541, avlopp, och SOU\xa02026:9."
    assert [text[hit.start : hit.end] for hit in find_identifiers(text)] == ["KOM\xad(2022) 541", "SOU\xa02026:9"]


years = st.integers(2000, 2035)
numbers = st.integers(1, 999)


def _session(year):
    return f"{year}/{(year + 1) % 100:02}"


canonical = st.one_of(
    st.builds(
        lambda s, y, n: ("com", f"{s}({y}) {n}"),
        st.sampled_from(["COM", "JOIN", "SWD", "SEC", "C"]),
        years,
        numbers,
    ),
    st.builds(
        lambda y, n, t: ("procedure", f"{y}/{n:04}({t})"), years, numbers, st.sampled_from(["COD", "NLE", "INI"])
    ),
    st.builds(lambda y, n: ("act", f"(EU) {y}/{n}"), st.integers(2015, 2035), numbers),
    st.builds(lambda y, n, t: ("act", f"{y}/{n}/{t}"), years, numbers, st.sampled_from(["EG", "EU", "RIF"])),
    st.builds(lambda y, n: ("act", f"(EU) nr {n}/{y}"), years, numbers),
    st.builds(lambda y, n, t: ("celex", f"3{y}{t}{n:04}"), years, numbers, st.sampled_from(["R", "L", "D"])),
    st.builds(lambda y, n: ("fpm", f"{_session(y)}:FPM{n}"), years, numbers),
    st.builds(
        lambda y, n, s: (s.strip(". ").lower(), f"{s} {y}:{n}"),
        years,
        numbers,
        st.sampled_from(["SOU", "Ds", "Dir.", "SFS"]),
    ),
    st.builds(
        lambda y, n, s: (s[:-1].lower(), f"{s} {_session(y)}:{n}"),
        years,
        numbers,
        st.sampled_from(["Prop.", "Skr."]),
    ),
    st.builds(lambda y, n: ("bet", f"Bet. {_session(y)}:MJU{n}"), years, numbers),
    st.builds(lambda y, n: ("diary", f"Fi{y}/{n:05}"), years, numbers),
    st.builds(lambda y, n: ("ares", f"Ares({y}){n + 10_000}"), years, numbers),
    st.builds(lambda y, n: ("plan", f"PLAN/{y}/{n}"), years, numbers),
    st.builds(lambda y, n: ("st", f"ST {n}/{y} INIT"), years, numbers),
    st.builds(lambda y, n: ("ep", f"A10-{n:04}/{y}"), years, numbers),
    st.builds(lambda y, n: ("ep", f"P9_TA({y}){n:04}"), years, numbers),
)


@given(canonical)
def test_the_canonical_form_is_its_own_canonical_form(pair):
    scheme, value = pair
    assert parse_identifier(value) == Identifier(scheme, value)
    found = find_identifiers(f"Om {value}, som rör vatten.")
    assert [(hit.identifier.scheme, hit.identifier.value) for hit in found] == [(scheme, value)]


PIECES = [
    "COM",
    "(",
    ")",
    "2022",
    "/",
    "0345",
    "541",
    "nr",
    "(EU)",
    "/EG",
    "FPM",
    ":",
    ",",
    " och ",
    "\xad",
    "SOU ",
    "-",
    "5",
    "PC",
]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_read_and_places_lie_within_it(text):
    parsed = parse_identifier(text)
    assert parsed is None or parsed.value
    last = 0
    for hit in find_identifiers(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.start >= last or hit.identifier.scheme in ("com", "act")
        last = hit.start
        assert find_identifiers(text[hit.start : hit.end]) is not None


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_a_spelling_is_only_skipped_where_it_cannot_match(text):
    for spelling in SPELLINGS:
        if spelling.text is not None and spelling.text.search(text):
            assert spelling.needle in text.lower()
            assert re.search(r"\d\d", text)


@pytest.mark.parametrize(
    "piece", ["COM(2022) ", "2022/", "(EU) ", "5202", "A10-", " ", "1,", "COM(2022) 541,", "\xad", "SOU 2"]
)
def test_time_grows_with_the_length_of_the_text_only(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        began = time.process_time()
        find_identifiers(text)
        return time.process_time() - began

    short = max(min(seconds(20_000) for _ in range(3)), 0.002)
    assert min(seconds(160_000) for _ in range(3)) < 8 * short * 4  # quadratic would be 64
