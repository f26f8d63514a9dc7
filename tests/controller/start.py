#!/usr/bin/env python3
"""What nearcast-controller says when it cannot start, and what it leaves: start.py NEARCAST-CONTROLLER. TAP."""
import pathlib
import subprocess
import sys
import tempfile

from server import DEADLINE, Controller, case, run_cases


@case
def a_store_that_is_no_database(program):
    """It is left as it is, and alone."""
    with Controller(program) as controller:
        store = controller.path / 'store.db'
        store.write_text('a letter\n')
        said = controller.command(status=1)
        assert said == f'nearcast-controller: {store}: file is not a database\n', said
        assert [path.name for path in controller.path.glob('store*')] == ['store.db']
        assert store.read_text() == 'a letter\n'


@case
def a_folder_that_is_not_there(program):
    with Controller(program, store='/nonexist/x.db') as controller:
        said = controller.command(status=1)
        assert said == 'nearcast-controller: /nonexist/x.db: there is no such folder\n', said


@case
def a_configuration_that_says_nothing(program):
    """Every key has a default."""
    with tempfile.TemporaryDirectory() as folder:
        conf = pathlib.Path(folder) / 'controller.yaml'
        printed = []
        for text in ('', '\n', '# listen: 127.0.0.1:1\n  # store: x', '{}\n'):
            conf.write_text(text)
            done = subprocess.run([program, '-c', conf, '--check'], capture_output=True, text=True, check=False, timeout=DEADLINE)
            assert done.returncode == 0, done.stderr
            printed.append(done.stdout)
        assert len(set(printed)) == 1 and '127.0.0.1:8179' in printed[0], printed
        conf.write_text('# a comment\nlisten: 1\n')
        done = subprocess.run([program, '-c', conf, '--check'], capture_output=True, text=True, check=False, timeout=DEADLINE)
        assert done.returncode == 1 and f'{conf}:2:' in done.stderr, done
        done = subprocess.run([program, '-c', f'{folder}/none.yaml', '--check'], capture_output=True, text=True, check=False, timeout=DEADLINE)
        assert done.returncode == 1 and 'none.yaml' in done.stderr, done


run_cases(sys.argv[1])
