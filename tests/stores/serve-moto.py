"""moto on a free port, in memory: prints the port, and ends with its standard input."""

import logging
import os
import sys
import threading

from moto.moto_server.threaded_moto_server import MotoRequestHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

# moto reads a record, checks the condition and writes in separate steps, and threads meet between them: one at a time, then.
turn = threading.Lock()
backends = DomainDispatcherApplication(create_backend_app)


def one_at_a_time(environment, start_response):
    with turn:
        return list(backends(environment, start_response))


def end_with_standard_input():
    """Whoever started it may be killed; it must not stay behind."""
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=MotoRequestHandler)
print(server.server_address[1], flush=True)
threading.Thread(target=end_with_standard_input, daemon=True).start()
server.serve_forever()
