#!/usr/bin/env python3
"""A store that the first schema made, with something in each table, comes forward whole: migration.py NEARCAST-CONTROLLER. TAP.

schema-001.sql are rows of it, as such a program wrote them. It is never edited, as its schema is not.
"""
import hashlib
import json
import pathlib
import re
import sqlite3
import sys

from ordering import PATH, all_there
from postgresql import new_stores
from server import Client, Controller, case, run_cases

folder = pathlib.Path(__file__).resolve().parent
schema_folder = folder.parents[1] / 'src/store/schema'
VERSIONS = ('CREATE TABLE schema_versions (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, '
            'applied_at BIGINT NOT NULL, program TEXT NOT NULL)')


def old_schema(dialect, until='001-controller'):
    """The first schema, or all until one, as src/store/embed-schema.py makes it for a database, and the rows that say so."""
    sql = VERSIONS + ';\n'
    for number, file in enumerate(sorted(schema_folder.glob('*.sql')), 1):
        source = file.read_text()
        one = re.sub(r'\s*--.*', '', source)
        if dialect == 'sqlite':
            sql += re.sub(r'^\);', ') STRICT;', re.sub(r'\bBIGINT\b', 'INTEGER', one), flags=re.M)
        else:
            sql += re.sub(r'\bTEXT\b', 'TEXT COLLATE "C"', one)
        checksum = hashlib.sha256(source.encode()).hexdigest()
        sql += f";\nINSERT INTO schema_versions VALUES ({number}, '{file.stem}', '{checksum}', 0, 'nearcast-controller 0.1.0');\n"
        if file.stem == until:
            return sql
    raise AssertionError(f'no schema {until}')


def rows():
    """Each row of schema-001.sql: its table, and its values by column, as a database reads them."""
    text = (folder / 'schema-001.sql').read_text()
    memory = sqlite3.connect(':memory:')
    memory.executescript(old_schema('sqlite') + text)
    memory.row_factory = sqlite3.Row
    tables = set(re.findall(r'^INSERT INTO (\w+)', text, re.M))
    return {table: [dict(row) for row in memory.execute(f'SELECT * FROM {table}')] for table in sorted(tables)}


def check(controller, token, read):
    """read(sql): rows as dicts, from the store after it came forward."""
    for table, before in rows().items():
        after = read(f'SELECT * FROM {table}')
        for row in before:
            assert any(row.items() <= other.items() for other in after), (table, row, after)
        assert table in ('audit', 'idempotency_keys') or len(after) == len(before), (table, after)
    admin = Client(controller.port, token)
    for path in ('projects', 'pools', 'sites', 'hosts', 'tokens', 'audit', 'projects/alpha/services', 'projects/alpha/global-ips?state=all'):
        assert admin.ask('GET', f'/api/v1/{path}', status=200).json['items'], path
    said = [json.loads(line) for line in controller.command('export').splitlines()]
    ids = {row['id'] for table, part in rows().items() for row in part
           if table in ('projects', 'pools', 'global_ips', 'sites', 'hosts', 'services', 'audit')}
    text = json.dumps(said)
    assert not [one for one in ids if one not in text], 'not exported'
    prefixes = {item['prefix'] for item in all_there(admin)}
    new = admin.ask('POST', PATH, {'quantity': 1}, status=201).json['prefix']
    assert new not in prefixes


def token_of():
    """Whose hash is in it: it opens nothing else."""
    return re.search(r'nct_[\w-]{43}', (folder / 'schema-001.sql').read_text())[0]


@case
def sqlite_comes_forward(program, _):
    with Controller(program) as controller:
        db = sqlite3.connect(controller.conf['store'])
        db.executescript(old_schema('sqlite') + (folder / 'schema-001.sql').read_text())
        db.close()
        controller.start()
        db = sqlite3.connect(controller.conf['store'])
        db.row_factory = sqlite3.Row
        check(controller, token_of(), lambda sql: [dict(row) for row in db.execute(sql)])
        db.close()


@case
def postgresql_comes_forward(program, new_store):
    with Controller(program, new_store()) as controller:
        name, server = f't{new_store.count}', new_store.server
        script = server.path / 'old.sql'
        script.write_text(old_schema('postgresql') + (folder / 'schema-001.sql').read_text())
        script.chmod(0o644)
        done = server.run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', server.url(name), '-f', script)
        assert done.returncode == 0, done.stderr
        controller.start()
        check(controller, token_of(), lambda sql: [
            json.loads(line) for line in server.do(f'SELECT row_to_json(t) FROM ({sql}) t', name)])


@case
def what_had_not_failed_is_told_from_what_had(program, _):
    """Steps of rollouts that were only under way were kept as failed, with a reason that said otherwise."""
    told = {'site a fails with the change: status 503': 'failed', 'the rollout was taken back while it was under way': 'taken-back',
            'the rollout was stopped while it was under way': 'stopped', 'the rollout stopped while it was under way': 'stopped', 'too few other sites stand': 'stopped'}
    with Controller(program) as controller:
        db = sqlite3.connect(controller.conf['store'])
        db.executescript(old_schema('sqlite', '010-catchment-places'))
        db.execute("INSERT INTO projects (id, name, max_ipv4, max_ipv6, max_services, created_at) VALUES ('p', 'p', 1, 1, 1, 0)")
        db.execute("INSERT INTO services (id, project, name, host_name, document, lease_time, created_at) VALUES ('s', 'p', 's', 'p.s', '{}', 1, 0)")
        db.execute("INSERT INTO rollouts (id, kind, service, state, created_at, at_once) VALUES ('r', 'drain', 's', 'done', 0, 1)")
        for i, why in enumerate(told):
            db.execute('INSERT INTO sites (id, name, created_at) VALUES (?, ?, 0)', (f's{i}', f's{i}'))
            db.execute("INSERT INTO rollout_steps (rollout, position, site, state, reason, watched, started_at) VALUES ('r', ?, ?, 'failed', ?, 5, 7)", (i, f's{i}', why))
        db.commit()
        controller.start()
        after = db.execute('SELECT state, reason, watched, started_at FROM rollout_steps ORDER BY position').fetchall()
        assert after == [(state, '' if state == 'taken-back' else why, 5, 7) for why, state in told.items()], after
        db.close()


with new_stores(True) as stores:
    run_cases(sys.argv[1], stores)
