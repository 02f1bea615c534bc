"""What a recovery must open: tools that are signed in to, accounts, keys; and the hands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.buried import Buried
from refloat.assess.ahead.kept import holding, is_read_here
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ahead.signing import Signing, is_unsaid
from refloat.assess.ahead.things import Things
from refloat.assess.ground.plan_graph import hard_needs
from refloat.model.plan import Component, Plan, Repository


class Opening:
    """Makes the things that are opened.

    Args:
        plan: the plan.
        looks: knows what the places of keys name.
        things: where the things are put.
        buried: knows which secrets lie inside of data sets.
        sealed: whether a sealed account opens a repository.
    """

    def __init__(
        self,
        plan: Plan,
        looks: Places,
        things: Things,
        buried: Buried,
        sealed: Callable[[str], bool],
    ) -> None:
        self._plan = plan
        self._buried = buried
        self._sealed = sealed
        self._signing = Signing(plan)
        self._looks = looks
        self._things = things
        self._tools: dict[str | None, tuple[int, ...]] = {}
        self._opens: dict[tuple[str | None, str, str, bool | None], tuple[int, ...]] = {}

    def of_place(self, one: Component, place: Place) -> tuple[int, ...]:
        """Give what opens the copies of a component in a place."""
        platform = one.watch.platform if one.watch is not None else None
        copy = place.copy
        kept, encrypted = (copy.key_kept, copy.encrypted) if copy is not None else ("", None)
        asked = (platform, place.repository, kept, encrypted)
        opens = self._opens.get(asked)
        if opens is None:
            opens = self._opens[asked] = tuple(dict.fromkeys(self.of_copies(*asked)))
        return opens

    def of_copies(
        self, platform: str | None, repository: str, kept: str, encrypted: bool | None
    ) -> Iterator[int]:
        """Give what opens the copies that a tool keeps in a repository, with keys kept somewhere.

        Args:
            platform: the tool; None for Refloat itself.
            repository: the repository.
            kept: where their own keys are kept, as was seen; empty if nobody said.
            encrypted: whether they were seen to be encrypted; None if nobody said.
        """
        yield from self.opening(platform, repository)
        if not kept:
            yield from self.unsaid(platform, repository, encrypted)
            return
        number = self._things.add("keys", f"{repository}: {kept}")
        self._things.needs(number, (), self.where(kept, repository))
        yield number

    def tool(self, one: Component) -> tuple[int, ...]:
        """Give what restoring needs: that the tool can be opened, and hands."""
        watch = one.watch
        platform = watch.platform if watch is not None and one.protection is None else None
        if platform not in self._tools:
            opened = (self.platform(platform),) if platform in self._plan.platforms else ()
            self._tools[platform] = (*opened, *self.hands(platform or ""))
        return self._tools[platform]

    def platform(self, key: str | None) -> int:
        """Give the number of a platform that can be signed in to."""
        node = ("platform", str(key))
        if node not in self._things.known:
            number, one = self._things.add(*node), self._plan.platforms[node[1]]
            if is_unsaid(one):
                groups = self.perhaps(self._signing.identities, words.platform(self._plan, one.key))
                self._things.needs(number, (), groups)
            elif not one.break_glass:
                self._things.needs(number, self._things.backs(hard_needs(one.needs)))
        return self._things.known[node]

    def hands(self, platform: str) -> Iterator[int]:
        """Give whether anybody is there who works a tool, and anybody who approves a restore."""
        authority = self._plan.authority
        working = list(authority.administer_backups)
        administrator = (
            self._plan.platforms[platform].administrator
            if platform in self._plan.platforms
            else None
        )
        if administrator is not None:
            working.append(administrator)
        for name, people in ((platform, working), ("approve", authority.approve_restores)):
            if people:
                number = self._things.add("hands", name)
                self._things.needs(number, (), [self._things.people(people)])
                yield number

    def opening(self, platform: str | None, repository: str) -> Iterator[int]:
        """Give what opens the copies that a tool keeps in a repository."""
        tool = self._plan.platforms.get(platform or "")
        if tool is not None:
            yield from self.keys(("platform", tool.key))
        if repository in self._plan.repositories:
            yield from self.keys(("repository", repository))
            if tool is None or not tool.break_glass:
                yield self.opened(repository)

    def opened(self, repository: str) -> int:
        """Give that a repository's accounts let anybody in."""
        node = ("opened", repository)
        if node not in self._things.known:
            number, one = self._things.add(*node), self._plan.repositories[repository]
            identities = self._signing.of_domain(one.authentication_domain)
            if identities and not self._sealed(repository):
                name = words.repository(self._plan, repository)
                self._things.needs(number, (), self.perhaps(identities, name))
        return self._things.known[node]

    def perhaps(self, identities: Iterable[str], name: str) -> Iterator[Sequence[int]]:
        """Give identities that signing in to something perhaps needs."""
        for key in identities:
            if key in self._things.first:
                text = f"{name} can be signed in to without {called(self._plan, key)}"
                yield (*self._things.backs([key]), self._things.doubt(text))

    def keys(self, opens: Node) -> Iterator[int]:
        """Give the keys to a repository or platform, if anything is known of where they are."""
        number = self._things.known.get(("keys", " ".join(opens)))
        if number is not None and number not in self._things.doubtful:  # as those unsaid are
            yield number

    def kept(self) -> None:
        """Look at where every key is kept."""
        plan = self._plan
        for kind, some in (("repository", plan.repositories), ("platform", plan.platforms)):
            for key, one in some.items():
                holds = self._buried.behind(one.options) if isinstance(one, Repository) else ()
                groups = list(self.where(one.key_kept, one.name or key))
                if holds and (groups or not one.key_kept):
                    inside = self._things.backs(holds)
                    groups = [(*group, *inside) for group in groups or [()]]
                if groups or one.key_kept or (kind == "repository" and is_read_here(plan, key)):
                    self._things.needs(self._things.add("keys", f"{kind} {key}"), (), groups)
        for key in plan.repositories:
            number = self._things.known.get(("repository", key))
            if number is not None:
                self._things.needs(number, (self.opened(key), *self.keys(("repository", key))))

    def where(self, kept: str, name: str) -> Iterator[Sequence[int]]:
        """Give what must be there to reach a place where keys are kept; nothing for one outside.

        Words around a name leave it open whether the thing that is named must be there.
        """
        kind, key = self._looks.named(kept)
        if kind:
            yield [self._holder(kind, key)]
            return
        for mentioned in self._looks.mentioned(kept):
            text = f"the keys to {name} can be had without {called(self._plan, mentioned[1])}"
            yield [self._holder(*mentioned), self._things.doubt(text)]
        people = self._things.people(holding(self._plan, kept))
        if people:
            yield people

    def unsaid(self, tool: str | None, repository: str, encrypted: bool | None) -> Iterator[int]:
        """Give keys of which nobody wrote down where they are kept, if copies are encrypted.

        They are where the plan or their source says so.
        """
        plan = self._plan
        one, platform = plan.repositories.get(repository), plan.platforms.get(tool or "")
        if not encrypted and (one is None or one.encrypted is not True):
            return
        if one is not None and one.key_kept:
            return
        if (platform is None or not platform.key_kept) and not is_read_here(plan, repository):
            number = self._things.add("keys", f"repository {repository}")
            self._things.doubtful.add(number)
            yield number

    def _holder(self, kind: str, key: str) -> int:
        if kind == "platform":
            return self.platform(key)
        if kind == "repository":
            return self._things.add("repository", key)
        return self._things.known["back", key]
