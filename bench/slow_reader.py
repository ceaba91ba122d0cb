"""A process with a service that reads an uploaded file slowly, and forgets it.

    python -m bench.slow_reader 0.001 2

It prints the base URL, answers so many requests, and prints the number of bytes of the largest one. The first argument
is the pause after each block in seconds.
"""

import json
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

BLOCK = 256 * 1024
# Seconds until a request that does not come is given up.
PATIENCE = 60.0
VERSION = {"id": 9031, "name": "1.0", "status": "SUCCESS", "uploadId": 62}
UPLOAD = {"id": 62, "name": "App"}


class Reader(BaseHTTPRequestHandler):
    """Answers every request with the same upload, after it has read all of it: the file is its first version."""

    pause, largest = 0.0, 0

    def answer(self) -> None:
        """Read the body block by block."""
        size = left = int(self.headers.get("Content-Length") or 0)
        while left and (block := self.rfile.read(min(BLOCK, left))):
            left -= len(block)
            time.sleep(self.pause)
        Reader.largest = max(Reader.largest, size - left)
        answer = json.dumps(UPLOAD | {"latestVersion": VERSION} if size else UPLOAD).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = answer  # noqa: N815 - names of the base class

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


def main(arguments: Sequence[str]) -> None:
    """Arguments: the pause, and the number of requests."""
    Reader.pause = float(arguments[0])
    with HTTPServer(("127.0.0.1", 0), Reader) as server:
        server.timeout = PATIENCE
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        for _ in range(int(arguments[1])):
            server.handle_request()
    sys.stdout.write(f"{Reader.largest}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
