"""Asks a Veeam Backup & Replication server over its REST interface, and can only read there.

Two kinds of request can leave this file: one that signs in, and reading ones of the paths that are
named here. Paths, parameters and versions after Veeam's REST reference (1.2-rev1 and 1.3-rev1).
"""

from __future__ import annotations

import contextlib
import ssl
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw, Struct

from refloat.model.errors import NotAllowed, SourceBusy, SourceProblem
from refloat.model.secret import Secret
from refloat.platforms._answers import library
from refloat.platforms._listing import why

SIGN_IN = "/api/oauth2/token"
RESTORE_POINTS = "/api/v1/restorePoints"
BACKUPS = "/api/v1/backups"
REPOSITORIES = "/api/v1/backupInfrastructure/repositories"
JOB_STATES = "/api/v1/jobs/states"
SESSIONS = "/api/v1/sessions"
TASK_SESSIONS = "/api/v1/taskSessions"

ALLOWED = frozenset(
    {
        ("POST", SIGN_IN),
        *(
            ("GET", path)
            for path in (
                RESTORE_POINTS,
                BACKUPS,
                REPOSITORIES,
                JOB_STATES,
                SESSIONS,
                TASK_SESSIONS,
            )
        ),
    }
)
"""All that is ever sent. Signing in is the only request that is not a reading one."""

PAGE = 200
"""Entries that are asked for at a time: Veeam's own default."""

