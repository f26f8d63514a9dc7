#!/usr/bin/python3
"""A gRPC server with the health service, of grpcio: health_server.py PORT [KEY CERTIFICATE].

The messages are written by hand, since Debian has no package of the health service: the server is real.
"db" is NOT_SERVING, "" and "web" are SERVING; others are not known. Runs until it is killed."""
import concurrent.futures
import pathlib
import sys

import grpc

SERVING, NOT_SERVING = 1, 2
HEALTH = {b'': SERVING, b'web': SERVING, b'db': NOT_SERVING}


def check(request, context):
    service = request[2:]  # field 1, length-delimited, shorter than 128 bytes
    if service not in HEALTH:
        context.abort(grpc.StatusCode.NOT_FOUND, 'unknown service')
    return bytes([1 << 3, HEALTH[service]])


class Health(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method == '/grpc.health.v1.Health/Check':
            return grpc.unary_unary_rpc_method_handler(check)
        return None


server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers([Health()])
if len(sys.argv) > 2:
    key, certificate = (pathlib.Path(path).read_bytes() for path in sys.argv[2:4])
    server.add_secure_port(f'[::]:{sys.argv[1]}', grpc.ssl_server_credentials([(key, certificate)]))
else:
    server.add_insecure_port(f'[::]:{sys.argv[1]}')
server.start()
server.wait_for_termination()
