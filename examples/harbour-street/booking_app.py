"""Online booking at Harbour Street Dental: a small WSGI application.

    /usr/bin/python3 booking_app.py settings.json

================================  ================================================================
``POST /sign-in``                 form ``user``, ``password``; sets a session cookie
``GET /bookings?day=today``       the bookings of a day; *today* is the latest day that has any
``POST /bookings``                JSON ``patient``, ``treatment``, ``at`` and, from reception,
                                  ``dentist``; makes a booking
``GET /documents/NUMBER``         what is known of a document, its SHA-256 among it
``GET /documents/NUMBER/content`` its bytes
``GET /health``                   how each of the three things it depends on is doing
================================  ================================================================

Staff are known to the directory (LDAP), bookings are in PostgreSQL, documents in a folder.
Without the documents all the rest works; without one of the others the answer is 503 and a cause.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import http.cookies
import json
import re
import sys
import time
import urllib.parse
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ldap3
import psycopg2
import waitress
from ldap3.core.exceptions import LDAPException
from ldap3.utils.dn import escape_rdn

SESSION_SECONDS = 8 * 3600
LARGEST_BODY = 64 * 1024
ROLES = {"dentists": "dentist", "reception": "reception"}
"""Which groups of the directory may sign in, and as what."""

TODAY = """
    SELECT max((starts_at AT TIME ZONE %(zone)s)::date) FROM bookings WHERE starts_at <= now()
"""
BOOKINGS_OF_A_DAY = """
    SELECT bookings.id, starts_at AT TIME ZONE %(zone)s, patients.name, treatments.name
    FROM bookings
    JOIN patients ON patients.id = bookings.patient
    JOIN treatments ON treatments.id = bookings.treatment
    WHERE starts_at >= %(day)s::timestamp AT TIME ZONE %(zone)s
      AND starts_at < (%(day)s::date + 1)::timestamp AT TIME ZONE %(zone)s
    ORDER BY starts_at, bookings.id
"""
MAKE_BOOKING = """
    INSERT INTO bookings (patient, dentist, treatment, starts_at, price)
    SELECT %(patient)s, dentists.id, treatments.id, %(at)s, treatments.price
    FROM dentists, treatments, patients
    WHERE dentists.account = %(dentist)s AND treatments.id = %(treatment)s
      AND patients.id = %(patient)s
    RETURNING id
"""


class Refusal(Exception):
    """An answer other than success: its HTTP status and a sentence for the person who asked."""

    def __init__(self, status: str, cause: str) -> None:
        super().__init__(cause)
        self.status = status
        self.cause = cause


@dataclasses.dataclass(frozen=True)
class Settings:
    """What ``settings.json`` says; passwords and keys stand in files of their own."""

    port: int
    time_zone: zoneinfo.ZoneInfo
    database: Mapping[str, Any]
    directory: Mapping[str, Any]
    documents: Path
    session_key: bytes

    @classmethod
    def read(cls, file: Path) -> Settings:
        """Read the settings and the secrets that they refer to, beside them."""
        given = json.loads(file.read_text(encoding="utf-8"))
        secret = {
            name: (file.parent / path).read_text(encoding="utf-8").strip()
            for name, path in given["secrets"].items()
        }
        return cls(
            port=given["port"],
            time_zone=zoneinfo.ZoneInfo(given["time_zone"]),
            database={**given["database"], "password": secret["database"]},
            directory=given["directory"],
            documents=Path(given["documents"]),
            session_key=secret["session_key"].encode(),
        )


@dataclasses.dataclass(frozen=True)
class Person:
    """Who has signed in: account in the directory and role."""

    account: str
    role: str


@dataclasses.dataclass(frozen=True)
class Request:
    """What was asked: the query or form fields, the body, the number in the path, and by whom."""

    fields: Mapping[str, str]
    body: bytes
    number: int | None
    person: Person | None


@dataclasses.dataclass(frozen=True)
class Answer:
    """What goes back: bytes or something that JSON can say, a status and further headers."""

    content: Any
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()


class Directory:
    """The staff, in LDAP. Everybody is looked up with their own rights; no account is shared."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def sign_in(self, user: str, password: str) -> Person:
        """Return who that is. Refuses a wrong password, and whoever is in no group that may."""
        if not user or not password:
            raise Refusal("401 Unauthorized", "user and password are both needed")
        name = f"uid={escape_rdn(user)},{self._settings['people']}"
        with self._connected(name, password) as connection:
            if not connection.bind():
                raise Refusal("401 Unauthorized", "user or password is wrong")
            for group, role in ROLES.items():
                if connection.compare(f"cn={group},{self._settings['groups']}", "member", name):
                    return Person(user, role)
        raise Refusal("403 Forbidden", "only dentists and reception may sign in")

    def check(self) -> None:
        """Refuse unless the server answers at all."""
        with self._connected() as connection:
            connection.bind()

    @contextlib.contextmanager
    def _connected(
        self, name: str | None = None, password: str | None = None
    ) -> Iterator[ldap3.Connection]:
        # A new Server every time: it remembers for minutes that an address did not answer.
        server = ldap3.Server(self._settings["url"], connect_timeout=3)
        try:
            connection = ldap3.Connection(server, name, password, receive_timeout=5)
            try:
                yield connection
            finally:
                connection.unbind()
        except LDAPException as problem:
            raise Refusal("503 Service Unavailable", f"directory: {problem}") from problem


