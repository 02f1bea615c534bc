"""Real data behind real servers for the conformance suite of the kinds of data set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from refloat.data_sets.ldap import ADAPTER as LDAP
from refloat.data_sets.postgresql import ADAPTER as POSTGRESQL
from refloat.model.place import Place
from refloat.testing.data_set_conformance import Sample
from tests.real import servers

TABLES = """
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, joined timestamptz);
CREATE TABLE invoices (id serial PRIMARY KEY, customer int REFERENCES customers, cents int);
INSERT INTO customers (name, joined) SELECT 'Zoë ' || n, now() FROM generate_series(1, 500) n;
INSERT INTO invoices (customer, cents) SELECT n, 7 * n FROM generate_series(1, 500) n;
"""


@contextmanager
def postgresql(folder: Path) -> Iterator[Sample]:
    """Give a small shop: two tables that depend on each other."""
    with servers.postgresql() as database:
        database.sql(TABLES)
        target = database.target()
        # The way in that Refloat keeps for itself in a restored server.
        socket = f"/run/refloat/{hashlib.sha256(target.key.encode()).hexdigest()[:8]}"

        def asked(script: str) -> Callable[[Place], None]:
            def damage(place: Place) -> None:
                done = place.run(
                    (
                        *(f"{database.programs}/psql", "-Xqw", "-v", "ON_ERROR_STOP=1"),
                        *("-h", socket, "-p", str(database.port), "-U", "refloat_drill"),
                        *("-d", "shop", "-c", script),
                    ),
                    user=target.user,
                    timeout=30,
                )
                assert done.succeeded, done.errors

            return damage

        yield Sample(
            data_set=POSTGRESQL,
            source=database.source(folder),
            target=target,
            broken=database.source(folder, database="nothing"),
            damages={
                "a value changed": asked("UPDATE invoices SET cents = cents + 1 WHERE id = 99"),
                "a row gone": asked("DELETE FROM invoices WHERE id = 100"),
                "a sequence behind": asked("SELECT setval('customers_id_seq', 3)"),
                "a table gone": asked("DROP TABLE invoices"),
            },
            lose=database.stop,
        )


@contextmanager
def ldap(folder: Path) -> Iterator[Sample]:
    """Give a directory of some people."""
    with servers.directory() as directory:
        target = directory.target()

        def changed(change: str) -> Callable[[Place], None]:
            def damage(place: Place) -> None:
                bind = ("-x", "-D", f"cn=admin,{directory.suffix}", "-w", servers.PASSWORD)
                done = place.run(
                    ("/usr/bin/ldapmodify", "-H", directory.url, *bind),
                    user=target.user,
                    timeout=30,
                    standard_input=change.encode(),
                )
                assert done.succeeded, done.errors

            return damage

        name = f"cn=Zoë 9,{directory.suffix}"
        yield Sample(
            data_set=LDAP,
            source=directory.source(folder),
            target=target,
            broken=directory.source(folder, configuration=str(folder)),
            damages={
                "a value changed": changed(
                    f"dn: {name}\nchangetype: modify\nreplace: sn\nsn: other\n"
                ),
                "an entry gone": changed(f"dn: {name}\nchangetype: delete\n"),
            },
            lose=directory.stop,
        )
