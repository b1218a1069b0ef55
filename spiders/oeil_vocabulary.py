"""The Legislative Observatory's own words: sections, stages, events. What is not here is kept and warned of.

Seen on recorded pages of 2025 and 2026, completed by what the site has used since 2009.
"""

SECTIONS = frozenset(
    {
        "basic information",
        "key players",
        "key events",
        "forecasts",
        "forecast",
        "technical information",
        "documentation gateway",
        "additional information",
        "transparency",
        "final act",
        "delegated acts",
        "meetings with interest representatives published in line with the rules of procedure",
    }
)
"""Headings of a procedure file, in lower case."""

USUAL_SECTIONS = ("Key events", "Technical information", "Documentation gateway")
"""Headings of every recorded file besides the needed "Basic information"."""

STAGES = frozenset(
    {
        "procedure completed",
        "procedure completed, awaiting publication in official journal",
        "procedure completed - delegated act enters into force",
        "procedure completed - delegated act rejected",
        "procedure lapsed or withdrawn",
        "procedure rejected",
        "preparatory phase in parliament",
        "awaiting committee decision",
        "awaiting decision in committee",
        "awaiting final decision",
        "awaiting parliament's vote",
        "awaiting plenary debate/vote",
        "awaiting parliament's position in 1st reading",
        "awaiting parliament 1st reading / single reading / budget 1st stage",
        "awaiting council's 1st reading position",
        "awaiting council 1st reading position / budgetary conciliation convocation",
        "awaiting parliament 2nd reading",
        "awaiting council decision, 2nd reading",
        "awaiting council decision, blocked at 1st reading",
        "awaiting council decision, 1st reading / single reading / budget 1st stage",
        "awaiting signature of act",
        "awaiting decision from the conciliation committee",
        "awaiting council and parliament decision, 3rd reading",
        "awaiting reconsultation",
        "provisional agreement between parliament and council on final act",
        "non-legislative basic document published",
        "delegated act - examination phase",
        "awaiting announcement in plenary",
    }
)
"""Values of "Status" and "Stage reached in procedure", in lower case."""

EVENTS = frozenset(
    {
        "legislative proposal published",
        "initial legislative proposal published",
        "modified legislative proposal published",
        "non-legislative basic document published",
        "preparatory document",
        "initial period for examining delegated act",
        "committee referral announced in parliament",
        "referral to associated committees announced in parliament",
        "referral to joint committee announced in parliament",
        "debate in council",
        "resolution/conclusions adopted by council",
        "vote in committee",
        "committee decision to open interinstitutional negotiations with report adopted in committee",
        "committee decision to open interinstitutional negotiations after 1st reading in parliament",
        "committee decision to enter into interinstitutional negotiations announced in plenary",
        "committee decision to enter into interinstitutional negotiations confirmed by plenary",
        "committee report tabled for plenary",
        "committee interim report tabled for plenary",
        "report referred back to committee",
        "matter referred back to the committee responsible",
        "approval in committee of the text agreed at 1st reading interinstitutional negotiations",
        "approval in committee of the text agreed at 2nd reading interinstitutional negotiations",
        "debate in parliament",
        "decision by parliament",
        "results of vote in parliament",
        "vote in plenary scheduled",
        "council position published",
        "council position scheduled for adoption",
        "act adopted by council after parliament's 1st reading",
        "act approved by council",
        "act adopted by council after consultation of parliament",
        "decision by council",
        "draft budget approved by council",
        "end of procedure in parliament",
        "final act signed",
        "final act published in official journal",
        "proposal withdrawn by commission",
        "initial legislative proposal withdrawn",
        "act annulled by court of justice",
        "additional information",
    }
)
"""Events without the reading or the rule that follows (`, 1st reading`, `(Rule 71)`), in lower case."""
