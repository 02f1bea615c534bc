"""A small fake of a Veeam backup server: the documented paths that Refloat reads, over TLS.

It is strict where the real one is: it wants a version that it speaks, a token of its own that has
not run out, and gives pages. It notes all that it was asked, so that a test can see that nothing
was sent but reading requests.
"""

from __future__ import annotations

import datetime as dates
import http.server
import ipaddress
import json
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.1"
SIGN_IN = "/api/oauth2/token"
PATHS = {
    "/api/v1/restorePoints": "restorePoints",
    "/api/v1/backups": "backups",
    "/api/v1/backupInfrastructure/repositories": "repositories",
    "/api/v1/jobs/states": "jobStates",
    "/api/v1/sessions": "sessions",
    "/api/v1/taskSessions": "taskSessions",
}
"""What each path gives, by the name that a saved file has for it."""

Handler = http.server.BaseHTTPRequestHandler
Behaviour = Callable[[Handler], None]
"""Answers one request otherwise than the server would."""


@dataclass
class FakeVeeam:
    """What the server has, and what it was asked.

    Attributes:
        entries: by the names of ``PATHS``.
        user: who may sign in.
        password: with what.
        versions: which versions of the interface it speaks.
        uses: how many requests a token is good for.
        behave: what it does at a path instead of answering, one for each next request.
        asked: method, path and parameters of all that came, in order.
        folder: where its certificate lies: ``server.pem``.
        port: where it listens.
    """

    folder: Path
    entries: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    user: str = "refloat-reader"
    password: str = "correct horses & batteries"  # noqa: S105 (it signs in to a fake)
    versions: tuple[str, ...] = ("1.3-rev1",)
    uses: int = 10_000
    behave: dict[str, list[Behaviour]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, list[str]]]] = field(default_factory=list)
    port: int = 0
    _left: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"https://{ADDRESS}:{self.port}"

    @property
    def certificate(self) -> Path:
        """What vouches for it."""
        return self.folder / "server.pem"

    def sign_in(self, form: Mapping[str, list[str]]) -> tuple[int, Any]:
        """Answer a form with a token, or with a refusal."""
        wanted = {
            "grant_type": ["password"],
            "username": [self.user],
            "password": [self.password],
            "use_short_term_refresh": ["true"],
        }
        if form != wanted:
            return 401, _error("AccessDenied")
        token = f"token-{len(self._left)}"
        self._left[token] = self.uses
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": 900}

    def is_signed_in(self, header: str) -> bool:
        """Say whether a token is still good, and use it up by one."""
        token = header.removeprefix("Bearer ")
        self._left[token] = self._left.get(token, 0) - 1
        return self._left[token] >= 0

    def page(self, path: str, parameters: Mapping[str, list[str]]) -> Any:
        """Give one page of what a path has."""
        types = parameters.get("typeFilter") or parameters.get("sessionTypeFilter")
        found = [
            entry
            for entry in self.entries.get(PATHS[path], ())
            if types is None or entry["sessionType"] in types
        ]
        skip = int(parameters.get("skip", ["0"])[0])
        limit = int(parameters.get("limit", ["200"])[0])
        data = found[skip : skip + limit]
        pagination = {"total": len(found), "count": len(data), "skip": skip, "limit": limit}
        return {"data": data, "pagination": pagination}


@contextmanager
def serving(server: FakeVeeam, host: str = ADDRESS) -> Iterator[FakeVeeam]:
    """Let it answer on a free port of 127.0.0.1, until the block ends.

    Args:
        server: what it has.
        host: whom its certificate names.
    """
    make_certificate(server.folder, host)
    security = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    security.load_cert_chain(server.certificate, server.folder / "server.key")
    listening = http.server.ThreadingHTTPServer((ADDRESS, 0), _handler(server))
    listening.daemon_threads = True
    listening.socket = security.wrap_socket(
        listening.socket, server_side=True, do_handshake_on_connect=False
    )
    server.port = listening.server_port
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def make_certificate(folder: Path, host: str) -> None:
    """Make a key and a certificate that vouches for itself: ``server.key`` and ``server.pem``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    try:
        other: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        other = x509.DNSName(host)
    now = dates.datetime.now(dates.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(hours=1))
        .not_valid_after(now + dates.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def reply(handler: Handler, status: int, answer: Any, **headers: str) -> None:
    """Send an answer: bytes as they are, anything else as JSON."""
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def _handler(server: FakeVeeam) -> type[Handler]:
    class Answering(Handler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle_one_request(self) -> None:
            """Answer; whoever hangs up in the middle may."""
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def answer(self) -> None:
            """Answer one request, of whatever method."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            path, _, query = self.path.partition("?")
            parameters = urllib.parse.parse_qs(query)
            server.asked.append((self.command, path, parameters))
            if server.behave.get(path):
                server.behave[path].pop(0)(self)
            elif self.headers["x-api-version"] not in server.versions:
                reply(self, 404, _error("NotFound"))
            elif (self.command, path) == ("POST", SIGN_IN):
                reply(self, *server.sign_in(urllib.parse.parse_qs(body.decode())))
            elif not server.is_signed_in(self.headers.get("Authorization", "")):
                reply(self, 401, _error("ExpiredToken"))
            elif self.command != "GET" or path not in PATHS:
                reply(self, 405, _error("MethodNotAllowed"))
            else:
                reply(self, 200, server.page(path, parameters))

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        setattr(Answering, f"do_{method}", Answering.answer)
    return Answering


def _error(code: str) -> Mapping[str, str]:
    return {"errorCode": code, "message": "password=hush: nobody should repeat this"}
