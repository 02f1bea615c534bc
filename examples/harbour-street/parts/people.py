"""The five hundred people of Harbour Street Dental, the same in every home."""

from __future__ import annotations

import dataclasses
import itertools

from parts.layout import DENTIST

STAFF = 500
DENTISTS = 40
RECEPTION = 30

_GIVEN_NAMES = (
    "Dana Noah Zoë Liam Søren Mia Ángel Ivy Łukasz Ruby Hamish Chloé Arjun Matilda Tuấn "
    "Greta Oscar Yuki Finn Leilani Omar Freya Jürgen Anahera Kofi"
)
_FAMILY_NAMES = (
    "Reyes Nguyễn O'Brien Müller Kaur Smith Papadopoulos Wójcik Tran García Lindqvist Okafor "
    "Walker Tamihana Çelik Rossi Dvořák Haddad MacLeod Yamamoto"
)
# What the names become in an account's name, where only ASCII is allowed.
_PLAIN = str.maketrans("ëøÁŁéấüễóíÇřá", "eoALeaueoiCra")


@dataclasses.dataclass(frozen=True)
class Person:
    """One member of staff: account name, names, and what the person does."""

    account: str
    given: str
    family: str
    role: str


def staff() -> list[Person]:
    """Return everybody: dentists first, then reception, then the other staff."""
    names = itertools.islice(itertools.product(_FAMILY_NAMES.split(), _GIVEN_NAMES.split()), STAFF)
    people = []
    for number, (family, given) in enumerate(names):
        plain = f"{given}.{family}".translate(_PLAIN).replace("'", "").lower()
        people.append(Person(plain, given, family, _role(number)))
    if people[0].account != DENTIST:
        raise AssertionError(f"{DENTIST} must be the first dentist")
    return people


def dentists() -> list[Person]:
    """Return the dentists alone, in the order in which the database numbers them from 1."""
    return staff()[:DENTISTS]


def _role(number: int) -> str:
    if number < DENTISTS:
        return "dentist"
    return "reception" if number < DENTISTS + RECEPTION else "staff"
