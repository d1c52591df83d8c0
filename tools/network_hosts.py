"""Two hosts on one machine: two network namespaces, joined by a cable of their own. It needs root and iproute2."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


def missing() -> str:
    """Returns why there can be no namespaces here; nothing where there can be."""
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    name = f"ks{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode:
        return made.stderr.strip() or f"`ip netns add` failed with {made.returncode}"
    _ip("netns", "del", name)
    return ""


@contextmanager
def two_hosts() -> Iterator[list[tuple[str, str]]]:
    """Makes two hosts, and yields the name and the address of each; `ip netns exec NAME` runs a command on one.

    Raises:
        CalledProcessError: the machine does not allow it.
    """
    ends = [f"ks{os.getpid()}{end}" for end in "ab"]
    with ExitStack() as stack:
        for name in ends:
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
        _ip("link", "add", ends[0], "netns", ends[0], "type", "veth", "peer", "name", ends[1], "netns", ends[1])
        hosts = [(name, f"10.201.77.{number}") for number, name in enumerate(ends, 1)]
        for name, address in hosts:
            _ip("-n", name, "address", "add", f"{address}/24", "dev", name)
            for device in ("lo", name):
                _ip("-n", name, "link", "set", device, "up")
        yield hosts


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
