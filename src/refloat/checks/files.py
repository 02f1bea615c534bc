"""Looks at restored files inside the place: that they are there, how many, how new, which bytes."""

from __future__ import annotations

import re
from datetime import timedelta

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks._asking import (
    GRACE,
    PROVES,
    asked,
    failed,
    fill,
    integer,
    judged,
    no_answer,
    probe_python,
    proofs,
    references,
    text,
    texts,
)
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import Place
from refloat.model.points import Measure
from refloat.model.run import Proof

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class FilesCheck:
    """Looks at restored files."""

    name = "files"
    summary = "Looks at files: that they are there, how many, how new the newest, which bytes."
    options = (
        Option(
            "paths",
            OptionType.PATHS,
            "Files or folders that must be there.",
            required=True,
            short=True,
            example="documents",
        ),
        Option(
            "at_least",
            OptionType.INTEGER,
            "The smallest number of files below them.",
            example="1000",
        ),
        Option(
            "newer_than",
            OptionType.DURATION,
            "The greatest age of the newest file below them.",
            example="1 day",
        ),
        Option(
            "sha256",
            OptionType.TEXT,
            "The SHA-256 of the one file that `paths` names, in hexadecimal.",
            example="${digest}",
        ),
        PROVES,
    )

    def probe(self) -> Probe:
        """See whether Python, which looks inside the place, is there."""
        return probe_python()

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse a check on no path, and a digest of several files."""
        found = []
        paths = texts(options, "paths")
        if not paths or not all(paths):
            found.append("this is a check on nothing: `paths` is empty")
        least = integer(options, "at_least")
        if least is not None and least < 1:
            found.append(f"at least {least} files are always there: this is a check on nothing")
        digest = text(options, "sha256")
        if digest and len(paths) != 1:
            found.append("`sha256` is the digest of one file; `paths` names several")
        if "sha256" in options and not references(digest) and not _DIGEST.fullmatch(digest):
            found.append("`sha256` is 64 hexadecimal digits, or ${name}")
        return tuple(found)

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give data where contents, numbers or ages are looked at; that a name exists is none."""
        looks = any(name in options for name in ("at_least", "newer_than", "sha256"))
        return proofs(options, *([Proof.DATA] if looks else []))

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Look once; names of files below the paths are not kept."""
        expected = _expected(options)
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _age(options: Options) -> timedelta | None:
    value = options.get("newer_than")
    return value if isinstance(value, timedelta) else None


def _expected(options: Options) -> str:
    paths = texts(options, "paths")
    parts = [f"{paths[0]} is there" if len(paths) == 1 else f"{len(paths)} paths are there"]
    least, age = integer(options, "at_least"), _age(options)
    if least is not None:
        parts.append(f"at least {_files(least)}")
    if age is not None:
        parts.append(f"the newest at most {_old(int(age.total_seconds()))}")
    if "sha256" in options:
        parts.append("with the SHA-256 that the plan or an earlier check gives")
    return ", ".join(parts)


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    paths = tuple(fill(path, context.variables) for path in texts(options, "paths"))
    digest = fill(text(options, "sha256"), context.variables).lower()
    answer = place.ask(
        look,
        {
            "paths": paths,
            "walk": "at_least" in options or "newer_than" in options,
            "digest": bool(digest),
            "milliseconds": int(context.timeout * 1000),
        },
        user=context.user,
        timeout=context.timeout + GRACE,
    )
    if answer.get("late"):
        return failed(expected, no_answer(context))
    return judged(expected, _findings(options, answer, digest))


def _findings(options: Options, answer: dict[str, Measure], digest: str) -> list[tuple[bool, str]]:
    missing = answer.get("missing")
    gone = missing if isinstance(missing, (list, tuple)) else ()
    if gone:
        return [(False, f"{path} is not there") for path in gone]
    findings = [(True, "there")]
    least, age = integer(options, "at_least"), _age(options)
    count, unreadable = _whole(answer, "count"), _whole(answer, "unreadable")
    if unreadable:
        findings.append((False, f"{unreadable:,} files or folders cannot be read"))
    if least is not None:
        findings.append((count >= least, _files(count)))
    if age is not None:
        seconds = _whole(answer, "newest_age")
        if count:
            findings.append((seconds <= age.total_seconds(), f"the newest is {_old(seconds)}"))
        else:
            findings.append((False, "there is no file whose age could be told"))
    if digest:
        same = answer.get("sha256") == digest
        findings.append((same, "with that SHA-256" if same else _other(answer)))
    return findings


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _old(seconds: int) -> str:
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:,} {unit} old"
    return f"{seconds} s old"


def _other(answer: dict[str, Measure]) -> str:
    return "with another SHA-256" if answer.get("sha256") else "no file that can be read"


def _whole(answer: dict[str, Measure], name: str) -> int:
    value = answer.get(name)
    return value if isinstance(value, int) else 0


def look(arguments: dict[str, Measure]) -> dict[str, Measure]:
    """Look at files. Sent into the place: it stands alone.

    Args:
        arguments: ``paths``; whether to ``walk`` and count what is below them; whether to take
            the ``digest`` of the first; ``milliseconds`` for all of it.

    Returns:
        ``missing`` paths; ``count`` of files, ``newest_age`` in seconds, number of ``unreadable``
        things, ``sha256``; ``late`` when time was up.

    """
    import hashlib
    import os
    import stat
    import time

    wanted = arguments["paths"]
    paths = [str(path) for path in wanted] if isinstance(wanted, (list, tuple)) else []
    deadline = time.monotonic() + int(str(arguments["milliseconds"])) / 1000
    missing = [path for path in paths if not os.path.exists(path)]
    count, newest, unreadable, digest = 0, 0.0, 0, hashlib.sha256()
    waiting = [path for path in paths if path not in missing] if arguments["walk"] else []
    while waiting:
        if time.monotonic() > deadline:
            return {"late": True}
        path = waiting.pop()
        try:
            seen = os.stat(path) if path in paths else os.lstat(path)
            if stat.S_ISDIR(seen.st_mode):
                waiting += [os.path.join(path, name) for name in os.listdir(path)]
            elif stat.S_ISREG(seen.st_mode):
                count, newest = count + 1, max(newest, seen.st_mtime)
        except OSError:
            unreadable += 1
    result: dict[str, Measure] = {"missing": tuple(missing), "count": count}
    result["unreadable"] = unreadable
    result["newest_age"] = int(max(0.0, time.time() - newest))
    if arguments["digest"] and not missing and os.path.isfile(paths[0]):
        try:
            with open(paths[0], "rb") as stream:
                while piece := stream.read(1 << 20):
                    digest.update(piece)
                    if time.monotonic() > deadline:
                        return {"late": True}
            result["sha256"] = digest.hexdigest()
        except OSError:
            result["unreadable"] = unreadable + 1
    return result


ADAPTER = FilesCheck()