MOST_ENTRIES = 500_000
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer at most."""

SECONDS = 120.0
"""How long one answer may take."""

TRIES = 4
LONGEST_WAIT = 30.0
"""Seconds that are waited at most where the server asks for patience."""

_PATIENCE = (429, 503)

_VERSION = "Its version may be older: try --set api_version=1.2-rev1."

_WORDS = {
    400: ("does not understand the question", _VERSION),
    403: ("refuses it to this user", "Give the user the role Veeam Backup Viewer, and no more."),
    404: ("does not know it", _VERSION),
}


@dataclass(frozen=True)
class Server:
    """Where to ask, and as whom.

    Attributes:
        host: name or address.
        port: usually 9419.
        user: who asks.
        password: what the user signs in with.
        version: which version of the interface is spoken: ``1.3-rev1``.
        authority: certificates that vouch for the server, in PEM; empty for the machine's own.
    """

    host: str
    port: int
    user: str
    password: Secret
    version: str
    authority: str = ""


class _Token(Struct):
    access_token: str


class _Pagination(Struct):
    total: int


class _Page(Struct):
    data: list[Raw]
    pagination: _Pagination


class Asking:
    """Asks one server; signs in when it has to.

    Args:
        server: which.
        wait: waits so many seconds; a test hands in another one.

    Raises:
        ToolMissing: if urllib3 is not installed.
        SourceProblem: if the certificates that vouch for the server cannot be read.
    """

    def __init__(self, server: Server, wait: Callable[[float], None] = time.sleep) -> None:
        self._server = server
        self._wait = wait
        self._urllib3 = library("urllib3", "veeam")
        # Neither proxies nor passwords of the surroundings are looked at, and nothing is cached.
        self._pool = self._urllib3.HTTPSConnectionPool(
            server.host, server.port, maxsize=1, ssl_context=_security(server.authority)
        )
        self._token: Secret | None = None

    def entries(self, path: str, *filters: tuple[str, str]) -> list[Raw]:
        """Give all entries of a path, of all its pages.

        Raises:
            SourceProblem: if the server does not answer, refuses, or answers what cannot be.
            SourceBusy: if it cannot answer now, or changes its list again and again meanwhile.
        """
        for _ in range(TRIES):
            found = self._all_pages(path, filters)
            if found is not None:
                return found
        raise SourceBusy(
            f"{self._named(path)} changes while it is read", hint="Read it when no job runs."
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def _all_pages(self, path: str, filters: Sequence[tuple[str, str]]) -> list[Raw] | None:
        """Give all entries; None if their number changed on the way, so that some may be missed."""
        found: list[Raw] = []
        total: int | None = None
        while total is None or len(found) < total:
            page = self._page(path, [("skip", str(len(found))), ("limit", str(PAGE)), *filters])
            if total is not None and page.pagination.total != total:
                return None
            total = page.pagination.total
            if not 0 <= total <= MOST_ENTRIES:
                raise SourceProblem(f"{self._named(path)} is said to have {total} entries")
            found += page.data
            if len(found) > total or (len(found) < total and not page.data):
                raise SourceProblem(
                    f"{self._named(path)} breaks off: {len(found)} entries of {total}"
                )
        return found

    def _page(self, path: str, parameters: list[tuple[str, str]]) -> _Page:
        target = f"{path}?{urllib.parse.urlencode(parameters)}"
        content = self._signed_in(path, target)
        try:
            return msgspec.json.decode(content, type=_Page)
        except (ValueError, RecursionError) as error:
            raise SourceProblem(
                f"{self._named(path)} answers what is no list of Veeam's: {why(error)}"
            ) from error

    def _signed_in(self, path: str, target: str) -> bytes:
        """Ask with a token; with a new one if the old one is no longer good."""
        fresh = self._token is None
        status, content = self._patiently("GET", path, target, token=self._token or self._sign_in())
        if status == 401 and not fresh:
            status, content = self._patiently("GET", path, target, token=self._sign_in())
        self._understood(path, status)
        return content

    def _sign_in(self) -> Secret:
        fields = {
            "grant_type": "password",
            "username": self._server.user,
            "password": self._server.password.reveal(),
            # Else Veeam keeps a token alive for two weeks that nobody needs.
            "use_short_term_refresh": "true",
        }
        body = urllib.parse.urlencode(fields).encode()
        status, content = self._patiently("POST", SIGN_IN, SIGN_IN, body=body)
        if status in (400, 401):
            raise SourceProblem(
                f"{self._server.host} does not accept the user or the password",
                hint="A user that has to confirm by a second factor cannot be used here.",
            )
        self._understood(SIGN_IN, status)
        try:
            token = msgspec.json.decode(content, type=_Token).access_token
        except (ValueError, RecursionError):
            # Nothing of the answer may be seen: it holds a token.
            raise SourceProblem(f"{self._named(SIGN_IN)} gives no token") from None
        if not token.isascii() or not token.isprintable() or " " in token:
            raise SourceProblem(f"{self._named(SIGN_IN)} gives no token")
        self._token = Secret(token)
        return self._token

    def _understood(self, path: str, status: int) -> None:
        if status == 200:
            return
        if status in _PATIENCE:
            raise SourceBusy(f"{self._named(path)} has no time ({status})", hint="Try later.")
        if 300 <= status < 400:
            raise SourceProblem(f"{self._named(path)} points elsewhere, which is not followed")
        words, hint = _WORDS.get(status, ("does not answer", ""))
        raise SourceProblem(f"{self._named(path)} {words} ({status})", hint=hint)

    def _patiently(
        self,
        method: str,
        path: str,
        target: str,
        *,
        body: bytes | None = None,
        token: Secret | None = None,
    ) -> tuple[int, bytes]:
        """Send one request; again only where the server itself asks for patience."""
        for attempt in range(TRIES):
            status, content, after = self._send(method, path, target, body=body, token=token)
            if status not in _PATIENCE or attempt == TRIES - 1:
                break
            asked = float(after) if after.isdecimal() and len(after) < 6 else 2.0**attempt
            self._wait(min(asked, LONGEST_WAIT))
        return status, content

    def _send(
        self, method: str, path: str, target: str, *, body: bytes | None, token: Secret | None
    ) -> tuple[int, bytes, str]:
        """Send one request: the only place where something leaves.

        Returns:
            The status, the body, and how long the server asks to wait.
        """
        if (method, path) not in ALLOWED or target.partition("?")[0] != path:
            raise NotAllowed(f"{method} {path} is none of the requests that only read Veeam")
        headers = {"Accept": "application/json", "x-api-version": self._server.version}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = self._pool.urlopen(
                method,
                target,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=self._urllib3.Timeout(connect=10.0, read=60.0),
            )
            content = self._body(path, response)
        except self._urllib3.exceptions.HTTPError as error:
            raise self._broken(path, error) from error
        return response.status, content, response.headers.get("Retry-After", "")

    def _body(self, path: str, response: Any) -> bytes:
        """Give the body of an answer, as it came: nothing is unpacked."""
        deadline = time.monotonic() + SECONDS
        content = bytearray()
        with contextlib.closing(response):
            while piece := response.read1(1 << 16, decode_content=False):
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise SourceProblem(
                        f"an answer of {self._named(path)} is larger than"
                        f" {LARGEST_ANSWER // 2**20} MiB"
                    )
                if time.monotonic() > deadline:
                    raise SourceBusy(
                        f"an answer of {self._named(path)} takes more than {SECONDS:g} s"
                    )
        return bytes(content)

    def _broken(self, path: str, error: Exception) -> SourceProblem:
        """Say in words what went wrong on the way."""
        exceptions = self._urllib3.exceptions
        if isinstance(error, exceptions.SSLError):
            return SourceProblem(
                f"nobody vouches for the certificate of {self._server.host}, or it is another's",
                hint="Name the authority's certificate with --set authority=FILE.",
            )
        if isinstance(error, exceptions.ProtocolError):
            return SourceBusy(f"{self._named(path)} breaks off in the middle")
        unreached = isinstance(error, exceptions.NewConnectionError)
        if isinstance(error, exceptions.TimeoutError) and not unreached:
            return SourceBusy(f"{self._named(path)} does not answer in time")
        return SourceBusy(f"{self._server.host}:{self._server.port} cannot be reached")

    def _named(self, path: str) -> str:
        return f"{self._server.host}: {path}"


def _security(authority: str) -> ssl.SSLContext:
    """Make what checks certificates. There is no way to leave that out."""
    try:
        context = ssl.create_default_context(cafile=authority or None)
    except (OSError, ValueError) as error:
        raise SourceProblem(
            f"{authority} holds no certificates that can be read",
            hint="The option authority names a file of certificates in PEM.",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
