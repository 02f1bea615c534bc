"""``identity``: who works here, in OpenLDAP, configured in itself (``cn=config``)."""

from __future__ import annotations

import base64
import secrets
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import ldap3
from ldap3.core.exceptions import LDAPException

from parts import processes
from parts.layout import ADMINISTRATOR, DENTIST, SUFFIX, Layout, account, make_folder
from parts.people import Person, staff
from parts.secrecy import read_secret, salted_hash

NAME = "identity"
_ACCOUNT = "openldap"
_SLAPD = "/usr/sbin/slapd"
_SLAPADD = "/usr/sbin/slapadd"


def build(layout: Layout) -> None:
    """Make the directory's configuration and its five hundred people from nothing."""
    owner = account(_ACCOUNT)
    layout.forget(NAME)
    for folder in (layout.identity, layout.identity / "slapd.d", layout.identity / "data"):
        make_folder(folder, owner, 0o700)
    make_folder(layout.identity / "run", owner, 0o755)
    # The folder itself is entered by whoever connects to the socket.
    layout.identity.chmod(0o755)
    configuration = str(layout.identity / "slapd.d")
    for database, content in (("0", _configuration(layout)), ("1", _entries(layout))):
        arguments = (_SLAPADD, "-q", "-F", configuration, "-n", database)
        processes.run(arguments, owner, layout.identity, content)
    layout.mark_built(NAME)


def start(layout: Layout) -> None:
    """Start slapd on 127.0.0.1 and on its own socket, and wait until it answers."""
    if processes.is_running(layout, NAME):
        return
    processes.require_free(layout.directory_port)
    socket = quote(str(layout.identity / "run" / "ldapi"), safe="")
    addresses = f"ldap://127.0.0.1:{layout.directory_port}/ ldapi://{socket}/"
    configuration = str(layout.identity / "slapd.d")
    # -d keeps it in the foreground, where its process id is ours to know.
    arguments = (_SLAPD, "-d", "0", "-h", addresses, "-F", configuration)
    processes.start(layout, NAME, arguments, account(_ACCOUNT))
    processes.wait_until(layout, NAME, lambda: _complaint(layout))


def stop(layout: Layout) -> None:
    """End slapd."""
    processes.stop(layout, NAME, signal.SIGTERM)


def _complaint(layout: Layout) -> str | None:
    """Sign in as the administrator; return what is wrong, or None."""
    server = ldap3.Server("127.0.0.1", layout.directory_port, connect_timeout=1)
    password = read_secret(layout.secrets / "ldap-admin")
    try:
        ldap3.Connection(server, ADMINISTRATOR, password, auto_bind=True).unbind()
    except LDAPException as problem:
        return str(problem)
    return None


def _configuration(layout: Layout) -> str:
    """Return cn=config as LDIF: see slapd-config(5)."""
    password = salted_hash(read_secret(layout.secrets / "ldap-admin"))
    return f"""\
dn: cn=config
objectClass: olcGlobal
cn: config

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
include: file:///etc/ldap/schema/inetorgperson.ldif

dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcDbDirectory: {_quoted(layout.identity / "data")}
olcDbMaxSize: 268435456
olcSuffix: {SUFFIX}
olcRootDN: {ADMINISTRATOR}
olcRootPW: {password}
olcDbIndex: objectClass eq
olcDbIndex: uid eq
olcDbIndex: member eq
olcAccess: to attrs=userPassword by self write by anonymous auth by * none
olcAccess: to * by users read by * none
"""


def _entries(layout: Layout) -> str:
    """Return the organisation, its people and its groups as LDIF."""
    people = staff()
    groups = {"dentists": "dentist", "reception": "reception"}
    lines = list(_organisation())
    for number, person in enumerate(people):
        lines.extend(_person(layout, number, person))
    for group, role in groups.items():
        members = (person for person in people if person.role == role)
        lines.extend(_group(group, members))
    return "\n".join(lines)


def _organisation() -> Iterator[str]:
    yield f"dn: {SUFFIX}\nobjectClass: organization\nobjectClass: dcObject"
    yield "o: Harbour Street Dental\ndc: harbourstreet\n"
    for unit in ("people", "groups"):
        yield f"dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n"


def _person(layout: Layout, number: int, person: Person) -> Iterator[str]:
    # Nobody knows the others' passwords: a business of this size has five hundred of its own.
    known = person.account == DENTIST
    password = read_secret(layout.secrets / "dentist") if known else secrets.token_urlsafe(24)
    yield f"dn: uid={person.account},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson"
    yield f"uid: {person.account}\nemployeeNumber: {number + 1}\nemployeeType: {person.role}"
    yield f"cn:: {_encoded(f'{person.given} {person.family}')}"
    yield f"givenName:: {_encoded(person.given)}\nsn:: {_encoded(person.family)}"
    yield f"mail: {person.account}@harbourstreet.example"
    yield f"userPassword: {salted_hash(password)}\n"


def _group(name: str, members: Iterable[Person]) -> Iterator[str]:
    yield f"dn: cn={name},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}"
    yield from (f"member: uid={member.account},ou=people,{SUFFIX}" for member in members)
    yield ""


def _quoted(folder: Path) -> str:
    """Return a path as slapd.conf(5) reads it: in quotes where it holds spaces."""
    return f'"{folder}"' if " " in str(folder) else str(folder)


def _encoded(text: str) -> str:
    """Return text as LDIF wants it where it may hold more than ASCII: RFC 2849."""
    return base64.b64encode(text.encode()).decode()
