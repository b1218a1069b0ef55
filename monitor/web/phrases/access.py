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
    # people
    "people": ("Personer", "People"),
    "people lead": (
        "De som har loggat in, och det som sparas om en person. Ta ut eller radera det när någon begär det.",
        "Who has logged in, and what is kept of a person. Here you take it out or erase it when somebody asks.",
    ),
    "people none": ("Ingen har loggat in än.", "Nobody has logged in yet."),
    "person name": ("Signerar med", "Signs with"),
    "person shown": ("Heter i katalogen", "Called in the directory"),
    "person role": ("Roll", "Role"),
    "person seen": ("Senast här", "Last here"),
    "person 0": ("ingen", "none"),
    "person 1": ("läsare", "reader"),
    "person 2": ("handläggare", "officer"),
    "person 3": ("administratör", "administrator"),
    "person about": ("Vad som sparas om en person", "What is kept of a person"),
    "person who": ("Namn eller e-postadress", "Name or e-mail address"),
    "person hint": (
        "Namnet så som det står under Ändringar, adressen hos en prenumerant, eller person:4.",
        "The name as it stands under Changes, a subscriber's address, or person:4.",
    ),
    "person export": ("Hämta allt som sparas", "Download everything that is kept"),
    "person erase": ("Radera …", "Erase …"),
    "person unknown": (
        "Ingen med det namnet eller den adressen finns här, eller så har flera samma adress.",
        "Nobody of that name or address is here, or several have the same address.",
    ),
    "erase title": ("Radera en person", "Erase a person"),
    "erase lead": (
        "Det här gäller {who}. Det går inte att ångra. Säkerhetskopior som redan är tagna ändras inte.",
        "This is about {who}. It cannot be undone. Backups that have been made already do not change.",
    ),
    "erase gone": ("Raderas", "Will be deleted"),
    "erase stays": ("Blir kvar utan namnet", "Stays without the name"),
    "erase nothing": ("ingenting", "nothing"),
    "erase mentions": (
        "Namnet står också i fri text i de här ärendena. Läs och ändra själv om det behövs:",
        "The name also stands in free text of these files. Read it, and change it yourself if need be:",
    ),
    "erase do": ("Ja, radera", "Yes, erase"),
    "erase back": ("Nej, gå tillbaka", "No, go back"),
    "erase done": ("Raderat. Det som blev kvar har inget namn.", "Erased. What stayed has no name."),
    # public records
    "records": ("Utlämnande av allmän handling", "Public records"),
    "records lead": (
        "Allt som människor har skrivit om ett ärende eller under en period, som en zip-fil med JSON och CSV. "
        "Veckobreven följer med om du anger en period. Pröva sekretess innan något lämnas ut.",
        "Everything that people wrote about a file or in a period, as a ZIP of JSON and CSV. The weekly letters "
        "are included if you give a period. Assess secrecy before anything is handed out.",
    ),
    "records dossier": ("Ärendets nummer, beteckning eller smeknamn", "The file's number, reference or nickname"),
    "records from": ("Från och med", "From"),
    "records to": ("Till och med", "To"),
    "records make": ("Hämta zip-filen", "Download the ZIP"),
    "records refused": (
        "Ange ett ärende som finns, eller en period där första dagen kommer före sista.",
        "Give a file that exists, or a period whose first day comes before its last.",
    ),
    "action export-person": ("tog ut det som sparas om", "took out what is kept of"),
    "action erase-person": ("raderade", "erased"),
    "action rename-person": ("gav ett nytt namn åt", "gave a new name to"),
    "action public-record": ("tog ut allmän handling om", "took out public records of"),
}
