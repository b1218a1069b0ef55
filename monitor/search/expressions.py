"""What is looked for, as a tree, and the tree as SQLite's and PostgreSQL's full-text languages.

Every word is quoted, so that no text can become an operator.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words in this order. `stemmed`: in the columns of stems, else as written. `beginning`: of the last word."""

    words: tuple[str, ...]
    stemmed: bool = True
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of `parts`, and none of `without`."""

    parts: "tuple[Expression, ...]"
    without: "tuple[Expression, ...]" = ()


Expression = Words | AnyOf | AllOf


def any_of(parts: "Iterable[Expression]") -> "Expression | None":
    """One of the parts, as simple as can be; None where there are none."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, AnyOf) else [part]
    flat = list(dict.fromkeys(flat))
    return None if not flat else flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def all_of(parts: "Iterable[Expression]", without: "Iterable[Expression]" = ()) -> "Expression | None":
    """All of the parts, as simple as can be; None where there are none."""
    own, excluded = tuple(dict.fromkeys(parts)), tuple(dict.fromkeys(without))
    if not own:
        return None
    return own[0] if len(own) == 1 and not excluded else AllOf(own, excluded)


def as_fts5(expression: Expression) -> str:
    """SQLite FTS5 (columns title, body, title_stems, body_stems)."""
    match expression:
        case Words(said, stemmed, beginning):
            quoted = " ".join(said).replace('"', '""')
            columns = "title_stems body_stems" if stemmed else "title body"
            return f'{{{columns}}} : "{quoted}"{" *" if beginning else ""}'
        case AnyOf(parts):
            return "(" + " OR ".join(as_fts5(part) for part in parts) + ")"
        case AllOf(parts, without):
            # NOT binds tighter than AND in FTS5, so both sides stand in brackets.
            wanted = "(" + " AND ".join(as_fts5(part) for part in parts) + ")"
            for part in without:
                wanted = f"({wanted} NOT {as_fts5(part)})"
            return wanted


def as_tsquery(expression: Expression) -> str:
    """PostgreSQL `tsquery`; whether words or stems are meant is the business of the column it is asked of."""
    match expression:
        case Words(said, _, beginning):
            lexemes = [_lexeme(word) for word in said]
            return "(" + " <-> ".join(lexemes) + (":*" if beginning else "") + ")"
        case AnyOf(parts):
            return "(" + " | ".join(as_tsquery(part) for part in parts) + ")"
        case AllOf(parts, without):
            wanted = [as_tsquery(part) for part in parts] + [f"!{as_tsquery(part)}" for part in without]
            return "(" + " & ".join(wanted) + ")"


def forms(expression: Expression) -> frozenset[bool]:
    """Whether stems are asked for (True), words as written (False), or both."""
    match expression:
        case Words(_, stemmed, _):
            return frozenset({stemmed})
        case AnyOf(parts):
            return frozenset().union(*map(forms, parts))
        case AllOf(parts, without):
            return frozenset().union(*map(forms, (*parts, *without)))


def _lexeme(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
