"""Who somebody is and what that one may do, from what a directory says and what the settings declare."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.settings import Settings
from monitor.archive.people import HEADER, Person, Said, tidy_name
from monitor.web.site import Role


def present_role(settings: Settings, person: Person) -> Role | None:
    """What a person may do now, by the settings and what the directory said at the last login; None: nothing.

    Somebody of another provider, or of another way to log in, is nobody here.
    """
    if settings.web_login == "local":
        return Role.ADMIN
    if settings.web_login == "header":
        if person.issuer != HEADER or person.subject is None:
            return None
        if person.subject in settings.web_admins:
            return Role.ADMIN
        return Role.OFFICER if person.subject in settings.web_officers else Role.READER
    return granted_role(settings, person.grants) if person.issuer == settings.oidc_issuer else None


def token_role(settings: Settings, owner: Person | None, now: datetime) -> Role | None:
    """What a token may do: to read, and never more than its owner may now; None: nothing.

    Args:
        settings: those in force.
        owner: whose it is; None: nobody's who logs in, it was made at the command line by who runs the service.
        now: the moment (aware). What is known of an owner who was not here for `web_token_days` no longer counts.
    """
    if owner is None or settings.web_login == "local":
        return Role.READER
    if now - owner.seen_at > timedelta(days=settings.web_token_days):
        return None
    role = present_role(settings, owner)
    return None if role is None else min(Role.READER, role)


def said_by_proxy(name: str) -> Said:
    """Who it is that the proxy names; its whole word is the identity, so that no two domains become one."""
    email = name if "@" in name else None
    return Said(HEADER, name, name, tidy_name(name), email)


def said_by_provider(settings: Settings, claims: Mapping[str, Any]) -> Said:
    """Who it is that an ID token speaks of; of what it grants, only what the settings name is kept.

    Args:
        settings: those in force, with `oidc`.
        claims: verified ones, with `iss` and `sub`.
    """
    email, user = (_text(claims.get(name)) for name in ("email", "preferred_username"))
    name = _text(claims.get("name")) or user or email
    known = settings.oidc_readers | settings.oidc_officers | settings.oidc_admins
    granted = claims.get(settings.oidc_roles_claim)
    values = granted if isinstance(granted, list) else [granted]
    grants = sorted({value for value in values if isinstance(value, str)} & known)
    mail = (email or (user if "@" in user else ""))[:254] or None
    return Said(str(claims["iss"]), str(claims["sub"]), name, name[:200] or None, mail, tuple(grants))


def granted_role(settings: Settings, grants: tuple[str, ...]) -> Role | None:
    """The best role that the settings declare for what the provider grants; None: nothing is declared."""
    said = set(grants)
    if said & settings.oidc_admins:
        return Role.ADMIN
    if said & settings.oidc_officers:
        return Role.OFFICER
    if said & settings.oidc_readers:
        return Role.READER
    return {"reader": Role.READER, "officer": Role.OFFICER, None: None}[settings.oidc_default_role]


def _text(value: object) -> str:
    """A claim on one line."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
