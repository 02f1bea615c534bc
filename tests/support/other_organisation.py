"""An organisation as its own people would write it: a plan in YAML, and lines of the feed.

It is changed as they would change it: words of the plan are replaced by others, lines are added,
left out or corrected. It is judged as they would judge it: by files, and by the JSON that the
command line prints.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from refloat.app.workspace import Workspace
from refloat.cli.main import main
from refloat.plan import objective_fingerprints, retention_fingerprint

FOLDER = Path(__file__).parent / "organisations"
Line: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Organisation:
    """A plan, what was seen, and when it is judged.

    Attributes:
        plan: the text of the plan.
        lines: lines of the feed, without those of approvals.
        as_of: when it is judged, with an offset.
        signed: the text of the plan whose targets were approved.
        approved_at: when they were.
    """

    plan: str
    lines: tuple[Line, ...]
    as_of: str
    signed: str
    approved_at: str

    def write(self, old: str, new: str, *, sign: bool = True, times: int = 1) -> Organisation:
        """Replace words of the plan that stand there so many times; targets are signed anew."""
        assert self.plan.count(old) == times, (self.plan.count(old), old)
        text = self.plan.replace(old, new)
        return replace(self, plan=text, signed=text if sign else self.signed)

    def write_of(self, part: str, old: str, new: str, *, sign: bool = True) -> Organisation:
        """Replace words in the first block below the line ``  part:`` of the plan."""
        found = re.search(rf"^  {part}:.*\n(?:(?:   .*)?\n)*", self.plan, re.M)
        assert found is not None, part
        block = found.group()
        assert block.count(old) == 1, (block.count(old), old, block)
        text = self.plan.replace(block, block.replace(old, new))
        return replace(self, plan=text, signed=text if sign else self.signed)

    def add(self, *lines: Line) -> Organisation:
        """Add lines of the feed."""
        return replace(self, lines=(*self.lines, *lines))

    def drop(self, **match: Any) -> Organisation:
        """Leave out the lines in which all of these fields are so; there must be some."""
        kept = tuple(one for one in self.lines if not _is(one, match))
        assert len(kept) < len(self.lines), match
        return replace(self, lines=kept)

    def correct(self, changes: Mapping[str, Any], **match: Any) -> Organisation:
        """Give other values to fields of the lines in which all of these fields are so."""
        assert any(_is(one, match) for one in self.lines), match
        return replace(
            self,
            lines=tuple({**one, **changes} if _is(one, match) else one for one in self.lines),
        )

    def judged(self, folder: Path, as_of: str | None = None) -> dict[str, Any]:
        """Write it into a folder, and give what ``refloat assess --json`` says of it."""
        (folder / "refloat.yaml").write_text(self.plan, encoding="utf-8")
        (folder / "signed.yaml").write_text(self.signed, encoding="utf-8")
        said = (*self.lines, *approvals(folder / "signed.yaml", self.approved_at))
        (folder / "facts.jsonl").write_text(
            "".join(f"{json.dumps(one)}\n" for one in said), encoding="utf-8"
        )
        printed, complained = io.StringIO(), io.StringIO()
        arguments = (
            *("--plan", str(folder / "refloat.yaml"), "--state", str(folder / "state"), "assess"),
            *("--facts", str(folder / "facts.jsonl"), "--as-of", as_of or self.as_of, "--json"),
        )
        with (
            redirect_stdout(printed),
            redirect_stderr(complained),
            pytest.raises(SystemExit) as ended,
        ):
            main(list(arguments))
        assert complained.getvalue() == "", complained.getvalue()
        answer: dict[str, Any] = json.loads(printed.getvalue())
        severe = any(one["severity"] == "high" for one in answer["findings"])
        assert ended.value.code == (1 if severe else 0)
        return answer


def _is(line: Line, match: Mapping[str, Any]) -> bool:
    return all(line.get(key) == value for key, value in match.items())


def organisation(name: str, lines: Iterable[Line], as_of: str, approved_at: str) -> Organisation:
    """Read the plan of that name, and put it together with lines of the feed."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return Organisation(text, tuple(lines), as_of, text, approved_at)


def line(kind: str, source: str, seen: str, key: str, /, **fields: Any) -> Line:
    """Give a line of the feed."""
    return {
        "schema": "recovery-feed/1",
        "kind": kind,
        "source": {"instance": source},
        "observed_at": seen,
        "external_id": key,
        **fields,
    }


def point(source: str, data_set: str, true_at: str, *copies: Line, **fields: Any) -> Line:
    """Give a recovery point that was checked and found whole, seen five minutes after its time."""
    seen = (datetime.fromisoformat(true_at) + timedelta(minutes=5)).isoformat()
    return line(
        *("recovery_point", source, seen, f"{data_set}@{true_at}"),
        **{
            "dataset_ref": data_set,
            "consistency_time": true_at,
            "complete": True,
            "usable_claim": "ok",
            "integrity": {"kind": "checksum", "state": "ok", "at": seen},
            "copies": list(copies),
            **fields,
        },
    )


def tested(service: str, at: str, minutes: float, by: str, **fields: Any) -> Line:
    """Give a test of a whole service that passed."""
    return line(
        *("restore_test", "test register", at, f"{service}@{at}"),
        **{
            "service": service,
            "level": "service",
            "result": "passed",
            "started_at": at,
            "own_minutes": minutes,
            "confirmed_by": by,
            **fields,
        },
    )


def right(principal: str, kind: str, repository: str, at: str, *rights: str, **more: Any) -> Line:
    """Give all rights that an account was seen to have on a repository."""
    return line(
        *("access_fact", "review of rights", at, f"{repository}/{principal}"),
        **{
            "principal": principal,
            "principal_kind": kind,
            "path": repository,
            "rights": list(rights),
            "quality": "good",
            **more,
        },
    )


def approvals(plan: Path, at: str) -> Iterable[Line]:
    """Approve each target and retention in a plan's file, by whom the plan names for it."""
    read = Workspace.find(str(plan), None).plan
    for key, service in read.services.items():
        for measure, fingerprint in objective_fingerprints(read, key).items():
            objective = service.objectives[measure]
            yield line(
                *("approval", "approvals", at, f"{key}/{measure}/{fingerprint[-8:]}"),
                person=objective.approver or service.owner,
                service=key,
                measure=measure,
                fingerprint=fingerprint,
                target_seconds=objective.target.total_seconds(),
                at=at,
            )
    for key, component in read.components.items():
        if component.retention is not None:
            digest = retention_fingerprint(read, key)
            yield line(
                *("approval", "approvals", at, f"{key}/retention/{digest[-8:]}"),
                person=component.retention.approver,
                service=key,
                measure="retention",
                fingerprint=digest,
                target_seconds=component.retention.target.total_seconds(),
                at=at,
            )
