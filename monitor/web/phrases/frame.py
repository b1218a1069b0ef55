"""The frame of the pages, the start page, errors, pages about the pages, and the public ones."""

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, str]] = {
    # the frame
    "skip": ("Hoppa till innehållet", "Skip to content"),
    "main menu": ("Huvudmeny", "Main menu"),
    "about menu": ("Om webbplatsen", "About this site"),
    "start": ("Start", "Start"),
    "search": ("Sök", "Search"),
    "calendar": ("Kalender", "Calendar"),
    "signals": ("Signaler", "Signals"),
    "letters": ("Brev", "Letters"),
    "sources": ("Källor", "Sources"),
    "statistics": ("Statistik", "Statistics"),
    "watches": ("Bevakningar", "Followed searches"),
    "changes": ("Ändringar", "Changes"),
    "switch": ("In English", "På svenska"),
    "name": ("Utblick", "Utblick"),
    "tagline": ("omvärldsbevakning för {organisation}", "horizon scanning for {organisation}"),
    "signed in": ("Inloggad: {name}", "Signed in: {name}"),
    "footer": (
        "Sammanställt maskinellt ur öppna källor. Frågor och rättelser:",
        "Put together by machine from open sources. Questions and corrections:",
    ),
    "accessibility": ("Tillgänglighet", "Accessibility"),
    "search help": ("Så söker du", "How to search"),
    "interface": ("Data för program (API)", "Data for programs (API)"),
    "saved": ("Sparat.", "Saved."),
    "back": ("Till startsidan", "To the start page"),
    # the start page
    "start title": ("Vad behöver göras nu?", "What needs to be done now?"),
    "pressing": ("Stänger snart", "Closing soon"),
    "pressing lead": (
        "Ärenden där kommunen kan svara, påverka eller söka medel inom {days} dagar. Det som "
        "brådskar mest står först.",
        "Matters in which we can respond, influence or apply within {days} days. The most urgent comes first.",
    ),
    "pressing none": ("Inget stänger inom {days} dagar.", "Nothing closes within {days} days."),
    "pressing more": ("Visa alla i kalendern ({number} till)", "Show all in the calendar ({number} more)"),
    "moved": ("Nytt och ändrat den senaste veckan", "New and changed in the last week"),
    "moved first": (
        "Det här är ditt första besök. Nästa gång står här vad som har rört sig sedan du var här.",
        "This is your first visit. Next time you will see here what has moved since you were here.",
    ),
    "moved since": ("Sedan du var här {day}: {count}", "Since you were here on {day}: {count}"),
    "moved since today": (
        "Sedan du var här i dag kl. {time}: {count}",
        "Since you were here today at {time}: {count}",
    ),
    "moved since long": (
        "Det var ett tag sedan du var här. De senaste {days} dagarna: {count}",
        "It is a while since you were here. In the last {days} days: {count}",
    ),
    "moved one": ("ett ärende har rört sig", "one matter has moved"),
    "moved many": ("{number} ärenden har rört sig", "{number} matters have moved"),
    "moved more": ("minst {number} ärenden har rört sig", "at least {number} matters have moved"),
    "moved week": ("Allt från den senaste veckan", "Everything of the last week"),
    "moved none": (
        "Inget som rör kommunen har rört sig sedan {day}.",
        "Nothing of concern has moved since {day}.",
    ),
    "new": ("nytt", "new"),
    "changed": ("ändrat", "changed"),
    "latest letter": ("Senaste brevet", "Latest letter"),
    "no letter": ("Inget brev har byggts än.", "No letter has been built yet."),
    "read letter": ("Läs brevet för vecka {week}", "Read the letter of week {week}"),
    "all letters": ("Alla brev", "All letters"),
    "source health": ("Källorna", "The sources"),
    "all well": (
        "Alla {number} kontrollerade källor svarade som väntat.",
        "All {number} sources checked answered as expected.",
    ),
    "none checked": ("Ingen källa är kontrollerad än.", "No source has been checked yet."),
    "some troubled": (
        "{number} av {all} kontrollerade källor svarade inte som väntat. Det kan saknas nyheter därifrån.",
        "{number} of {all} sources checked did not answer as expected. News from them may be missing.",
    ),
    "all sources": ("Alla källor", "All sources"),
    "own last day": ("Vår sista dag: {day}", "Our last day: {day}"),
    "closes": ("stänger {day}", "closes {day}"),
    "closed": ("stängde {day}", "closed {day}"),
    "closes estimate": ("stänger troligen {day}", "probably closes {day}"),
    # errors
    "error 400": ("Det gick inte att förstå det som skickades", "What was sent could not be understood"),
    "error 403": ("Du får inte göra det här", "You may not do this"),
    "error 404": ("Sidan finns inte", "The page does not exist"),
    "error 503": ("Arkivet svarar inte just nu", "The archive does not answer just now"),
    "error 400 help": ("Gå tillbaka och försök igen.", "Go back and try again."),
    "error 403 help": (
        "Om du stod på ett formulär: ladda om sidan och försök igen. Annars saknar du behörighet.",
        "If you were on a form: reload the page and try again. Otherwise you lack the right.",
    ),
    "error 404 help": (
        "Den kan ha flyttats, eller så är adressen fel. Sök i stället.",
        "It may have moved, or the address is wrong. Search instead.",
    ),
    "error 503 help": (
        "Försök igen om en stund. Den som driver tjänsten ser felet i sin logg.",
        "Try again in a while. Whoever runs the service sees the error in the log.",
    ),
    # about
    "help lead": (
        "Skriv som du skulle säga det. Ordens böjning, svenska och engelska ord och vanliga stavfel "
        "klarar sökningen själv.",
        "Write as you would say it. The search handles inflections, Swedish and English words and "
        "common misspellings.",
    ),
    "operator": ("Skriv", "Write"),
    "meaning": ("Så hittas", "What is found"),
    "op words": (
        "dokument med alla orden, i vilken böjning som helst",
        "documents with all the words, in any inflection",
    ),
    "op phrase": ("orden i just den ordningen", "the words in exactly that order"),
    "op beginning": ("alla ord som börjar så", "all words that begin so"),
    "op without": ("inte dokument med ordet", "no documents with the word"),
    "op or": ("det ena eller det andra ordet (OR på engelska)", "one word or the other"),
    "op identifier": (
        "går direkt till dokumentet; alla stavningar fungerar",
        "goes straight to the document; any spelling works",
    ),
    "op nickname": ("smeknamn på kända EU-ärenden förstås", "nicknames of known EU files are understood"),
    "api lead": (
        "Allt som sidorna visar finns som JSON. Samma inloggning gäller. Svaren har ETag; listor "
        "fortsätter med fältet next.",
        "Everything the pages show is there as JSON, with the same login. Answers carry an ETag; "
        "lists go on by the field next.",
    ),
    "api schema": ("Hela beskrivningen (OpenAPI)", "The whole description (OpenAPI)"),
    "call": ("Anrop", "Call"),
    "gives": ("Ger", "Gives"),
    # public pages
    "ask leave": ("Vill du sluta få {letter}?", "Do you want to stop receiving {letter}?"),
    "ask leave button": ("Ja, avsluta {letter}", "Yes, stop {letter}"),
    "ask confirm": ("Vill du få {letter}?", "Do you want to receive {letter}?"),
    "ask confirm button": ("Ja, skicka {letter}", "Yes, send me {letter}"),
    "ask confirm alerts": ("Vill du få larm från {letter}?", "Do you want alerts from {letter}?"),
    "ask confirm alerts button": ("Ja, skicka larm", "Yes, send me alerts"),
    "ask stop": ("Vill du stoppa larmet?", "Do you want to stop this alert?"),
    "ask stop button": ("Ja, stoppa larmet", "Yes, stop this alert"),
    "done stopped": ("Larmet är stoppat", "The alert is stopped"),
    "done stopped text": (
        "Andra larm och {letter} kommer som förut. Om det blev fel, skriv till {contact}.",
        "Other alerts and {letter} come as before. If that was a mistake, write to {contact}.",
    ),
    "ask why": (
        "Vi frågar eftersom program som granskar e-post också öppnar länkar.",
        "We ask because programs that check mail open links too.",
    ),
    "done left": ("Du får inte {letter} längre", "You no longer receive {letter}"),
    "done left text": ("Om det blev fel, skriv till {contact}.", "If that was a mistake, write to {contact}."),
    "done confirmed": (
        "Tack, du får {letter} från och med nästa brev",
        "Thank you, you receive {letter} from the next letter on",
    ),
    "done confirmed text": ("I varje brev finns en länk för att avsluta.", "Every letter has a link to leave."),
    "done confirmed alerts": ("Tack, du får larm från och med nu", "Thank you, you receive alerts from now on"),
    "done confirmed alerts text": (
        "I varje larm finns en länk som stoppar just det. Vill du också ha {letter}, skriv till {contact}.",
        "Every alert has a link that stops just that one. If you want {letter} too, write to {contact}.",
    ),
    "done not active": ("Adressen är avslutad", "The address has been signed off"),
    "done not active text": (
        "Skriv till {contact} om du vill ha brevet igen.",
        "Write to {contact} if you want the letter again.",
    ),
    "done nothing here": ("Här finns ingenting", "There is nothing here"),
    "done nothing here text": (
        "Länken är fel eller gäller inte längre. Skriv till {contact}.",
        "The link is wrong or no longer valid. Write to {contact}.",
    ),
}
