"""The same requests as those of a step, sent by `requests` alone: what a step costs is compared with it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import requests

from testsigma_action.api.http import Trace

TIMEOUT = 60.0


def send(url: str, key: str, sent: Iterable[Trace], width: int) -> None:
    """Send them, at most `width` at a time; answers are read, but not decoded. Raises RequestException."""
    with requests.Session() as session, ThreadPoolExecutor(width) as pool:
        session.headers["Authorization"] = f"Bearer {key}"
        for answer in pool.map(lambda one: session.get(url + one.path, params=one.query, timeout=TIMEOUT), sent):
            answer.raise_for_status()
