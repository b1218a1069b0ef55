"""The fixed phrases of the pages: Swedish and English side by side, so that neither can lack one."""

from collections.abc import Mapping
from dataclasses import dataclass

from digests.words import Catalogue, catalogue
from monitor.web.phrases import PHRASES

LANGUAGES = ("sv", "en")

KINDS: Mapping[str, tuple[str, str]] = {
    "initiative": ("EU-initiativ", "EU initiative"),
    "proposal": ("lagförslag", "proposal"),
    "communication": ("meddelande", "communication"),
    "act": ("rättsakt", "act"),
    "eu-document": ("EU-dokument", "EU document"),
    "procedure": ("EU-ärende", "EU procedure"),
    "opinion": ("yttrande", "opinion"),
    "fpm": ("Fakta-PM", "government memo"),
    "remiss": ("remiss", "referral"),
    "agenda": ("dagordning", "agenda"),
    "inquiry": ("utredning", "inquiry"),
    "directive": ("utredningsdirektiv", "terms of reference"),
    "memorandum": ("departementspromemoria", "ministry memorandum"),
    "bill": ("proposition", "government bill"),
    "draft-bill": ("lagrådsremiss", "draft bill"),
    "committee-report": ("betänkande", "committee report"),
    "commission": ("regeringsuppdrag", "government assignment"),
    "press": ("pressmeddelande", "press release"),
    "news": ("nyhet", "news"),
    "call": ("utlysning", "call"),
    "report": ("rapport", "report"),
    "event": ("evenemang", "event"),
    "law": ("lag", "law"),
    "signal": ("egen signal", "own signal"),
    "other": ("annat", "other"),
}
LEVELS: Mapping[str, tuple[str, str]] = {
    "act": ("åtgärd", "action"),
    "brief": ("nytt till brevet", "for the letter"),
    "background": ("för kännedom", "for information"),
    "none": ("endast arkiv", "archive only"),
}
DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "restricting": ("begränsande", "restricting"),
    "enabling": ("möjliggörande", "enabling"),
    "both": ("båda", "both"),
    "unclear": ("oklart", "unclear"),
    "na": ("ingen", "none"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "changed": ("nytt innehåll", "new content"),
    "unchanged": ("inget nytt", "nothing new"),
    "empty": ("tom, som väntat", "empty, as expected"),
    "partial": ("svarade bara delvis", "answered only in part"),
    "blocked": ("släppte inte in oss", "did not let us in"),
    "drifted": ("har bytt form och kan inte läsas", "has changed form and cannot be read"),
    "failed": ("svarade inte som väntat", "did not answer as expected"),
    "skipped": ("hoppades över", "was skipped"),
}
FIELDS: Mapping[str, tuple[str, str]] = {
    "title": ("rubrik", "title"),
    "summary": ("sammanfattning", "summary"),
    "text": ("text", "text"),
    "windows": ("svarstid", "time to respond"),
    "steps": ("steg", "steps"),
    "identifiers": ("beteckningar", "references"),
    "subjects": ("ämnesord", "subjects"),
    "bodies": ("organ", "bodies"),
    "attachments": ("bilagor", "attachments"),
    "gone": ("tillgänglighet", "availability"),
    "published": ("publicerad", "published"),
    "kind": ("dokumenttyp", "kind"),
    "url": ("adress", "address"),
}
RELATIONS: Mapping[str, tuple[str, str]] = {
    "subject": ("handlar om", "is about"),
    "package": ("ingår i paket med", "is in a package with"),
    "implements": ("genomför", "implements"),
    "mention": ("nämner", "mentions"),
}
TONGUES: Mapping[str, tuple[str, str]] = {
    "sv": ("svenska", "Swedish"),
    "en": ("engelska", "English"),
    "da": ("danska", "Danish"),
    "de": ("tyska", "German"),
    "fi": ("finska", "Finnish"),
    "fr": ("franska", "French"),
    "no": ("norska", "Norwegian"),
}
SEATS: Mapping[str, tuple[str, str]] = {
    "chair": ("ordförande", "chair"),
    "vice-chair": ("vice ordförande", "vice-chair"),
    "member": ("ledamot", "member"),
    "substitute": ("suppleant", "substitute"),
}
ROWS: Mapping[str, tuple[str, str]] = {
    "subscriber": ("prenumeration", "subscription"),
    "visit": ("besök", "visits"),
    "access_token": ("nycklar", "tokens"),
    "saved_search": ("bevakningar", "followed searches"),
    "team_member": ("grupper", "groups"),
    "judgement": ("rättelser av bedömningar", "corrected judgements"),
    "case_change": ("ändringar i ärenden", "changes of cases"),
    "dossier_event": ("händelser i ärenden", "events of files"),
    "join_verdict": ("beslut om vad som hör ihop", "decisions on what belongs together"),
    "join_proposal": ("avgjorda förslag", "decided proposals"),
    "rule_match": ("avgjorda förslag av grupper", "decided proposals of groups"),
    "audit": ("rader i loggen", "lines of the log"),
}
TABLES = {
    "language": TONGUES,
    "kind": KINDS,
    "level": LEVELS,
    "direction": DIRECTIONS,
    "outcome": OUTCOMES,
    "field": FIELDS,
    "relation": RELATIONS,
    "rows": ROWS,
    "seat": SEATS,
}


@dataclass(frozen=True, slots=True)
class Words:
    """How the pages speak one language; dates, windows and numbers as the letter says them."""

    code: str

    @property
    def letter(self) -> Catalogue:
        """The phrases that pages share with the letter."""
        return catalogue(self.code)

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its gaps filled.

        Raises:
            KeyError: nobody has written it.
        """
        text = PHRASES[phrase][LANGUAGES.index(self.code)]
        return text.format(**values) if values else text

    def name(self, table: str, value: str) -> str:
        """What a code is called; the code itself where it is new to us."""
        names = TABLES[table].get(value)
        return names[LANGUAGES.index(self.code)] if names else value

    def window(self, kind: str) -> str:
        """What a kind of window is called."""
        names = {known.value: noun.one for known, noun in self.letter.windows.items()}
        return names.get(kind, kind)

    def number(self, value: float) -> str:
        """A number as the language groups it: "12 345" (with a narrow no-break space) or "12,345"."""
        return f"{value:,}".replace(",", "\u202f") if self.code == "sv" else f"{value:,}"


WORDS = {code: Words(code) for code in LANGUAGES}
