"""The reference page of the feed, made from the classes that lines are decoded by."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

from msgspec import inspect

from refloat.feed.examples import EXAMPLES
from refloat.feed.lines import Line
from refloat.feed.reading import CLOCK_SKEW, DEEPEST, KINDS
from refloat.feed.reasons import bare
from refloat.feed.splitting import LONGEST_LINE

_HEAD = f"""\
# The feed of facts

What `refloat facts import` and `refloat assess --facts` read: one JSON object a line, in files that
may be packed with gzip. `refloat facts schema` prints the same as a JSON Schema.

* **A fact is known by its key**: the instance of its source, its kind, and the source's own id of
  it. The same key with other content is a later word on the same thing; the one observed last by
  an instant counts at that instant, whatever came in first. Of two that were observed at the very
  same time, the one with the larger digest counts, and the import tells of the contradiction.
* **Without `external_id`** a fact of what *happened* (a point, a job, a test, a change, …) is known
  by the digest of its content. A fact of how something *is* (access, scope, heartbeat, dependency)
  is known by what it is about, so that a later one takes its place.
* **Times** are RFC 3339 with an offset: `2026-11-22T09:00:00+11:00`. One without an offset is
  refused, and so is a leap second. `observed_at` may be {CLOCK_SKEW.seconds // 60} minutes ahead of
  the clock of the machine that imports; `consistency_time` may not be ahead at all, and not later
  than `observed_at` by more than that.
* **What is left out, or `null`, is unknown.** It is never taken for a yes.
* **Fields that this page does not name are kept** with their line, and not judged.
* **Refused**, each with its number and the reason, while the lines around it are taken: text that
  is no JSON or no UTF-8, NUL characters, lines over {LONGEST_LINE // 2**20} MiB, more than
  {DEEPEST} lists and braces in each other, numbers that are too large, sizes and durations below 0,
  words that are none of those below. If one name stands twice in an object, the last counts.
* **Words** may be spelled with `_` or with a blank, as in the plan: `read_other`, `read other`.
"""


def reference() -> str:
    """Write the reference page in Markdown."""
    parts = [_HEAD, "\n## Every line\n\n", *_table(Line)]
    parts += ["\n`source` has:\n\n", *_inner_table(Line, "source")]
    for kind, line in KINDS.items():
        parts += [f"\n## `{kind}`\n\n{_sentence(line)}\n\n```json\n{EXAMPLES[kind]}\n```\n\n"]
        parts += _table(line, without=Line)
        parts += _inner(line)
    return "".join(parts)


def _inner(line: type[Line]) -> Iterator[str]:
    for field in _fields(line):
        inside = _struct(field.type)
        if inside is not None and field.encode_name != "source":
            yield f"\n`{field.encode_name}` {'have' if _is_list(field.type) else 'has'}:\n\n"
            yield from _rows(inside.fields)
            for deeper in inside.fields:
                deepest = _struct(deeper.type)
                if deepest is not None:
                    yield f"\n`{field.encode_name}.{deeper.encode_name}` has:\n\n"
                    yield from _rows(deepest.fields)


def _inner_table(line: type[Line], name: str) -> Iterator[str]:
    (field,) = (one for one in _fields(line) if one.encode_name == name)
    inside = _struct(field.type)
    assert inside is not None
    yield from _rows(inside.fields)


def _table(line: type[Line], without: type[Line] | None = None) -> Iterator[str]:
    hidden = {one.encode_name for one in _fields(without)} if without is not None else set()
    yield from _rows(tuple(one for one in _fields(line) if one.encode_name not in hidden))


def _rows(fields: tuple[inspect.Field, ...]) -> Iterator[str]:
    yield "| field | value | required | meaning |\n|---|---|---|---|\n"
    for field in fields:
        required = "yes" if field.required else "no"
        yield (
            f"| `{field.encode_name}` | {_value(field.type)} | {required} |"
            f" {_meaning(field.type)} |\n"
        )


def _fields(line: type[Line]) -> tuple[inspect.Field, ...]:
    described = inspect.type_info(line)
    assert isinstance(described, inspect.StructType)
    return described.fields


def _sentence(line: type[Line]) -> str:
    return cleandoc(line.__doc__ or "").splitlines()[0]


def _is_list(kind: inspect.Type) -> bool:
    return isinstance(bare(kind), inspect.VarTupleType)


def _struct(kind: inspect.Type) -> inspect.StructType | None:
    kind = bare(kind)
    if isinstance(kind, inspect.VarTupleType):
        kind = bare(kind.item_type)
    return kind if isinstance(kind, inspect.StructType) else None


def _value(kind: inspect.Type) -> str:
    kind = bare(kind)
    match kind:
        case inspect.LiteralType():
            return ", ".join(f"`{word}`" for word in kind.values if word)
        case inspect.VarTupleType():
            return f"list of: {_value(kind.item_type)}"
        case inspect.StructType():
            return "members"
        case inspect.DateTimeType():
            return "time"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "whole number"
        case inspect.FloatType():
            return "number"
        case _:
            return "text"


def _meaning(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema.get("description", ""))
    if isinstance(kind, inspect.Metadata):
        return _meaning(kind.type)
    return ""