class Database:
    """The bookings, in PostgreSQL; each request has a connection and a transaction of its own."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows. Refuses values that the database will not take."""
        connection = None
        try:
            connection = psycopg2.connect(**self._settings, connect_timeout=3)
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        except psycopg2.DataError as problem:
            raise Refusal("400 Bad Request", _first_line(problem)) from problem
        except psycopg2.Error as problem:
            cause = f"database: {_first_line(problem)}"
            raise Refusal("503 Service Unavailable", cause) from problem
        finally:
            if connection is not None:
                connection.close()


class Sessions:
    """Sessions without a store: the cookie says who and until when, and is signed."""

    COOKIE = "session"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, person: Person) -> str:
        """Return the cookie of a person who has just signed in."""
        until = int(time.time()) + SESSION_SECONDS
        claim = f"{urllib.parse.quote(person.account)}:{person.role}:{until}"
        return f"{self.COOKIE}={claim}:{self._signature(claim)}; HttpOnly; SameSite=Strict; Path=/"

    def read(self, header: str) -> Person | None:
        """Return who the cookie names, or None when it is missing, forged or too old."""
        try:
            cookie = http.cookies.SimpleCookie(header)[self.COOKIE].value
        except (KeyError, http.cookies.CookieError):
            return None
        claim, _, signature = cookie.rpartition(":")
        if not hmac.compare_digest(signature.encode(), self._signature(claim).encode()):
            return None
        account, role, until = claim.split(":")
        return Person(urllib.parse.unquote(account), role) if int(until) > time.time() else None

    def _signature(self, claim: str) -> str:
        return hmac.new(self._key, claim.encode(), hashlib.sha256).hexdigest()


