"""Hostile plans: refused with a sentence, quickly, with little memory, and nothing is ever run."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
import yaml

from refloat.plan import PlanFile, PlanRefused, building, parse, parse_files, reader
from refloat.plan.building import DEPTH_LIMIT, NODE_LIMIT, REPEATED_LIMIT
from refloat.plan.reader import SIZE_LIMIT, Loader, PythonLoader
from tests.unit.plan.example import CATALOGUE, COMPLAINTS_OF

MEMORY_LIMIT = 64 * 1024 * 1024

LOADERS = [
    pytest.param(PythonLoader, id="python"),
    pytest.param(
        getattr(yaml, "CSafeLoader", None),
        id="c",
        marks=pytest.mark.skipif(
            not yaml.__with_libyaml__, reason="PyYAML was built without its C parser"
        ),
    ),
]


def refusal(text: bytes, loader: Loader) -> PlanRefused:
    """Parse what must be refused; see that it took little memory (Python's parser is too slow for
    that, and the tree that it makes is the same).
    """
    if loader is not PythonLoader:
        tracemalloc.start()
    try:
        with pytest.raises(PlanRefused) as caught:
            parse(text, "p", CATALOGUE, COMPLAINTS_OF, loader=loader)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_LIMIT
    assert all(complaint.message for complaint in caught.value.complaints)
    return caught.value


def bomb(levels: int, width: int) -> bytes:
    lines = ["a0: &a0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [
        f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * width) + "]"
        for level in range(1, levels)
    ]
    return "\n".join(lines).encode()


def deep(levels: int) -> bytes:
    return b"organisation: " + b"[" * levels + b"]" * levels


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b"", "the plan is empty", id="nothing"),
        pytest.param(b"# only words\n", "the plan is empty", id="comment"),
        pytest.param(b"---\n---\n", "a second document begins here", id="two documents"),
        pytest.param(b"organisation: x\n---\nmore: y\n", "p:2:1: a second document", id="second"),
        pytest.param(b"- a\n", "p:1:1: a mapping is expected at the top, not a list", id="list"),
        pytest.param(b"text\n", "a mapping is expected at the top, not text", id="text"),
        pytest.param(
            bomb(9, 9), f"repeat more than {REPEATED_LIMIT:,} values", id="bomb of aliases"
        ),
        pytest.param(
            b"organisation: x\npeople: &p {ben: *p}\n",
            "p:2:18: this alias (*) stands inside of what it repeats",
            id="alias of itself",
        ),
        pytest.param(b"organisation: *x\n", "p:1:15: this alias (*) repeats nothing", id="alias"),
        pytest.param(deep(DEPTH_LIMIT), f"deeper than {DEPTH_LIMIT} levels", id="deep"),
        pytest.param(deep(1_000_000), f"deeper than {DEPTH_LIMIT} levels", id="2 MB of brackets"),
        pytest.param(b"[" * 4_000_000, f"deeper than {DEPTH_LIMIT} levels", id="4 MB never closed"),
        pytest.param(b"{a: " * 500_000, f"deeper than {DEPTH_LIMIT} levels", id="mappings"),
        pytest.param(b"- " * 500_000, f"deeper than {DEPTH_LIMIT} levels", id="lists in lists"),
        pytest.param(deep(5_000_000), f"deeper than {DEPTH_LIMIT} levels", id="10 MB nest"),
        pytest.param(b"a" * (SIZE_LIMIT + 1), "more than 64 MiB is no plan", id="long text"),
        pytest.param(
            "organisation: Zahnärzte\nname: Z\xfc\n".encode("latin-1"),
            "p:1:19: byte 0xe4 at offset 18 is not UTF-8",
            id="latin-1",
        ),
        pytest.param(b"a: b\nc\xc3\xa4: \xed\xa0\x80\n", "p:2:5: byte 0xed at", id="surrogate"),
        pytest.param(b"\xef\xbb\xbfa: \xff\n", "p:1:4: byte 0xff at offset 6", id="after mark"),
        pytest.param("organisation: x\n".encode("utf-16"), "the plan is UTF-16", id="utf-16"),
        pytest.param(b"organisation: x\x00y\n", "p:1:16: a NUL byte stands", id="nul"),
        pytest.param(b"a: b\r\nc: \x1b[31m\n", "p:2:4: the control character U+001B", id="escape"),
        pytest.param("a: b\x85c".encode(), "the control character U+0085", id="next line"),
        pytest.param("a: b\u2028c".encode(), "the control character U+2028", id="separator"),
        pytest.param("a: \ufeffb".encode(), "the control character U+FEFF", id="mark inside"),
        pytest.param(b'organisation: "a\\0b"\n', "p:1:15: a control character", id="escaped nul"),
        pytest.param(b'organisation: "\\e[31m"\n', "a control character", id="escaped escape"),
        pytest.param(b"people:\n\tben: Ben\n", "p:2:1: a tab stands here", id="tab"),
        pytest.param(b"people:\n  a:\n\t  b: c\n", "a tab stands here", id="tab and blanks"),
        pytest.param(b"organisation: [a\n", "this is not YAML", id="never closed"),
        pytest.param(b"organisation: 'a\n", "this is not YAML", id="quote never closed"),
        pytest.param(b"a: b: c\n", "p:1:5: this is not YAML: mapping values", id="two colons"),
        pytest.param(b"a: b\n  c: d\n", "this is not YAML", id="indentation"),
        pytest.param(b"organisation: @x\n", "this is not YAML", id="reserved sign"),
        pytest.param(b"organisation: !!str x\n", "p:1:15: tags (!) are not part", id="tag"),
        pytest.param(b"organisation: ! x\n", "tags (!) are not part", id="bare tag"),
        pytest.param(b"%TAG !x! y\n---\na: !x!b c\n", "tags (!) are not part", id="named tag"),
        pytest.param(
            b"x: &x {organisation: y}\n<<: *x\n", "p:2:1: merge keys (<<)", id="merge key"
        ),
        pytest.param(b"[a, b]: c\n", "p:1:1: a key must be text", id="key of a list"),
        pytest.param(b"? {a: b}\n: c\n", "a key must be text", id="key of a mapping"),
        pytest.param(b"a: &l [b]\n*l : c\n", "p:2:1: a key must be text", id="key of an alias"),
        pytest.param(
            b"people:\n  a: x\n  a: y\n",
            "p:3:3: the key 'a' stands here again: it is at 2:3 already",
            id="key twice",
        ),
        pytest.param(b"%YAML 3.1\n---\na: b\n", "this is not YAML", id="version"),
    ],
)
def test_it_is_refused_with_a_sentence(text: bytes, said: str, loader: Loader) -> None:
    assert said in str(refusal(text, loader))


@pytest.mark.parametrize("loader", LOADERS)
def test_more_values_than_any_plan_has_are_refused_while_they_are_read(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert NODE_LIMIT >= 3_000_000, "ten thousand services with all that they need"
    monkeypatch.setattr(building, "NODE_LIMIT", 10_000)
    assert "more than 10,000 values" in str(refusal(b"- a\n" * 20_000, loader))


def test_the_size_is_that_of_all_files_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SIZE_LIMIT", 1024 * 1024)
    files = [PlanFile(f"{name}.yaml", b"sites: [a]\n#" + b"x" * 600_000) for name in "ab"]
    with pytest.raises(PlanRefused, match=r"b\.yaml:1:1: the plan has 1\.1 MiB: more than 1 MiB"):
        parse_files(files, "plans", CATALOGUE, COMPLAINTS_OF)


def test_files_share_one_limit_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "NODE_LIMIT", 1000)
    files = [PlanFile(f"{name}.yaml", b"sites: [" + b"a, " * 600 + b"b]") for name in "ab"]
    with pytest.raises(PlanRefused, match=r"b\.yaml:1:.*more than 1,000 values"):
        parse_files(files, "plans", CATALOGUE, COMPLAINTS_OF)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system [touch {proof}]",
        "!!python/object/new:pathlib.Path [{proof}]",
        "!!python/name:os.system",
        "!!python/module:os",
    ],
)
def test_nothing_is_ever_run(tag: str, loader: Loader, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    text = f"organisation: x\npeople: {tag.format(proof=proof)}\n"
    assert "tags (!) are not part of a plan" in str(refusal(text.encode(), loader))
    assert not proof.exists()


@pytest.mark.parametrize("loader", LOADERS)
def test_references_to_secrets_are_not_followed(loader: Loader, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    text = f"""\
organisation: x
repositories: {{r: {{engine: restic, location: l, password: "command:touch {proof}"}}}}
"""
    parse(text.encode(), "p", CATALOGUE, COMPLAINTS_OF, loader=loader)
    assert not proof.exists()


def test_many_mistakes_are_counted() -> None:
    text = b"organisation: x\n" + b"".join(b"x%d: y\n" % number for number in range(40_000))
    complaints = refusal(text, yaml.CSafeLoader).complaints
    assert len(complaints) == 501
    assert complaints[-1].message == "39,500 further complaints are not shown"


def test_many_names_that_lead_nowhere_are_refused_quickly() -> None:
    names = ", ".join(f"component-{number}" for number in range(20_000))
    others = "".join(f"  componemt-{number}: {{kind: vendor}}\n" for number in range(900))
    text = f"organisation: x\nservices: {{s: {{name: S, needs: [{names}]}}}}\ncomponents:\n{others}"
    assert "further complaints" in str(refusal(text.encode(), yaml.CSafeLoader))


def test_a_long_chain_that_ends_in_a_circle() -> None:
    chain = "".join(
        f"  c{number}: {{kind: vendor, needs: c{(number + 1) % 15_000}}}\n"
        for number in range(15_000)
    )
    said = str(refusal(f"organisation: x\ncomponents:\n{chain}".encode(), yaml.CSafeLoader))
    assert "c0 -> c1 -> c2" in said
    assert "… (15000 in all) -> c0" in said
    assert len(said) < 1000


def test_very_many_circles() -> None:
    chain = "".join(
        f"  c{number}: {{kind: vendor, needs: [c0, c{number + 1}]}}\n" for number in range(10_000)
    )
    text = f"organisation: x\ncomponents:\n{chain}  c10000: {{kind: vendor}}\n"
    complaints = refusal(text.encode(), yaml.CSafeLoader).complaints
    assert 2 <= len(complaints) <= 100
    assert complaints[0].message.endswith("in a circle: c0 -> c0")
