#!/usr/bin/env python3
"""Orders by many clients while PostgreSQL is taken away in every way: outages.py NEARCAST-CONTROLLER [--seed N]. TAP.

What is answered meanwhile is a problem document that says what is true: nothing was changed, or that it is not
known. Some orders are not repeated, so that it shows whether that was so. Afterwards all goes on by itself.
"""
import argparse
import signal
import subprocess
import threading
import time

from ordering import Orders, all_there, make_room
from postgresql import PostgreSQL
from server import Client, Controller, case, run_cases


def order_while(args, controllers, token, disturb):
    """Orders at all controllers while disturb(orders) runs; then they end, and what is there is checked."""
    admin = Client(controllers[0].port, token)
    make_room(admin)
    orders = Orders(args.orders, args.seed, once=0.3)
    orders.begin(args.clients, [controller.port for controller in controllers], token)
    disturb(orders)
    orders.join()
    print(f'# seed {args.seed}: {len(orders.acknowledged)} made, {len(orders.refused)} not, {len(orders.unknown)} not known, '
          f'{orders.unclear} answers were not clear', flush=True)
    assert len(orders.acknowledged) > args.orders / 3, 'it does not recover'
    orders.check(all_there(admin))


def with_server(args, disturb, controllers=1):
    """disturb(server, orders)."""
    with PostgreSQL() as server:
        url = server.create('first')
        running = [Controller(args.program, url) for _ in range(controllers)]
        try:
            token = running[0].command('init').strip()
            for controller in running:
                controller.start()
            order_while(args, running, token, lambda orders: disturb(server, orders))
        finally:
            for controller in running:
                controller.__exit__()


@case
def restarted_in_every_way(args):
    def disturb(server, orders):
        for number, how in enumerate((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, signal.SIGINT, signal.SIGKILL), 1):
            orders.wait_for(len(orders.acknowledged) + orders.count // 20)
            server.stop(how)
            if number % 2:
                time.sleep(0.3)  # nobody listens
            server.start()
    with_server(args, disturb)


@case
def stopped_in_the_midst_of_it(args):
    """Longer than a controller waits for an answer; then the server goes on, with all that it had been told."""
    def disturb(server, orders):
        orders.wait_for(orders.count // 10)
        server.signal_all(signal.SIGSTOP)
        unclear = orders.unclear
        until = time.monotonic() + 60
        while orders.unclear == unclear and time.monotonic() < until:
            time.sleep(0.05)
        assert orders.unclear > unclear, 'nobody was answered'
        server.signal_all(signal.SIGCONT)
    with_server(args, disturb)


@case
def connections_ended_by_the_server(args):
    def disturb(server, orders):
        while orders.are_under_way():
            server.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nearcast-controller'")
            time.sleep(0.2)
            if len(orders.acknowledged) > orders.count / 2:
                return
    with_server(args, disturb)


@case
def said_once_and_in_its_health(args):
    """However many are refused meanwhile, an operator reads one line when it is away, and one when it is back."""
    # one worker: each of several would meet the end of its own connection
    with PostgreSQL() as server, Controller(args.program, server.create('first'), workers=1) as controller:
        token = controller.command('init').strip()
        controller.start()
        client = Client(controller.port, token)
        client.ask('GET', '/api/v1/projects', status=200)
        server.stop(signal.SIGQUIT)
        for _ in range(20):
            answer = client.ask('GET', '/api/v1/projects', status=503)
            assert answer.headers['Content-Type'] == 'application/problem+json', answer
        server.start()
        until = time.monotonic() + 60
        while client.ask('GET', '/healthz').status != 200:
            assert time.monotonic() < until, 'it does not find the server again'
            time.sleep(0.05)
        client.ask('GET', '/api/v1/projects', status=200)
        assert client.ask('GET', '/healthz').json['problems'] == []
        lines = controller.log.read_text().splitlines()
        for words in ('store: away: ', 'store: is well again'):
            assert sum(words in line for line in lines) == 1, [line for line in lines if words in line]


@case
def away_when_it_starts(args):
    """It waits, says so once and in its health, and serves as soon as the server answers."""
    with PostgreSQL() as server, \
            Controller(args.program, server.create('first') + '&connect_timeout=2', workers=1) as controller:
        token = controller.command('init').strip()
        controller.start()
        controller.stop()
        server.signal_all(signal.SIGSTOP)  # the kernel takes the connection, and nobody answers
        start = threading.Thread(target=controller.start)
        start.start()
        while controller.process is None:
            time.sleep(0.01)
        controller.wait_log('waits for the store, for 60 s at most')
        client = Client(controller.port, token)
        for path in ('/healthz', '/api/v1/projects'):
            answer = client.ask('GET', path, status=503)
            assert answer.json['title'] == 'The store does not answer', answer
        server.signal_all(signal.SIGCONT)
        start.join(60)
        assert client.ask('GET', '/healthz', status=200).json['problems'] == []
        client.ask('GET', '/api/v1/projects', status=200)
        lines = controller.log.read_text().splitlines()
        for words in ('store: away: ', 'store: is well again'):
            assert sum(words in line for line in lines) == 1, [line for line in lines if words in line]


@case
def away_for_longer_than_it_waits(args):
    controller = Controller(args.program, 'postgresql://nearcast@/first?host=/nowhere', **{'store-wait': '1s'})
    with controller:
        with open(controller.log, 'ab') as log:
            controller.process = subprocess.Popen([args.program, '-c', controller.write_conf()], stderr=log)
        assert controller.process.wait(60) == 1
        said = controller.log.read_text()
        assert 'waited 1 s for the store (store-wait): ' in said and '/nowhere' in said, said
        assert '/nowhere' in controller.command('export', status=1)


@case
def two_controllers_at_one_store(args):
    def disturb(server, orders):
        orders.wait_for(orders.count // 3)
        server.stop(signal.SIGQUIT)
        server.start()
    with_server(args, disturb, controllers=2)


@case
def the_host_that_can_be_written_to_is_found(args):
    """Of three the first one is away, the second one can only be read; also again, after a restart."""
    with PostgreSQL() as standby, PostgreSQL() as server:
        server.create('first')
        standby.create('first')
        standby.stop(signal.SIGINT)
        standby.settings['default_transaction_read_only'] = 'on'
        standby.start()
        with Controller(args.program, server.url('first', '/nowhere', standby.path)) as controller:
            token = controller.command('init').strip()
            controller.start()

            def disturb(orders):
                orders.wait_for(orders.count // 3)
                server.stop(signal.SIGQUIT)
                server.start()
            order_while(args, [controller], token, disturb)
        assert standby.do("SELECT count(*) FROM pg_tables WHERE tablename = 'projects'", 'first') == ['0']


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--orders', type=int, default=300)
parser.add_argument('--clients', type=int, default=20)
parser.add_argument('--seed', type=int, default=int(time.time()))
run_cases(parser.parse_args())
