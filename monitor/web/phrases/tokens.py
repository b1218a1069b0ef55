"""Phrases of the page with tokens, which Swedish readers know as keys."""

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, str]] = {
    "tokens": ("Nycklar för program", "Tokens for programs"),
    "tokens lead": (
        "Med en nyckel kan ett program läsa det som sidorna visar, men inte ändra något. Den gäller en tid och "
        "kan avslutas när som helst.",
        "With a token a program can read what the pages show, but change nothing. It lasts for a time and can be "
        "revoked whenever you like.",
    ),
    "tokens none": ("Det finns inga nycklar än.", "There are no tokens yet."),
    "tokens of mine": ("Mina nycklar", "My tokens"),
    "tokens of all": ("Allas nycklar", "Everybody's tokens"),
    "token new": ("Skapa en nyckel", "Make a token"),
    "token name": ("Vad den är till för", "What it is for"),
    "token days": ("Hur länge den gäller", "How long it lasts"),
    "token lasts": ("{number} dagar", "{number} days"),
    "token make": ("Skapa nyckel", "Make token"),
    "token made": (
        "Här är nyckeln. Spara den nu på ett säkert ställe: den visas bara den här gången.",
        "Here is the token. Keep it in a safe place now: it is shown this once only.",
    ),
    "token example": ("Så används den:", "This is how it is used:"),
    "token made at": ("Skapad", "Made"),
    "token expires": ("Gäller till", "Expires"),
    "token used": ("Senast använd", "Last used"),
    "token unused": ("aldrig", "never"),
    "token state": ("Läge", "State"),
    "token expired": ("har gått ut", "has expired"),
    "token revoked": ("avslutad", "revoked"),
    "token revoke": ("Avsluta", "Revoke"),
    "token revoke of": ("Avsluta nyckeln {name}", "Revoke the token {name}"),
    "api tokens": (
        "Program som inte kan logga in använder en personlig nyckel: Authorization: Bearer …",
        "Programs that cannot log in use a personal token: Authorization: Bearer …",
    ),
    "action token": ("skapade nyckeln", "made the token"),
    "action revoke": ("avslutade nyckeln", "revoked the token"),
}
