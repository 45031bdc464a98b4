"""`dfurig serve` on a free port, for what connects to devices by itself."""

import re
import signal
import subprocess

from .program import DfurigError

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
PATIENCE_S = 60


class Server:
    """Devices at busid 1-1, 1-2, … of a USB/IP server, until stop()."""

    def __init__(self, program: str, *arguments: str, folder: str | None = None):
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", *arguments], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        first = self.process.stdout.readline()
        match = LISTENING.search(first)
        if match is None:
            rest, _ = self.process.communicate(timeout=PATIENCE_S)
            raise DfurigError((first + rest).strip())
        self.port = int(match.group(1))
        self.address = f"127.0.0.1:{self.port}"

    def tell(self, line: str) -> None:
        """What a person at the bench does: `dfurig serve --help`."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        """Its end must be a clean one."""
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, output
