"""Connects to a port inside the place, and reads what it says first where that matters."""

from __future__ import annotations

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks._asking import (
    GRACE,
    PROVES,
    asked,
    failed,
    fill,
    judged,
    passed,
    probe_python,
    proofs,
    text,
)
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import Place
from refloat.model.points import Measure
from refloat.model.run import Proof

GREETING_LIMIT = 4096


class TcpCheck:
    """Connects to a port."""

    name = "tcp"
    summary = "Connects to a TCP port, and reads its greeting where one is expected."
    options = (
        Option(
            "address",
            OptionType.TEXT,
            "Host and port.",
            required=True,
            short=True,
            example="127.0.0.1:25",
        ),
        Option(
            "expect",
            OptionType.TEXT,
            f"A text in the first {GREETING_LIMIT} bytes that the server says unasked.",
            example="220",
        ),
        PROVES,
    )

    def probe(self) -> Probe:
        """See whether Python, which asks inside the place, is there."""
        return probe_python()

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse an address without a port, and an empty expectation."""
        found = []
        try:
            _split(text(options, "address"))
        except ValueError:
            found.append("`address` is a host and a port, such as 127.0.0.1:25")
        if "expect" in options and not text(options, "expect"):
            found.append("`expect` is empty: every greeting would pass")
        return tuple(found)

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give answering, unless the plan knows better."""
        return proofs(options, Proof.ANSWERS)

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Connect once."""
        wanted = "expect" in options
        expected = "the connection opens" + (" with the plan's greeting" if wanted else "")
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(address)
    return host.strip("[]"), int(port)


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    host, port = _split(text(options, "address"))
    greeting = fill(text(options, "expect"), context.variables)
    answer = place.ask(
        connect,
        {
            "host": host,
            "port": port,
            "expect": greeting,
            "limit": GREETING_LIMIT,
            "milliseconds": int(context.timeout * 1000),
        },
        user=context.user,
        timeout=context.timeout + GRACE,
    )
    if answer.get("problem"):
        return failed(expected, str(answer["problem"]))
    if not greeting:
        return passed(expected, "it opened")
    length = answer.get("length", 0)
    words = "it opened with that greeting" if answer.get("found") else "it opened, but said"
    if not answer.get("found"):
        words += f" something else ({length} bytes)" if length else " nothing"
    return judged(expected, [(bool(answer.get("found")), words)])


def connect(arguments: dict[str, Measure]) -> dict[str, Measure]:
    """Connect and read a greeting. Sent into the place: it stands alone.

    Args:
        arguments: ``host``, ``port``, ``expect`` (empty for no greeting), ``limit`` in bytes,
            ``milliseconds`` for all of it.

    Returns:
        ``problem`` in words, or ``found`` and the ``length`` of what was said.

    """
    import socket
    import time

    milliseconds = int(str(arguments["milliseconds"]))
    deadline = time.monotonic() + milliseconds / 1000
    expected, said = str(arguments["expect"]).encode(), b""
    try:
        address = (str(arguments["host"]), int(str(arguments["port"])))
        with socket.create_connection(address, timeout=milliseconds / 1000) as connection:
            while expected and expected not in said and len(said) < int(str(arguments["limit"])):
                connection.settimeout(max(0.01, deadline - time.monotonic()))
                piece = connection.recv(1024)
                if not piece:
                    break
                said += piece
    except TimeoutError:
        words = "said something else, and then nothing more" if said else "no answer"
        return {"problem": f"{words} within {milliseconds / 1000:g} s"}
    except OSError as error:
        return {"problem": (error.strerror or "no connection").lower()}
    return {"found": expected in said, "length": len(said)}


ADAPTER = TcpCheck()