class Booking:
    """The application: one method for each thing that can be asked."""

    def __init__(self, settings: Settings) -> None:
        self._zone = settings.time_zone
        self._documents = settings.documents
        self._directory = Directory(settings.directory)
        self._database = Database(settings.database)
        self._sessions = Sessions(settings.session_key)

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, as WSGI wants it: PEP 3333."""
        try:
            answer = self._answer(environment)
        except Refusal as refusal:
            answer = Answer({"error": refusal.cause}, refusal.status)
        content, kind = answer.content, "application/octet-stream"
        if not isinstance(content, bytes):
            content, kind = json.dumps(content, ensure_ascii=False).encode(), "application/json"
        length = ("Content-Length", str(len(content)))
        start(answer.status, [("Content-Type", kind), length, *answer.headers])
        return [content]

    def _answer(self, environment: dict[str, Any]) -> Answer:
        path, method = environment["PATH_INFO"], environment["REQUEST_METHOD"]
        match = re.fullmatch(r"(/[a-z-]+)(?:/(\d{1,9})(/content)?)?", path)
        if match is None:
            raise Refusal("404 Not Found", "there is no such page")
        page = match[1] + ("/NUMBER" if match[2] else "") + (match[3] or "")
        pages: dict[str, dict[str, Callable[[Request], Answer]]] = {
            "/health": {"GET": self._health},
            "/sign-in": {"POST": self._sign_in},
            "/bookings": {"GET": self._show_bookings, "POST": self._make_booking},
            "/documents/NUMBER": {"GET": self._describe_document},
            "/documents/NUMBER/content": {"GET": self._send_document},
        }
        if page not in pages:
            raise Refusal("404 Not Found", "there is no such page")
        if method not in pages[page]:
            raise Refusal("405 Method Not Allowed", f"{page} does not know {method}")
        request = self._request(environment, int(match[2]) if match[2] else None)
        if request.person is None and page not in ("/health", "/sign-in"):
            raise Refusal("401 Unauthorized", "sign in first")
        return pages[page][method](request)

    def _request(self, environment: dict[str, Any], number: int | None) -> Request:
        length = int(environment.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_BODY:
            raise Refusal("413 Content Too Large", f"no more than {LARGEST_BODY} bytes")
        body = environment["wsgi.input"].read(length)
        form = environment.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        text = body.decode(errors="replace") if form else environment.get("QUERY_STRING", "")
        fields = dict(urllib.parse.parse_qsl(text))
        person = self._sessions.read(environment.get("HTTP_COOKIE", ""))
        return Request(fields, body, number, person)

    def _sign_in(self, request: Request) -> Answer:
        user, password = request.fields.get("user", ""), request.fields.get("password", "")
        person = self._directory.sign_in(user, password)
        cookie = ("Set-Cookie", self._sessions.issue(person))
        return Answer({"name": person.account, "role": person.role}, headers=(cookie,))

    def _show_bookings(self, request: Request) -> Answer:
        zone = {"zone": self._zone.key}
        day = request.fields.get("day", "today")
        if day == "today":
            [(latest,)] = self._database.rows(TODAY, zone)
            day = str(latest) if latest else str(datetime.datetime.now(self._zone).date())
        rows = self._database.rows(BOOKINGS_OF_A_DAY, {**zone, "day": day})
        bookings = [
            {"id": number, "time": f"{at:%H:%M}", "patient": patient, "treatment": treatment}
            for number, at, patient, treatment in rows
        ]
        return Answer({"day": day, "count": len(bookings), "bookings": bookings})

    def _make_booking(self, request: Request) -> Answer:
        assert request.person is not None
        values = self._wanted_booking(request.body, request.person)
        made = self._database.rows(MAKE_BOOKING, values)
        if not made:
            raise Refusal("400 Bad Request", "there is no such patient, dentist or treatment")
        return Answer({"id": made[0][0]}, "201 Created")

    def _wanted_booking(self, body: bytes, person: Person) -> dict[str, Any]:
        """Return the values of a booking that somebody asks for; dentists book for themselves."""
        try:
            given = json.loads(body)
            at = datetime.datetime.fromisoformat(given["at"])
            dentist = person.account if person.role == "dentist" else str(given["dentist"])
            values = {"patient": int(given["patient"]), "treatment": int(given["treatment"])}
        except (ValueError, KeyError, TypeError) as problem:
            cause = f"a booking needs patient, treatment and at: {problem!r}"
            raise Refusal("400 Bad Request", cause) from problem
        at = at if at.tzinfo else at.replace(tzinfo=self._zone)
        return {**values, "dentist": dentist, "at": at}

    def _document(self, number: int | None) -> tuple[str, str]:
        statement = "SELECT path, sha256 FROM documents WHERE id = %(number)s"
        rows = self._database.rows(statement, {"number": number})
        if not rows:
            raise Refusal("404 Not Found", f"there is no document {number}")
        return rows[0][0], rows[0][1]

    def _describe_document(self, request: Request) -> Answer:
        path, digest = self._document(request.number)
        return Answer({"id": request.number, "name": path, "sha256": digest})

    def _send_document(self, request: Request) -> Answer:
        path, _digest = self._document(request.number)
        # Also the database is not trusted to name files outside of the folder.
        file = (self._documents / path).resolve()
        if not file.is_relative_to(self._documents.resolve()):
            raise Refusal("404 Not Found", f"document {request.number} is not in the folder")
        try:
            return Answer(file.read_bytes())
        except OSError as problem:
            cause = f"documents: {problem.strerror}: {path}"
            raise Refusal("503 Service Unavailable", cause) from problem

    def _health(self, _request: Request) -> Answer:
        causes = {
            "database": _cause(lambda: self._database.rows("SELECT 1", {})),
            "directory": _cause(self._directory.check),
            "documents": None if self._documents.is_dir() else f"{self._documents} is not there",
        }
        works = causes["database"] is None and causes["directory"] is None
        report = {name: cause or "ok" for name, cause in causes.items()}
        return Answer(report, "200 OK" if works else "503 Service Unavailable")


def _cause(attempt: Callable[[], object]) -> str | None:
    """Return why the attempt was refused, or None when it was not."""
    try:
        attempt()
    except Refusal as refusal:
        return refusal.cause
    return None


def _first_line(problem: psycopg2.Error) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def main() -> None:
    """Serve on 127.0.0.1 until ended."""
    settings = Settings.read(Path(sys.argv[1]).resolve())
    waitress.serve(Booking(settings), host="127.0.0.1", port=settings.port, threads=4, ident=None)


if __name__ == "__main__":
    main()
