"""How each control is spoken of: what is counted, what is good, and what would change the outcome.

``{first}`` stands for the first thing that fails or is not known.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Speech:
    """The words for one control.

    Attributes:
        things: what is counted.
        good: what is so when it is effective.
        nothing: what is said when there is nothing to look at.
        mend: the fact that would turn an ineffective control.
        look: the fact that would make known what is not.
        lose: the fact that would turn an effective one.
    """

    things: str
    good: str
    nothing: str
    mend: str
    look: str
    lose: str


_RIGHTS = "pairs of an account and a place of copies"


def _rights(good: str, whose: str, what: str) -> Speech:
    return Speech(
        things=_RIGHTS,
        good=good,
        nothing=f"Nobody said which {whose} there are, or where copies are kept.",
        mend=f"A look at the rights of {{first}} that shows that it cannot {what} any more.",
        look=f"A look at the rights of {{first}} that shows whether it can {what}.",
        lose=f"A look that shows that one of them can {what}.",
    )


_USERS, _OTHERS = "accounts without privileges", "privileged accounts"
_READ, _OWN, _ALTER = (
    "read the copies of other accounts",
    "read its own copies",
    "change or delete copies",
)

SPEECHES = {
    "ISM-1511": Speech(
        "data sets",
        "Every data set is copied as often, and kept as long, as was approved.",
        "There is no data set to look at.",
        "Copies of {first} as often and for as long as was approved, and the approval itself.",
        "A recovery point of {first}, as its tool tells of it, with the time when it expires.",
        "A newest copy that is older than was approved.",
    ),
    "ISM-1810": Speech(
        "groups of data sets that belong together",
        "All copies of what belongs together can be brought back to one point in time.",
        "There are no copies to look at.",
        "Copies of everything in {first} from one time.",
        "A word in the plan on whether the data sets of {first} belong together.",
        "Newest copies of one group that lie further apart than is allowed.",
    ),
    "ISM-1811": Speech(
        "data sets with copies",
        "Every data set has copies in two places that do not break together, encrypted and whole.",
        "There are no copies to look at.",
        "A second copy of {first} elsewhere, encrypted and found to be whole.",
        "A recovery point of {first} that tells where its copies are, whether they are encrypted, "
        "and whether they are whole.",
        "A copy that is lost, open, or found to be damaged.",
    ),
    "ISM-1515": Speech(
        "exercises",
        "An exercise restored a significant part of a system to one point in time, with a report.",
        "No exercise is on record.",
        "An exercise that restores a whole service to one point in time, with a report.",
        "The record of an exercise that restored a whole service to one point in time.",
        "A year without another such exercise.",
    ),
    "ISM-1812": _rights("No account without privileges can read others' copies.", _USERS, _READ),
    "ISM-1814": _rights(
        "No account without privileges can change or delete copies.", _USERS, _ALTER
    ),
    "ISM-1705": _rights("No privileged account can read others' copies.", _OTHERS, _READ),
    "ISM-1707": _rights("No privileged account can change or delete copies.", _OTHERS, _ALTER),
    "ISM-1813": _rights("No account without privileges can read its own copies.", _USERS, _OWN),
    "ISM-1706": _rights("No privileged account can read its own copies.", _OTHERS, _OWN),
    "ISM-1708": Speech(
        "places of copies",
        "Not even backup administrators can change or delete copies while they are to be kept.",
        "Nobody said where copies are kept.",
        "A lock that nobody can lift, or a look that shows that copies can neither be changed nor "
        "deleted any more: {first}.",
        "A look at the lock, or at the rights of backup administrators: {first}.",
        "A lock that ends or is lifted before the copies are no longer to be kept.",
    ),
}
"""By control."""
