"""Phrases around the login, and of the pages for those who answer for what is kept."""

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, str]] = {
    # the login
    "log out": ("Logga ut", "Log out"),
    "log in again": ("Logga in igen", "Log in again"),
    "log out there": (
        "Logga ut också hos inloggningstjänsten (det kan avsluta andra tjänster)",
        "Log out of the login service too (which may end other services)",
    ),
    "login down": ("Inloggningstjänsten svarar inte", "The login service does not answer"),
    "login down help": (
        "Utblick är igång, men tjänsten där du loggar in går inte att nå just nu. Försök igen om en stund. Om "
        "det inte hjälper, kontakta {contact}.",
        "Utblick is running, but the service where you log in cannot be reached just now. Try again in a while. "
        "If that does not help, contact {contact}.",
    ),
    "login stale": ("Inloggningen hann bli för gammal", "The login took too long"),
    "login stale help": (
        "Den påbörjades i ett annat fönster, för mer än tio minuter sedan, eller är redan använd. Börja om.",
        "It was begun in another window, more than ten minutes ago, or has been used already. Begin again.",
    ),
    "login refused": ("Inloggningen gick inte igenom", "The login did not succeed"),
    "login refused help": (
        "Inloggningstjänsten släppte inte in dig, eller gav ett svar som Utblick inte kan lita på. Försök igen. "
        "Om det inte hjälper, kontakta {contact}.",
        "The login service did not let you in, or gave an answer that Utblick cannot trust. Try again. If that "
        "does not help, contact {contact}.",
    ),
    "login nobody": ("Du har inte tillgång till Utblick", "You have no access to Utblick"),
    "login nobody help": (
        "Du är inloggad hos kommunen, men har ingen roll här. Be {contact} om tillgång.",
        "You are logged in, but have no role here. Ask {contact} for access.",
    ),
    "login ended": ("Du är utloggad", "You are logged out"),
    "login ended help": (
        "Stäng webbläsaren om andra använder samma dator.",
        "Close the browser if others use the same computer.",
    ),
}
