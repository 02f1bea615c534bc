"""What a change of the plan does, as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from refloat.model.difference import PlanDifference, ServiceDifference, Waves
from refloat.model.judgement import Finding
from refloat.report._clean import plain

_SPECIAL = str.maketrans({one: f"\\{one}" for one in "\\`*_{}[]<>#|~&"})


def markdown(difference: PlanDifference) -> str:
    """Say it in GitHub's Markdown: what gets worse first, a short table, the rest folded away."""
    if difference.nothing:
        return "**The plan means the same as before.**\n"
    parts = [_headline(difference), _table(difference)]
    parts += _folded("Findings that appear", [_finding(one) for one in difference.appeared])
    parts += _folded("Findings that go away", [_finding(one) for one in difference.gone])
    parts += _folded("Order of recovery", [_order(one) for one in _reordered(difference)])
    parts += _folded(
        "Essential Eight, regular backups only",
        [f"{one.control}: {one.before} → {one.after}" for one in difference.controls],
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(difference: PlanDifference) -> str:
    if not difference.worse:
        return "**No service is worse off by this change of the plan.**"
    lines = [f"* {_text(one)}" for one in difference.worse]
    return "\n".join(("**This change of the plan makes recovery worse:**", "", *lines))


def _table(difference: PlanDifference) -> str:
    rows = [
        ("services added", _keys(difference.services_added)),
        ("services removed", _keys(difference.services_removed)),
        ("components added", _keys(difference.components_added)),
        ("components removed", _keys(difference.components_removed)),
        *((_text(one.name), _verdicts(one)) for one in difference.services),
        ("findings", f"{len(difference.appeared)} appear, {len(difference.gone)} go away"),
    ]
    if difference.level_before != difference.level_after:
        rows.append(("maturity", f"{difference.level_before} → {difference.level_after}"))
    shown = [f"| {name} | {what} |" for name, what in rows if what]
    return "\n".join(("| what | change |", "|---|---|", *shown))


def _verdicts(one: ServiceDifference) -> str:
    changes = [
        f"{what} {before} → {after}"
        for what, before, after in (
            ("copy", one.copy_before, one.copy_after),
            ("recovery", one.recovery_before, one.recovery_after),
        )
        if before is not after
    ]
    if one.order_before != one.order_after:
        changes.append("comes back in another order")
    return ", ".join(changes)


def _reordered(difference: PlanDifference) -> Iterable[ServiceDifference]:
    return (one for one in difference.services if one.order_before != one.order_after)


def _order(one: ServiceDifference) -> str:
    return f"{_text(one.name)}: {waves(one.order_before)} → {waves(one.order_after)}"


def waves(order: Waves) -> str:
    """Say an order of recovery on one line: ``a, b; c``."""
    return "; ".join(", ".join(wave) for wave in order) or "nothing"


def _finding(one: Finding) -> str:
    return f"{one.severity}: {_text(one.sentence)} `{one.code}`"


def _folded(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    listed = "\n".join(f"* {line}" for line in lines)
    return [f"<details><summary>{title} ({len(lines)})</summary>\n\n{listed}\n\n</details>"]


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _text(words: str) -> str:
    text: str = plain(words)
    return text.translate(_SPECIAL)
