"""The European Parliament's own codes as its vocabularies list them; what is not here is kept and warned of."""

from spiders.finding import Kind

ACTIVITIES = frozenset(
    {
        "REFERRAL",
        "COMMITTEE_TABLING_AMENDMENT",
        "COMMITTEE_ADOPTING_REPORT",
        "COMMITTEE_TABLING_REPORT",
        "COMMITTEE_ADOPTING_OPINION",
        "COMMITTEE_TABLING_OPINION",
        "COMMITTEE_APPROVE_PROVISIONAL_AGREEMENT",
        "TABLING_PLENARY",
        "PLENARY_ACTIVITY",
        "PLENARY_DEBATE",
        "PLENARY_VOTE",
        "PLENARY_VOTE_RESULTS",
        "PLENARY_DECISION",
        "PLENARY_ADOPT_POSITION",
        "PLENARY_AMEND",
        "PLENARY_REFER_COMMITTEE_INTERINSTITUTIONAL_NEGOTIATIONS",
        "INTERINSTITUTIONAL_NEGOTIATION",
        "SIGNATURE",
        "PUBLICATION_OFFICIAL_JOURNAL",
    }
)
"""Types of event (`def/ep-activities/…`) seen in recorded procedures or named by others."""

ROLES = {
    "COMMITTEE_LEAD": "ansvarigt utskott",
    "COMMITTEE_LEAD_JOINT": "gemensamt ansvarigt utskott",
    "COMMITTEE_OPINION": "rådgivande utskott",
    "COMMITTEE_BUDGETARY_ASSESSMENT": "utskott för budgetbedömning",
    "RAPPORTEUR": "Föredragande",
    "RAPPORTEUR_OPINION": "Föredragande av yttrande",
    "RAPPORTEUR_SHADOW": "",
    "RAPPORTEUR_SHADOW_OPINION": "",
}
"""Roles (`def/ep-roles/…`) in Swedish; "" is known and left out."""

SEATS = {
    "CHAIR": "chair",
    "CHAIR_CO": "chair",
    "CHAIR_VICE": "vice-chair",
    "MEMBER": "member",
    "MEMBER_SUBSTITUTE": "substitute",
}
"""Roles (`def/ep-roles/…`) in a committee as `spiders.finding.Seat` names them."""

COMMITTEE = "COMMITTEE_PARLIAMENTARY_"
"""How the classes (`def/ep-entities/…`) of committees begin: standing, special, joint, subcommittees."""

COMMITTEES = {
    "AFCO": "utskottet för konstitutionella frågor",
    "AFET": "utrikesutskottet",
    "AGRI": "utskottet för jordbruk och landsbygdens utveckling",
    "BUDG": "budgetutskottet",
    "CONT": "budgetkontrollutskottet",
    "CULT": "utskottet för kultur och utbildning",
    "DEVE": "utskottet för utveckling",
    "ECON": "utskottet för ekonomi och valutafrågor",
    "EMPL": "utskottet för sysselsättning och sociala frågor",
    "ENVI": "utskottet för miljö, klimat och livsmedelssäkerhet",
    "FEMM": "utskottet för kvinnors rättigheter och jämställdhet",
    "IMCO": "utskottet för den inre marknaden och konsumentskydd",
    "INTA": "utskottet för internationell handel",
    "ITRE": "utskottet för industrifrågor, forskning och energi",
    "JURI": "utskottet för rättsliga frågor",
    "LIBE": "utskottet för medborgerliga fri- och rättigheter samt rättsliga och inrikes frågor",
    "PECH": "fiskeriutskottet",
    "PETI": "utskottet för framställningar",
    "REGI": "utskottet för regional utveckling",
    "SANT": "utskottet för folkhälsa",
    "SEDE": "utskottet för säkerhet och försvar",
    "TRAN": "utskottet för transport och turism",
}
"""Standing committees by code; others are shown by their code alone."""

PROCEDURE_TYPES = frozenset(
    (
        *("ACI", "APP", "AVC", "BUD", "BUI", "CNS", "COD", "COS", "DCE", "DEA", "DEC"),
        *("GBD", "IMM", "INI", "INL", "INS", "NLE", "REG", "RPS", "RSO", "RSP", "SYN"),
    )
)
"""Types of procedure with three letters (`def/ep-procedure-types/…`)."""

DOCUMENT_KINDS = {
    "REPORT_PLENARY": Kind.COMMITTEE_REPORT,
    "REPORT": Kind.COMMITTEE_REPORT,
    "REPORT_OWN_INITIATIVE": Kind.COMMITTEE_REPORT,
    "REPORT_PARLIAMENTARY_COMMITTEE_DRAFT": Kind.COMMITTEE_REPORT,
    "OPINION_PARLIAMENTARY_COMMITTEE": Kind.OPINION,
    "OPINION_PARLIAMENTARY_COMMITTEE_DRAFT": Kind.OPINION,
    "OPINION_LETTER_PARLIAMENTARY_COMMITTEE": Kind.OPINION,
    "OPINION_NATIONAL_PARLIAMENT": Kind.OPINION,
    "STUDY": Kind.REPORT,
    "STUDY_BRIEFING": Kind.REPORT,
    "STUDY_DEPTH_ANALYSIS": Kind.REPORT,
    "STUDY_GLANCE": Kind.REPORT,
    "TEXT_ADOPTED": Kind.EU_DOCUMENT,
    "RESOLUTION_MOTION": Kind.EU_DOCUMENT,
    "RESOLUTION_MOTION_JOINT": Kind.EU_DOCUMENT,
    "AGREEMENT_PROVISIONAL": Kind.EU_DOCUMENT,
    "ACT_FOLLOWUP": Kind.EU_DOCUMENT,
    "RECOMMENDATION": Kind.EU_DOCUMENT,
    "AMENDMENT_LIST": Kind.OTHER,
    "AMENDMENT_BUDGET_EU_DRAFT": Kind.OTHER,
    "BUDGET_EP_DRAFT": Kind.OTHER,
}
"""Kind by type of document (`def/ep-document-types/…`)."""
