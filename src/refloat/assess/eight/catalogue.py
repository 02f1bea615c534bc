"""The eleven controls of the strategy "Regular backups", as data, in our own words.

Sources: the Information Security Manual's catalogue of controls, release v2025.12.9 (December 2025,
CC BY 4.0, https://github.com/AustralianCyberSecurityCentre/ism-oscal), with its profiles of the
Essential Eight; the Essential Eight maturity model of November 2023. Another release is another
``Catalogue``; nothing else has to change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One control of the catalogue.

    Attributes:
        key: its id (``ISM-1511``).
        title: what it is about, in a few words.
        demand: what it asks for, in our own words.
        levels: the maturity levels that need it.
        revision: its revision in the catalogue.
        updated: when that was, as the catalogue writes it.
    """

    key: str
    title: str
    demand: str
    levels: tuple[int, ...]
    revision: int
    updated: str


@dataclass(frozen=True)
class Catalogue:
    """One edition of the controls.

    Attributes:
        strategy: the strategy of the Essential Eight that it is about.
        edition: which edition, in words.
        version: the release of the catalogue.
        identity: the catalogue's own UUID.
        profiles: by maturity level, the UUID of its profile.
        controls: the controls, in the order in which they are told.
    """

    strategy: str
    edition: str
    version: str
    identity: str
    profiles: tuple[str, ...]
    controls: tuple[Control, ...]

    def needed(self, level: int) -> tuple[Control, ...]:
        """Give the controls that a maturity level needs; those of lower levels are among them."""
        return tuple(one for one in self.controls if level in one.levels)


_ALL, _TWO, _THREE = (1, 2, 3), (2, 3), (3,)

CATALOGUE = Catalogue(
    strategy="Regular backups",
    edition=(
        "Information Security Manual v2025.12.9 (December 2025), "
        "Essential Eight maturity model of November 2023"
    ),
    version="v2025.12.9",
    identity="abea4b79-3bd3-4f68-a333-85cbebb5100d",
    profiles=(
        "2d849506-2baf-4d5f-83c8-14ff5198efee",
        "d0e81293-52b7-4d60-9c26-bb3eed27af8a",
        "619c9583-ce5c-49a0-b70c-10f4a68337a4",
    ),
    controls=(
        Control(
            "ISM-1511",
            "Backed up as often and kept as long as the business needs",
            "Data, applications and settings are backed up, and the backups kept, as often and as "
            "long as their criticality to the business and its continuity call for.",
            _ALL,
            4,
            "Dec-23",
        ),
        Control(
            "ISM-1810",
            "Backups can be brought back to one common point in time",
            "Backups of data, applications and settings are coordinated, so that everything can be "
            "brought back to one common point in time.",
            _ALL,
            1,
            "Dec-23",
        ),
        Control(
            "ISM-1811",
            "Backups are kept securely and resiliently",
            "Backups are kept in a way that is secure and that withstands a loss.",
            _ALL,
            1,
            "Dec-23",
        ),
        Control(
            "ISM-1515",
            "Restoring to a common point in time is exercised",
            "Restoring data, applications and settings to a common point in time is tested as part "
            "of disaster recovery exercises.",
            _ALL,
            4,
            "Dec-23",
        ),
        Control(
            "ISM-1812",
            "Unprivileged accounts cannot read other accounts' backups",
            "Accounts without privileges cannot get at the backups of other accounts.",
            _ALL,
            1,
            "Sep-24",
        ),
        Control(
            "ISM-1814",
            "Unprivileged accounts cannot change or delete backups",
            "Accounts without privileges can neither modify nor delete backups.",
            _ALL,
            1,
            "Sep-24",
        ),
        Control(
            "ISM-1705",
            "Privileged accounts cannot read other accounts' backups",
            "Privileged accounts other than those of backup administrators cannot get at the "
            "backups of other accounts.",
            _TWO,
            2,
            "Sep-24",
        ),
        Control(
            "ISM-1707",
            "Privileged accounts cannot change or delete backups",
            "Privileged accounts other than those of backup administrators can neither modify nor "
            "delete backups.",
            _TWO,
            2,
            "Sep-24",
        ),
        Control(
            "ISM-1813",
            "Unprivileged accounts cannot read their own backups",
            "Accounts without privileges cannot even get at their own backups.",
            _THREE,
            1,
            "Sep-24",
        ),
        Control(
            "ISM-1706",
            "Privileged accounts cannot read their own backups",
            "Privileged accounts other than those of backup administrators cannot even get at "
            "their own backups.",
            _THREE,
            2,
            "Sep-24",
        ),
        Control(
            "ISM-1708",
            "Backup administrators cannot change or delete backups while they are kept",
            "Not even backup administrators can modify or delete backups as long as they are to be "
            "kept; a sealed account for emergencies alone can.",
            _THREE,
            2,
            "Dec-23",
        ),
    ),
)
"""The edition that is judged by."""
