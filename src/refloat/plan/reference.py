"""The reference page of the plan's keys, made from the tables that the parser reads by."""

from __future__ import annotations

from refloat.model.options import AdapterCatalogue, AdapterDescription
from refloat.plan.adapters import options_section
from refloat.plan.reading import Key, Section
from refloat.plan.sections import PLAN

_ROOMS = (
    ("engines", "Engines", "Named by `engine` of a repository; the options stand beside it."),
    ("data_sets", "Kinds of data set", "Named by a key of `protect`; the options stand behind it."),
    ("checks", "Checks", "Named by a key of a check; the options stand behind it."),
    ("sandboxes", "Sandboxes", "Named by `sandbox`; the options stand behind it."),
)

_INTRODUCTION = """\
# The plan: `refloat.yaml`, or a folder of files

Every key that a plan may hold. A key that is not on this page is refused, with its line, its
column and the nearest right spelling. Paths are seen from the plan's folder.

* **A folder** (`--plan FOLDER`): all its `.yaml` and `.yml` files are one plan. Mappings and lists
  at the top are joined; the same name in two files is refused with both places.
* **Names** of people, repositories, services and components have small letters, digits and `-`.
  What `needs` names is a component or a service; a name that is both cannot be needed.
* **Durations** are numbers with units, the largest first: `15 min`, `4 h`, `1 day`, `90s`,
  `2 weeks`, `1 h 30 min`. Months and years differ in length, so they are not understood.
* **Secrets** are references: `env:NAME`, `file:PATH` or `command:COMMAND`. A secret itself is
  refused, and not repeated in the message.
* **Short forms**: where a table says so, the value of one key may stand in place of the mapping.
* **YAML**: anchors and aliases are understood. Merge keys (`<<`), tags (`!`) and several
  documents in one file are refused. `yes` and `no` mean a boolean only where one is expected.
* Two components may protect the same path. Nothing refuses it; it is stored once for each.
"""


def reference(catalogue: AdapterCatalogue) -> str:
    """Write the reference page in Markdown.

    Args:
        catalogue: the adapters that are described at its end.
    """
    parts = [_INTRODUCTION, *(_section(section, 2) for section in _all_sections())]
    for room, title, sentence in _ROOMS:
        adapters: dict[str, AdapterDescription] = getattr(catalogue, room)
        parts.append(f"## {title}\n\n{sentence}\n")
        parts += [_section(options_section(adapters[name]), 3) for name in adapters]
    return "\n".join(parts)


def _all_sections() -> list[Section]:
    """Walk the tables from the top, each once, each before those inside of it."""
    found: dict[str, Section] = {}
    todo = [PLAN]
    while todo:
        section = todo.pop(0)
        if section.name not in found:
            found[section.name] = section
            todo += [inner for key in section.keys for inner in key.type.sections()]
    return list(found.values())


def _section(section: Section, level: int) -> str:
    lines = [f"{'#' * level} `{section.name}`", "", section.help, ""]
    if section.short:
        lines += [f"Short form: the value of `{section.short}` alone.", ""]
    if section.defaulted:
        shared = ", ".join(f"`{key}`" for key in sorted(section.defaulted))
        lines += [f"`defaults: {section.name}:` may say {shared} once for all.", ""]
    if section.keys:
        lines += [
            "| key | what stands there | default | meaning | example |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(key) for key in section.keys]
        lines.append("")
    elif not section.room:
        lines += ["It has no options.", ""]
    return "\n".join(lines)


def _row(key: Key) -> str:
    inner = ", ".join(f"[`{one.name}`](#{one.name})" for one in key.type.sections())
    cells = (
        f"`{key.name}`",
        f"{key.type.words}: {inner}" if inner else key.type.words,
        "**required**" if key.required else _default(key),
        key.help,
        f"`{key.example}`" if key.example else "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _default(key: Key) -> str:
    if key.default is None or key.default in ("", (), {}):
        return ""
    return f"`{key.type.show(key.default)}`"
