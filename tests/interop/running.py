"""How a file of cases runs: in namespaces of its own, one case after the other, told as TAP."""
import pathlib
import tempfile
import time

import network

LINES = 100     # of each log, of a case that failed


def in_namespaces(run, **programs):
    """What run() returns, called inside. programs: where each stands that it needs, None for one that is missing."""
    if network.is_inside():
        return run()
    missing = [name for name, path in programs.items() if not path]
    print(f'1..0 # SKIP {"not installed: " + ", ".join(missing) if missing else network.go_inside()}')
    return 0


def chosen(cases, names):
    """Those with one of the names; without names, all."""
    return [case for case in cases if not names or case.__name__ in names]


def run_cases(cases, make):
    """Runs each with make(FOLDER), which has end(), as (name, function) or as a function with a name. Gives the exit
    status. What a case returns is why it was skipped; one that raises anything has failed, and its logs are shown."""
    cases = [case if isinstance(case, tuple) else (case.__name__, case) for case in cases]
    failed = 0
    print(f'1..{len(cases)}', flush=True)
    for number, (name, case) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix='nearcast-case-') as folder:
            start, problem, skipped = time.monotonic(), '', None
            what = make(pathlib.Path(folder))
            try:
                skipped = case(what)
            except Exception as e:  # one that falls over has failed too
                problem = f'{type(e).__name__}: {e}'
            finally:
                what.end()
            print(f'{"not ok" if problem else "ok"} {number} - {name}{f" # SKIP {skipped}" if skipped else ""}')
            if problem:
                failed += 1
                tell(problem, pathlib.Path(folder))
        print(f'# {time.monotonic() - start:.2f} s', flush=True)
    return 1 if failed else 0


def tell(problem, folder):
    for line in problem.splitlines():
        print(f'# {line}')
    for log in sorted(folder.glob('**/*.log')):
        for line in log.read_text(errors='replace').splitlines()[-LINES:]:
            print(f'# {log.name}: {line}')
