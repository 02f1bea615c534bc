# ruff: noqa: S608 (nothing from outside is put into these texts)
"""What a PostgreSQL server is asked about itself: SQL alone, every answer a line of JSON.

The catalogues are those of the PostgreSQL manual, chapter 53. Definitions are printed by the server
with an empty search path, so that every name is complete. What belongs to an extension is left out:
a dump does not hold it either.
"""

from __future__ import annotations

SESSION = """
SET client_min_messages = error;
SET search_path = '';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET bytea_output = 'hex';
SET xmlbinary = 'base64';
SET lc_monetary = 'C';
SET row_security = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
"""
"""Fixes how values are written, so that the same value is the same text on every server."""

READABLE = "SET TimeZone = 'UTC';\nSET DateStyle = 'ISO, YMD';\n"
"""For a query of the plan: its own search path holds, only the form of times is fixed."""

ADMINISTRATOR = "refloat_drill"
"""The role that Refloat itself uses in a restored server; it is in no backup."""

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def _not_of_extension(catalogue: str, alias: str) -> str:
    return (
        "NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.deptype = 'e'"
        f" AND e.classid = 'pg_catalog.{catalogue}'::regclass AND e.objid = {alias}.oid)"
    )


def _rights(column: str, kind: str, owner: str) -> str:
    """Give SQL for the rights on an object: sorted, grantors left out, defaults spelled out."""
    return (
        "(SELECT string_agg(split_part(a::text, '/', 1), ' ' ORDER BY a::text COLLATE \"C\")"
        f' FROM unnest(coalesce({column}, acldefault({kind}::"char", {owner}))) AS a)'
    )


SERVER = """
SELECT json_build_object(
    'version', current_setting('server_version_num')::int,
    'said', current_setting('server_version'),
    'now', floor(extract(epoch FROM clock_timestamp()))::bigint,
    'position', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
        ELSE pg_current_wal_lsn() END::text,
    'bytes', pg_database_size(current_database()),
    'superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    'bootstrap', (SELECT rolname FROM pg_roles WHERE oid = 10),
    'tablespaces', (SELECT count(*) FROM pg_tablespace WHERE spcname !~ '^pg_'));
"""
"""One line on the server and the database. OID 10 is the role that initdb made
(``BOOTSTRAP_SUPERUSERID``, src/include/catalog/pg_authid.dat)."""

SETTINGS = """
SELECT json_build_object('setting', name, 'value', current_setting(name))
FROM pg_settings
WHERE source = 'configuration file' AND (
    category LIKE 'Client Connection Defaults%' OR category LIKE 'Version and Platform%'
    OR category = 'Customized Options'
    OR name IN ('max_connections', 'max_prepared_transactions', 'max_locks_per_transaction',
        'password_encryption'))
ORDER BY name;
"""
"""Settings of the server's own files that change what an application sees."""

ACCESS_RULES = """
SELECT json_build_object('type', type, 'database', database, 'user', user_name,
    'address', address, 'netmask', netmask, 'method', auth_method, 'options', options)
FROM pg_hba_file_rules WHERE error IS NULL ORDER BY line_number;
"""
"""Who may connect and how; superusers may ask it."""

SEQUENCE_NAMES = f"""
SELECT json_build_object('name', format('%I.%I', n.nspname, c.relname),
    'increment', s.seqincrement)
FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {_OURS} AND c.relpersistence <> 't' AND {_not_of_extension("pg_class", "c")};
"""

TABLE_NAMES = f"""
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND {_OURS} AND {_not_of_extension("pg_class", "c")};
"""

TABLES = f"""
SELECT json_build_object(
    'table', format('%I.%I', n.nspname, c.relname),
    'kind', c.relkind,
    'populated', c.relispopulated,
    'bytes', CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END,
    'parents', (SELECT coalesce(json_agg(format('%I.%I', pn.nspname, p.relname)), '[]')
        FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent
        JOIN pg_namespace AS pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid),
    'columns', (SELECT coalesce(json_agg(json_build_array(
            a.attname, quote_ident(a.attname), y.typname, y.typcategory) ORDER BY a.attnum), '[]')
        FROM pg_attribute AS a JOIN pg_type AS y ON y.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
    AND {_OURS} AND {_not_of_extension("pg_class", "c")};
"""
"""Tables, partitioned tables, materialised views and foreign tables, a line each."""

