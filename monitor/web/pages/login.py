"""Log in at the OpenID provider, come back, log out. Where people do not log in so, none of it is served."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from monitor.archive.engine import writing
from monitor.archive.people import begin_login, end_login, identified, welcome
from monitor.web.assets import own_path
from monitor.web.attempts import LASTS, Attempt
from monitor.web.door import ANSWER, FAREWELL, LOGIN, LOGOUT, login_cookie
from monitor.web.forms import Sent
from monitor.web.provider import LoginError, Provider, ProviderError
from monitor.web.render import address, page
from monitor.web.roles import granted_role, said_by_provider
from monitor.web.site import Site, site_of, visitor_of

router = APIRouter(include_in_schema=False)

REFUSED = {"login stale": 400, "login refused": 403, "login nobody": 403}
"""Pages that end an attempt, with their status."""

log = logging.getLogger(__name__)


def _provider(request: Request) -> Provider:
    """Where people log in."""
    found = site_of(request).provider
    assert found is not None  # noqa: S101  # these pages are served with one alone
    return found


@router.get(LOGIN)
def begin(request: Request) -> Response:
    """Go to the provider; who is logged in goes on at once."""
    site, provider = site_of(request), _provider(request)
    to = own_path(request.query_params.get("to", "/"))
    if visitor_of(request).name:
        return RedirectResponse(to, 303)
    attempt = Attempt.begin(site.key, site.clock(), to)
    try:
        there = provider.begin(attempt)
    except ProviderError as error:
        return _down(request, error, attempt.to)
    answer = RedirectResponse(there, 303, {"Cache-Control": "no-store"})
    _keep(site, answer, _attempt_cookie(site), attempt.cookie, int(LASTS.total_seconds()))
    return answer


@router.get(ANSWER)
def end(request: Request) -> Response:
    """Come back from the provider: a new login of whoever it vouches for, if that one may be here."""
    site, provider = site_of(request), _provider(request)
    if (before := request.query_params.get("fel")) in REFUSED:
        return _refused(request, before)  # the same page in another language
    said = {name: values[0] for name in ("state", "code", "error", "iss") if (values := _values(request, name))}
    cookie = request.cookies.get(_attempt_cookie(site), "")
    attempt = Attempt.resume(site.key, site.clock(), cookie, said.get("state", ""))
    if attempt is None or not site.attempts.take(attempt):
        return _refused(request, "login stale")
    # The issuer may name itself here (RFC 9207); without a code it did not let the person in.
    if said.get("iss", site.settings.oidc_issuer) != site.settings.oidc_issuer or "code" not in said:
        log.warning("login refused: the provider gave no code, or another issuer answered")
        return _refused(request, "login refused")
    try:
        claims = provider.claims(said["code"], attempt)
    except ProviderError as error:
        return _down(request, error, attempt.to)
    except LoginError as error:
        log.warning("login refused: %s", error)
        return _refused(request, "login refused")
    return _admit(request, claims, attempt.to)


@router.post(LOGOUT)
def leave(request: Request, form: Sent) -> Response:  # noqa: ARG001  # reading the form checks its token
    """End the login of this browser; the page after it leads to the provider's own logout.

    Not this answer: the policy lets forms lead to no other site.
    """
    site = site_of(request)
    name = login_cookie(site.settings)
    with writing(site.engine) as conn:
        end_login(conn, request.cookies.get(name, ""))
    answer = RedirectResponse(FAREWELL, 303)
    answer.delete_cookie(name, path="/", secure=_is_secure(site), httponly=True, samesite="lax")
    return answer


@router.get(FAREWELL)
def farewell(request: Request) -> Response:
    """Logged out here; the provider is a link away."""
    provider = _provider(request)
    values = {"phrase": "login ended", "again": LOGIN, "farewell": provider.farewell()}
    return page(request, "login.html", values, headers={"Cache-Control": "no-store"})


def _admit(request: Request, claims: Mapping[str, object], to: str) -> Response:
    """Begin a login, whatever the browser held before; who may nothing is not even noted."""
    site = site_of(request)
    settings, now = site.settings, site.clock()
    said = said_by_provider(settings, claims)
    role = granted_role(settings, said.grants)
    if isinstance(missing := claims.get("_claim_names"), dict) and settings.oidc_roles_claim in missing:
        log.warning("the provider left out %s: too many; let it send app roles", settings.oidc_roles_claim)
    name = login_cookie(settings)
    with writing(site.engine) as conn:
        known = identified(conn, said.issuer, said.subject)
        if known is not None or role is not None:
            known = welcome(conn, said, now)
        end_login(conn, request.cookies.get(name, ""))
        if known is None or role is None:
            log.warning("login refused: nothing declared for person %s", known.id if known else "unknown")
            itself = None
        else:
            itself = begin_login(conn, known.id, now, timedelta(hours=settings.oidc_session_hours))
    if itself is None:
        return _refused(request, "login nobody")
    answer = RedirectResponse(to, 303, {"Cache-Control": "no-store"})
    _keep(site, answer, name, itself, None)
    _forget_attempt(site, answer)
    return answer


def _down(request: Request, error: ProviderError, to: str) -> Response:
    log.error("login: %s", error)
    again = address(LOGIN, to=to)
    values = {"phrase": "login down", "again": again, "here": again, "farewell": None}
    headers = {"Cache-Control": "no-store", "Retry-After": "30"}
    return page(request, "login.html", values, status=503, headers=headers)


def _refused(request: Request, phrase: str) -> Response:
    values = {"phrase": phrase, "again": LOGIN, "here": address(ANSWER, fel=phrase), "farewell": None}
    status, headers = REFUSED[phrase], {"Cache-Control": "no-store"}
    answer = page(request, "login.html", values, status=status, headers=headers)
    _forget_attempt(site_of(request), answer)
    return answer


def _values(request: Request, name: str) -> list[str]:
    """What an address gives once; said twice it is nothing."""
    found = request.query_params.getlist(name)
    return found if len(found) == 1 else []


def _attempt_cookie(site: Site) -> str:
    return "__Host-utblick-attempt" if _is_secure(site) else "utblick-attempt"


def _keep(site: Site, answer: Response, name: str, value: str, lasts: int | None) -> None:
    answer.set_cookie(name, value, max_age=lasts, path="/", secure=_is_secure(site), httponly=True, samesite="lax")


def _forget_attempt(site: Site, answer: Response) -> None:
    answer.delete_cookie(_attempt_cookie(site), path="/", secure=_is_secure(site), httponly=True, samesite="lax")


def _is_secure(site: Site) -> bool:
    return (site.settings.web_address or "").startswith("https:")
