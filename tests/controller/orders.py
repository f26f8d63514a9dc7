#!/usr/bin/env python3
"""Orders by many clients while the controller is killed, again and again.

    orders.py NEARCAST-CONTROLLER [--orders N] [--clients N] [--kills N] [--seed N] [--postgresql]

Every client repeats an order with its idempotency key until it is acknowledged. At the end every order that
was acknowledged is there, as it was acknowledged; none is there twice; no two overlap.
"""
import argparse
import signal
import time

from ordering import Orders, all_there, make_room
from postgresql import new_stores
from server import Client, Controller, case, run_cases


def kill_while(controller, orders, kills):
    """SIGKILL at any moment, so many times while orders are acknowledged, and a start after each."""
    for mark in sorted(orders.rng.randrange(orders.count) for _ in range(kills)):
        orders.wait_for(mark)
        time.sleep(orders.rng.uniform(0, 0.02))
        controller.stop(signal.SIGKILL)
        controller.start()
    orders.join()


@case
def nothing_lost_doubled_or_overlapping(args, new_store):
    with Controller(args.program, new_store()) as controller:
        token = controller.command('init').strip()
        controller.start()
        admin = Client(controller.port, token)
        make_room(admin)
        orders = Orders(args.orders, args.seed)
        begun = time.monotonic()
        orders.begin(args.clients, [controller.port], token)
        kill_while(controller, orders, args.kills)
        took = time.monotonic() - begun
        print(f'# seed {args.seed}: {args.orders} orders by {args.clients} clients in {took:.1f} s, '
              f'{args.kills} kills, {orders.unclear} answers were not clear', flush=True)
        assert len(orders.acknowledged) == args.orders
        orders.check(all_there(admin))


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--orders', type=int, default=150)
parser.add_argument('--clients', type=int, default=6)
parser.add_argument('--kills', type=int, default=5)
parser.add_argument('--seed', type=int, default=int(time.time()))
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options, stores)
