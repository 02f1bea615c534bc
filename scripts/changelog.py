"""Write what is unreleased into the changelog: ``python -m scripts.changelog [--check]``.

Each file in ``changelog.d/`` is one change that users see, or a list of some. They stand in
``CHANGELOG.md`` between two marks. With ``--check`` nothing is written; the exit code is 1 when the
changelog is not what the files say.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
ENTRIES = ROOT / "changelog.d"
BEGIN = "<!-- Made by `make docs` from changelog.d; write a file there, not here. -->\n"
END = "<!-- End of what is made. -->\n"


def items(text: str) -> list[str]:
    """Give the changes that one file tells of, each on one line.

    Args:
        text: the file: one paragraph, or a list with ``-`` before each change.
    """
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("- ") or not found:
            found.append(line.removeprefix("- ").strip())
        else:
            found[-1] = f"{found[-1]} {line.strip()}".strip()
    return [one for one in found if one]


def unreleased(folder: Path) -> str:
    """Give the section of everything that stands in a folder, by the files' names."""
    lines = [f"* {one}" for file in sorted(folder.glob("*.md")) for one in items(_read(file))]
    return "## Unreleased\n\n" + "".join(f"{line}\n" for line in lines) + "\n"


def renewed(changelog: str, section: str) -> str:
    """Put a section between the marks of a changelog.

    Raises:
        ValueError: if the marks are not there, each once and in order.
    """
    before, begin, rest = changelog.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in after:
        raise ValueError(f"{CHANGELOG.name} has lost the marks around what is unreleased")
    return before + BEGIN + "\n" + section + END + after


def main() -> int:
    """Write the changelog, or with ``--check`` compare it."""
    check = "--check" in sys.argv[1:]
    now = _read(CHANGELOG)
    new = renewed(now, unreleased(ENTRIES))
    if new == now:
        return 0
    print(f"{CHANGELOG.name} {'is not what changelog.d says' if check else 'written'}")
    if check:
        return 1
    CHANGELOG.write_text(new, encoding="utf-8")
    return 0


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