NUMBERED_COLUMNS = f"""
SELECT DISTINCT jsonb_build_object(
    'numbers', format('%I.%I', sn.nspname, s.relname),
    'table', format('%I.%I', n.nspname, c.relname), 'column', a.attname)
FROM pg_class AS s JOIN pg_namespace AS sn ON sn.oid = s.relnamespace
JOIN LATERAL (
    SELECT d.refobjid AS relation, d.refobjsubid AS number, true AS owned FROM pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
        AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT f.adrelid, f.adnum, false FROM pg_depend AS d
    JOIN pg_attrdef AS f ON f.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refobjid = s.oid
) AS uses ON true
JOIN pg_class AS c ON c.oid = uses.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = uses.number
JOIN pg_type AS y ON y.oid = a.atttypid
WHERE s.relkind = 'S' AND y.typname IN ('int2', 'int4', 'int8', 'numeric') AND {_OURS}
    AND (uses.owned OR EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid
        AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum));
"""
"""Columns that a sequence numbers: it is theirs (serial, identity), or their values are unique."""

ROLES = f"""
SELECT json_build_object('kind', 'role', 'name', rolname, 'is', concat_ws(' ', rolsuper, rolinherit,
    rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
    (SELECT string_agg(g.rolname, ',' ORDER BY g.rolname COLLATE "C") FROM pg_auth_members AS m
        JOIN pg_roles AS g ON g.oid = m.roleid WHERE m.member = r.oid)))
FROM pg_roles AS r WHERE rolname !~ '^pg_' AND rolname <> '{ADMINISTRATOR}';
"""

LARGE_OBJECTS = "SELECT json_build_object('large_objects', count(*)) FROM pg_largeobject_metadata;"

LARGE_OBJECT_CONTENTS = """
SELECT json_build_object('large_object_contents',
    coalesce(sum(hashtextextended(loid || ':' || pageno || ':' || md5(data), 0)), 0)::text)
FROM pg_largeobject;
"""
"""Superusers may ask it."""

_SCHEMAS = f"""
SELECT json_build_object('kind', 'schema', 'name', quote_ident(n.nspname),
    'is', concat_ws(' ', n.nspowner::regrole, {_rights("n.nspacl", "'n'", "n.nspowner")}))
FROM pg_namespace AS n WHERE {_OURS} AND {_not_of_extension("pg_namespace", "n")};
"""

_RELATION_RIGHTS = _rights(
    "c.relacl", "(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)", "c.relowner"
)

_RELATIONS = f"""
SELECT json_build_object(
    'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table'
        WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' WHEN 'S' THEN 'sequence'
        WHEN 'f' THEN 'foreign table' ELSE 'type' END,
    'name', format('%I.%I', n.nspname, c.relname),
    'is', concat_ws(' ', c.relpersistence, c.relowner::regrole, {_RELATION_RIGHTS},
        c.relrowsecurity, c.relforcerowsecurity, pg_get_partkeydef(c.oid),
        pg_get_expr(c.relpartbound, c.oid),
        (SELECT string_agg(o, ' ' ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o),
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
        (SELECT concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin,
            q.seqcache, q.seqcycle) FROM pg_sequence AS q WHERE q.seqrelid = c.oid),
        (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
                (SELECT o.collname FROM pg_collation AS o WHERE o.oid = a.attcollation)),
                ', ' ORDER BY a.attnum)
            FROM pg_attribute AS a
            LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND c.relkind <> 'S')))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND c.relpersistence <> 't'
    AND {_OURS} AND {_not_of_extension("pg_class", "c")};
"""

_CONSTRAINTS = f"""
SELECT json_build_object('kind', 'constraint',
    'name', format('%I.%s.%I', n.nspname, coalesce(c.relname, y.typname), k.conname),
    'is', pg_get_constraintdef(k.oid))
FROM pg_constraint AS k JOIN pg_namespace AS n ON n.oid = k.connamespace
LEFT JOIN pg_class AS c ON c.oid = k.conrelid LEFT JOIN pg_type AS y ON y.oid = k.contypid
WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
    AND (c.relpersistence IS NULL OR c.relpersistence <> 't')
    AND {_OURS} AND {_not_of_extension("pg_constraint", "k")}
    AND (c.oid IS NULL OR {_not_of_extension("pg_class", "c")});
"""

