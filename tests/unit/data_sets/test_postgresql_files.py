"""Texts for a restored server, and messages that must not quote a row."""

from __future__ import annotations

from refloat.data_sets._postgresql import files
from refloat.data_sets._postgresql.place import Layout, without_rows
from refloat.data_sets._postgresql.programs import password_line


def test_messages_name_objects_but_quote_no_row() -> None:
    said = """pg_restore: error: COPY failed for table "people": ERROR:  duplicate key value\
 violates unique constraint "people_key"
DETAIL:  Key (name)=(Dana Reyes) already exists.
CONTEXT:  COPY people, line 3: "Dana Reyes"
Command was: COPY public.people
pg_restore: error: invalid input syntax for type integer: "Dana Reyes"
"""
    kept = without_rows(said)
    assert 'constraint "people_key"' in kept
    assert 'type integer: "…"' in kept
    assert "Dana" not in kept
    assert without_rows("") == "(it said nothing)"


def test_access_rules_keep_their_order_and_meaning() -> None:
    rows = [
        {
            "type": "host",
            "database": ["all", "Odd db"],
            "user": ["+staff", "sam"],
            "address": "127.0.0.1",
            "netmask": "255.255.255.255",
            "method": "scram-sha-256",
            "options": ["map=ours", "clientname=CN"],
        },
        {
            "type": "local",
            "database": ["sameuser"],
            "user": ["all"],
            "address": None,
            "netmask": None,
            "method": "peer",
            "options": None,
        },
    ]
    assert files.rules(rows).splitlines() == [
        "local all refloat_drill peer map=refloat",
        'host all,"Odd db" +staff,"sam" 127.0.0.1 255.255.255.255 scram-sha-256 "clientname=CN"',
        "local sameuser all  peer ",
    ]
    assert "md5" in files.rules([])


def test_settings_are_quoted() -> None:
    text = files.configuration({"a.b": "it's \\ odd"}, ("/run/a, b",), "127.0.0.1", "5432")
    assert "a.b = 'it''s \\\\ odd'\n" in text
    assert "unix_socket_directories = '\"/run/a, b\"'\n" in text


def test_the_first_role_is_not_made_twice() -> None:
    roles = "CREATE ROLE app;\nCREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER;\n"
    assert files.roles_without(roles, "postgres") == (
        "CREATE ROLE app;\n\nALTER ROLE postgres WITH SUPERUSER;\n"
    )
    assert files.roles_without('CREATE ROLE "The First";\n', "The First") == "\n"


def test_a_password_file_is_escaped() -> None:
    assert password_line("a:b\\c") == b"*:*:*:*:a\\:b\\\\c\n"


def test_sockets_stay_short_whatever_the_component_is_called() -> None:
    layout = Layout("x" * 90, "5432", "", "127.0.0.1")
    assert len(f"{layout.own_socket}/.s.PGSQL.65535") < 107
