"""How a draft is written: YAML that the plan's parser takes, with a question where nobody can know.

Texts of sources may hold anything that can be shown. They are quoted where YAML would read more
into them, and in comments nothing that ends a line is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from refloat.app.drafting import Drawn, Place, Thing
from refloat.app.sources import Source
from refloat.model.plan import ComponentKind

_HARMLESS = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ ._/-]+[A-Za-z0-9]+)*")
_WORDS_OF_YAML = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_SHOWN = 3
_NAMED = 20


@dataclass(frozen=True)
class NotUsed:
    """Something that is not in the draft.

    Attributes:
        source: where it stands.
        line: the line there; 0 where there is none.
        reason: why.
    """

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        """Give it as people read it."""
        return f"{Place(self.source, self.line)}: {self.reason}"


@dataclass(frozen=True)
class Written:
    """A draft, and which name each of its lines is about.

    Attributes:
        text: the draft.
        about: by line from 1, the name of a thing or an owner, as the source has it.
    """

    text: str
    about: dict[int, str]


def write(drawn: Drawn, sources: Sequence[Source], not_used: Sequence[NotUsed]) -> Written:
    """Write a draft; the same is written the same.

    Args:
        drawn: what the sources show.
        sources: what was read.
        not_used: what is not in it.
    """
    lines: list[str] = [*_head(sources), "organisation: Our organisation # TODO: whose plan is it?"]
    about: dict[int, str] = {}
    if drawn.owners:
        lines += ["", "## Who answers for what, as the sources name them.", "people:"]
        for owner, key in {key: owner for owner, key in drawn.owners.items()}.items():
            _add(lines, about, key, _person(owner, key))
    lines += ["", *_service(drawn), "", "components:"]
    for thing in drawn.things.values():
        _add(lines, about, thing.name, _component(thing, drawn))
    if not_used:
        lines += ["", "## Not in this draft, though the sources say it, or may:"]
        lines += [f"##   {_comment(str(one))}" for one in not_used]
    return Written("\n".join((*lines, "")), about)


def _add(lines: list[str], about: dict[int, str], name: str, more: Iterator[str]) -> None:
    for line in more:
        lines.append(line)
        about[len(lines)] = name


def _head(sources: Sequence[Source]) -> Iterator[str]:
    yield "## A draft of the recovery plan, made by 'refloat init --from' out of what these show:"
    names = sorted({one.name for one in sources})
    yield from (f"##   {_comment(name)}" for name in names[:_NAMED])
    if len(names) > _NAMED:
        yield f"##   and {len(names) - _NAMED} more"
    yield "## It is right as it stands, says 'refloat plan check', and says what they say."
    yield "## What no source can know is asked behind TODO. docs/reference/plan.md explains it all."
    yield ""


def _person(key: str, owner: str) -> Iterator[str]:
    yield f"  {quoted(key)}:"
    yield f"    name: {quoted(owner)}"
    yield "    ## TODO: which person is that? What is the number that works when nothing else does?"


def _service(drawn: Drawn) -> Iterator[str]:
    yield "## What people and customers would miss."
    yield "services:"
    yield f"  {drawn.service}:"
    yield "    name: Everything that was observed"
    yield "    ## TODO: which business services are these? What nothing else needs stands below:"
    yield "    ## make a service of each that people would miss, and say what it needs."
    yield "    ## TODO: who owns it, and who knows how it works? (owner, technical_owner)"
    yield "    ## TODO: how much does it matter? (tier, from 1)"
    yield "    ## TODO: how much may be lost, how long may it be away, who says so? (objectives)"
    yield "    ## TODO: how does work go on meanwhile? (workarounds)"
    if drawn.roots:
        yield "    needs:"
        yield from (f"      - {quoted(one.key)}" for one in drawn.roots)


def _component(thing: Thing, drawn: Drawn) -> Iterator[str]:
    yield f"  {quoted(thing.key)}:"
    if thing.key != thing.name:
        yield f"    name: {quoted(thing.name)}"
    yield f"    ## {_comment(_seen(thing))}"
    for one in thing.apart:
        yield (
            f"    ## TODO: is it the same as {one.key} ({_comment(str(one.places[0]))})? It is"
            " called the same, and kept apart here."
        )
    for one, place in list(thing.joined.items())[:_SHOWN]:
        meant = "is it this, or one of those?" if thing.apart else "is it this?"
        yield f"    ## TODO: {one.key} needs what is called so ({_comment(str(place))}): {meant}"
    yield from _kind(thing)
    if thing.owner in drawn.owners:
        yield f"    owner: {quoted(drawn.owners[thing.owner])}"
    else:
        yield "    ## TODO: who looks after it? (owner)"
    if thing.needs:
        yield "    needs:"
        for one in sorted(thing.needs, key=lambda one: one.key):
            yield f"      - {quoted(one.key)} # {_comment(str(thing.needs[one]))}"
    for one in sorted(thing.circles, key=lambda one: one.key):
        yield (
            f"    ## TODO: it was also seen to need {one.key}"
            f" ({_comment(str(thing.circles[one]))}), which needs it itself in the end: which of"
            " them comes back first?"
        )


def _kind(thing: Thing) -> Iterator[str]:
    if thing.holds_data:
        kind = ComponentKind.DATABASE if "database" in thing.what.lower() else ComponentKind.DATA
        yield f"    kind: {kind.value}"
        yield "    ## TODO: it keeps data, and no source says what copies it. Write 'protect' or"
        yield "    ## 'watch', or leave it out under 'exclusions'. How long is it kept? (retention)"
    elif thing.what.startswith(("network", "external network")):
        yield f"    kind: {ComponentKind.NETWORK.value}"
    else:
        yield f"    kind: {ComponentKind.APPLICATION.value} # TODO: is it? No source says."


def _seen(thing: Thing) -> str:
    places = [str(one) for one in dict.fromkeys(thing.places)]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    said = [f"Seen in {', '.join(places[:_SHOWN])}{more}"]
    said += [thing.what] if thing.what else []
    said += [f"runs as {thing.version}"] if thing.version else []
    return "; ".join(said)


def quoted(text: str) -> str:
    """Write a text so that YAML gives back exactly that."""
    if _HARMLESS.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_shown(escaped)}"'


def _comment(text: str) -> str:
    """Write a text so that it stays on its line."""
    return _shown(text)


def _shown(text: str) -> str:
    """Escape what cannot be shown, line ends of every kind among it, as YAML does."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(ord(one)) for one in text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
