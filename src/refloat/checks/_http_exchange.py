"""One HTTP exchange inside a place, and the host's side of it: cookies, redirects, answers."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from refloat.checks import CheckContext
from refloat.checks._asking import GRACE
from refloat.model.errors import ToolFailed
from refloat.model.place import Place
from refloat.model.points import Measure

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer that are kept for JSON; digests and texts are sought in all of it."""

REDIRECTS = 5
COOKIES = 50
COOKIE_LIMIT = 4096
"""Cookies of one host, and bytes of one: what RFC 6265, 6.1, asks a browser to hold at least."""

_COOKIE_PREFIX = "cookie "
"""Stands before a cookie's name in the journey's variables. No plan can write it: a captured name
has no space in it."""

_EXPIRED = re.compile(r"0+|-\d+")

_FOLLOWED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        url: the address, absolute.
        method: in capitals.
        headers: name and value.
        body: the bytes that are sent; None for none.
        find: a text that is sought in the answer; empty for none.
        keep: whether the answer's body is wanted.
        authority: path of certificates in the place, in PEM; empty for the place's own.
        verify: whether a server's certificate is verified.

    """

    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    find: str
    keep: bool
    authority: str
    verify: bool


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        problem: why there is no answer, in words; empty when there is one.
        status: the status code.
        headers: name and value, as they came.
        sha256: of the whole body, in hexadecimal.
        size: bytes of the whole body.
        found: whether the text that was sought is in it.
        body: its first bytes, up to BODY_LIMIT.
        elsewhere: whether it is a redirect to another host, which was not followed.

    """

    problem: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    sha256: str = ""
    size: int = 0
    found: bool = False
    body: bytes = b""
    elsewhere: bool = False

    def header(self, name: str) -> str | None:
        """Give the first header of that name, in any spelling of capitals; None without."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


def converse(place: Place, request: Request, context: CheckContext, *, follow: bool) -> Answer:
    """Ask, keep cookies, and follow redirects to the same host and port.

    Args:
        place: where it is asked.
        request: what is asked.
        context: its user, its time limit, and the journey's variables, where cookies are kept.
        follow: whether redirects are followed.

    Raises:
        IsolationProblem: if the place is gone.
        ToolProblem: if the question could not be asked.

    """
    deadline = time.monotonic() + context.timeout
    for _ in range(REDIRECTS + 1):
        left = max(0.05, deadline - time.monotonic())
        answer = _exchange(place, _with_cookies(request, context.variables), context, left)
        _keep_cookies(request.url, answer, context.variables)
        target = answer.header("Location")
        if answer.problem or not follow or answer.status not in _FOLLOWED or not target:
            return answer
        url = urllib.parse.urljoin(request.url, target)
        if _origin(url) != _origin(request.url):
            return replace(answer, elsewhere=True)
        request = _redirected(request, url, answer.status)
    return Answer(f"more than {REDIRECTS} redirects")


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        port = None
    return parts.scheme, parts.hostname or "", port


def _redirected(request: Request, url: str, status: int) -> Request:
    # RFC 9110, 15.4: 307 and 308 keep the method; after the others, browsers ask by GET.
    if status in (307, 308) or request.method in ("GET", "HEAD"):
        return replace(request, url=url)
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
    return replace(request, url=url, method="GET", body=None, headers=headers)


def _exchange(place: Place, request: Request, context: CheckContext, seconds: float) -> Answer:
    arguments: dict[str, Measure] = {
        "url": request.url,
        "method": request.method,
        "headers": tuple(request.headers),
        "body": None if request.body is None else base64.b64encode(request.body).decode(),
        "find": request.find,
        "keep": BODY_LIMIT if request.keep else 0,
        "authority": request.authority,
        "verify": request.verify,
        "milliseconds": int(seconds * 1000),
    }
    given = place.ask(exchange, arguments, user=context.user, timeout=seconds + GRACE)
    if given.get("problem"):
        return Answer(str(given["problem"]))
    if given.get("unaskable"):
        raise ToolFailed(str(given["unaskable"]))
    return _answer(given)


def _headers(pairs: object) -> Iterator[tuple[str, str]]:
    """Give what the place told of as headers; what is no pair is none."""
    for pair in pairs if isinstance(pairs, (list, tuple)) else ():
        if isinstance(pair, (list, tuple)) and len(pair) == 2:
            yield str(pair[0]), str(pair[1])


def _answer(given: dict[str, Measure]) -> Answer:
    try:
        body = base64.b64decode(str(given.get("body", "")), validate=True)
        status, size = int(str(given["status"])), int(str(given["size"]))
    except (KeyError, ValueError, binascii.Error):
        return Answer("the place gave back something that cannot be read")
    return Answer(
        "",
        status=status,
        headers=tuple(_headers(given.get("headers"))),
        sha256=str(given.get("sha256", "")),
        size=size,
        found=bool(given.get("found")),
        body=body,
    )


def _with_cookies(request: Request, variables: Mapping[str, str]) -> Request:
    scheme, host, _ = _origin(request.url)
    path = urllib.parse.urlsplit(request.url).path or "/"
    private = scheme == "https" or host in ("127.0.0.1", "::1", "localhost")
    pairs = []
    for name, kept in variables.items():
        if not name.startswith(f"{_COOKIE_PREFIX}{host} "):
            continue
        cookie = json.loads(kept)
        if _below(path, cookie["path"]) and (private or not cookie["secure"]):
            pairs.append(f"{cookie['name']}={cookie['value']}")
    own = tuple(pair for pair in request.headers if pair[0].lower() != "cookie")
    return replace(request, headers=(*own, ("Cookie", "; ".join(pairs)))) if pairs else request


def _below(path: str, folder: str) -> bool:
    # RFC 6265, 5.1.4.
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")


def _keep_cookies(url: str, answer: Answer, variables: dict[str, str]) -> None:
    host = _origin(url)[1]
    for key, header in answer.headers:
        if key.lower() != "set-cookie" or len(header) > COOKIE_LIMIT:
            continue
        pair, *given = header.split(";")
        name, separator, value = pair.strip().partition("=")
        if not separator or not name:
            continue
        attributes = {
            attribute.strip().lower(): setting.strip()
            for attribute, _, setting in (part.partition("=") for part in given)
        }
        path = attributes.get("path", "")
        path = path if path.startswith("/") else _folder_of(url)
        stored = f"{_COOKIE_PREFIX}{host} {path} {name}"
        known = sum(other.startswith(f"{_COOKIE_PREFIX}{host} ") for other in variables)
        if not value or _EXPIRED.fullmatch(attributes.get("max-age", "")):
            variables.pop(stored, None)
        elif stored in variables or known < COOKIES:
            cookie = {"name": name, "value": value, "path": path, "secure": "secure" in attributes}
            variables[stored] = json.dumps(cookie)


def _folder_of(url: str) -> str:
    path = urllib.parse.urlsplit(url).path
    return path.rpartition("/")[0] or "/"


def exchange(arguments: dict[str, Measure]) -> dict[str, Measure]:
    """Ask one question over HTTP. Sent into the place: it stands alone.

    Nothing of the answer but its first ``keep`` bytes is held; an alarm ends it when time is up,
    however slowly the server drips.

    Args:
        arguments: ``url``, ``method``, ``headers``, ``body`` in base64 or None, ``find``, ``keep``
            in bytes, ``authority``, ``verify``, ``milliseconds``.

    Returns:
        ``problem`` or ``unaskable`` in words; or ``status``, ``headers``, ``sha256``, ``size``,
        ``found`` and ``body`` in base64.

    """
    import base64
    import hashlib
    import http.client
    import signal
    import ssl
    import urllib.parse
    from typing import Any

    def late(*_: object) -> None:
        raise TimeoutError

    given: dict[str, Any] = dict(arguments)
    seconds, asked = given["milliseconds"] / 1000, False
    find, digest, size, found, tail, kept = (
        given["find"].encode(),
        hashlib.sha256(),
        0,
        False,
        b"",
        b"",
    )
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        parts = urllib.parse.urlsplit(given["url"])
        host = (parts.hostname or "", parts.port)
        connection = http.client.HTTPConnection(*host, timeout=seconds)
        if parts.scheme == "https":
            security = ssl.create_default_context(cafile=given["authority"] or None)
            if not given["verify"]:
                security.check_hostname, security.verify_mode = False, ssl.CERT_NONE
            connection = http.client.HTTPSConnection(*host, timeout=seconds, context=security)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = None if given["body"] is None else base64.b64decode(given["body"])
        connection.connect()
        connection.request(given["method"], target, body, dict(given["headers"]))
        asked = True
        answer = connection.getresponse()
        while piece := answer.read1(1 << 16):
            digest.update(piece)
            size += len(piece)
            found = found or (bool(find) and find in tail + piece)
            tail = (tail + piece)[-len(find) :] if find else b""
            kept += piece[: max(0, given["keep"] - len(kept))]
        if answer.length:
            return {"problem": f"the answer broke off after {size} bytes"}
    except TimeoutError:
        return {"problem": f"no answer within {seconds:g} s"}
    except ssl.SSLError as error:
        return {"problem": f"no encrypted connection: {(error.reason or 'refused').lower()}"}
    except OSError as error:
        return {"problem": (error.strerror or "the connection broke off").lower()}
    except (http.client.HTTPException, ValueError) as error:
        words = f"is no HTTP that can be read ({type(error).__name__})"
        return (
            {"problem": f"the answer {words}"} if asked else {"unaskable": f"the question {words}"}
        )
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    text = base64.b64encode(kept).decode()
    return {
        **{"status": answer.status, "headers": tuple(map(tuple, answer.getheaders()))},
        **{"sha256": digest.hexdigest(), "size": size, "found": found, "body": text},
    }