_INDEXES = f"""
SELECT json_build_object('kind', 'index', 'name', format('%I.%I', n.nspname, c.relname),
    'is', pg_get_indexdef(c.oid))
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_class AS r ON r.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indisvalid AND c.relpersistence <> 't' AND {_OURS} AND {_not_of_extension("pg_class", "r")};
"""
"""An index that a failed CREATE INDEX CONCURRENTLY left invalid is in no dump."""

_FUNCTIONS = f"""
SELECT json_build_object('kind', 'function', 'name', format('%I.%I(%s)', n.nspname, p.proname,
        pg_get_function_identity_arguments(p.oid)),
    'is', concat_ws(' ', p.proowner::regrole, {_rights("p.proacl", "'f'", "p.proowner")},
        CASE WHEN p.prokind = 'a' THEN
            (SELECT concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggtranstype::regtype,
                g.agginitval) FROM pg_aggregate AS g WHERE g.aggfnoid = p.oid)
        ELSE pg_get_functiondef(p.oid) END))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE {_OURS} AND {_not_of_extension("pg_proc", "p")};
"""

_TRIGGERS = f"""
SELECT json_build_object('kind', 'trigger',
    'name', format('%I.%I.%I', n.nspname, c.relname, t.tgname),
    'is', concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid)))
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {_OURS} AND {_not_of_extension("pg_class", "c")};
"""

_TYPES = f"""
SELECT json_build_object('kind', 'type', 'name', format('%I.%I', n.nspname, y.typname),
    'is', concat_ws(' ', y.typtype, y.typowner::regrole, y.typnotnull, y.typdefault,
        CASE WHEN y.typtype = 'd' THEN format_type(y.typbasetype, y.typtypmod) END,
        (SELECT string_agg(l.enumlabel, ',' ORDER BY l.enumsortorder) FROM pg_enum AS l
            WHERE l.enumtypid = y.oid),
        (SELECT g.rngsubtype::regtype FROM pg_range AS g WHERE g.rngtypid = y.oid)))
FROM pg_type AS y JOIN pg_namespace AS n ON n.oid = y.typnamespace
WHERE y.typtype IN ('e', 'd', 'r') AND {_OURS} AND {_not_of_extension("pg_type", "y")};
"""

_POLICIES = """
SELECT json_build_object('kind', 'policy', 'name', format('%I.%I.%I', schemaname, tablename,
        policyname), 'is', concat_ws(' ', permissive, roles, cmd, qual, 'check', with_check))
FROM pg_policies;
"""

_RULES = """
SELECT json_build_object('kind', 'rule',
    'name', format('%I.%I.%I', schemaname, tablename, rulename), 'is', definition)
FROM pg_rules WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema';
"""

_EXTENSIONS = """
SELECT json_build_object('kind', 'extension', 'name', extname, 'is', extnamespace::regnamespace)
FROM pg_extension;
"""

_OTHERS = f"""
SELECT json_build_object('kind', 'event trigger', 'name', evtname,
    'is', concat_ws(' ', evtevent, evtenabled, evtfoid::regproc))
FROM pg_event_trigger AS t WHERE {_not_of_extension("pg_event_trigger", "t")};
SELECT json_build_object('kind', 'publication', 'name', pubname, 'is', puballtables)
FROM pg_publication;
SELECT json_build_object('kind', 'collation', 'name', format('%I.%I', n.nspname, c.collname),
    'is', concat_ws(' ', c.collprovider, c.collisdeterministic))
FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
WHERE {_OURS} AND {_not_of_extension("pg_collation", "c")};
SELECT json_build_object('kind', 'statistics', 'name', format('%I.%I', n.nspname, s.stxname),
    'is', pg_get_statisticsobjdef(s.oid))
FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace WHERE {_OURS};
SELECT json_build_object('kind', 'default rights', 'name', concat_ws(' ', d.defaclrole::regrole,
        d.defaclnamespace::regnamespace, d.defaclobjtype),
    'is', {_rights("d.defaclacl", "d.defaclobjtype", "d.defaclrole")})
FROM pg_default_acl AS d;
"""

DEFINITIONS = (
    _SCHEMAS + _RELATIONS + _CONSTRAINTS + _INDEXES + _FUNCTIONS + _TRIGGERS + _TYPES + _POLICIES
    + _RULES + _EXTENSIONS + _OTHERS
)  # fmt: skip
"""Everything that a database defines, a line each: ``kind``, ``name``, and what it ``is``."""
