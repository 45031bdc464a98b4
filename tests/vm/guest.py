"""A virtual machine under software emulation, and a shell in it."""

import base64
import gzip
import os
import re
import select
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# The guest's name for the machine that runs it; its loopback servers answer there.
HOST = "10.0.2.2"
BOOT_LIMIT_S = 120
COMMAND_LIMIT_S = 60
# Whatever becomes of us, qemu does not outlive this.
QEMU_LIMIT_S = 600
READY = re.compile(rb"ready\n")
ENDED = re.compile(rb"ended with (\d+)\n\Z")

# no_timer_check and the two watchdogs: a starved host must not look like a broken guest. -no-reboot
# with panic=-1: a panic ends qemu. Never -accel kvm: a /dev/kvm that opens may still be unable to
# run a kernel.
COMMAND_LINE = "console=ttyS0 no_timer_check nowatchdog rcupdate.rcu_cpu_stall_suppress=1 panic=-1"
QEMU = ("timeout", "-k", "5", str(QEMU_LIMIT_S), "qemu-system-x86_64", "-accel", "tcg",
        "-smp", "1", "-cpu", "max", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot",
        "-append", COMMAND_LINE, "-netdev", "user,id=net", "-device", "e1000,netdev=net,romfile=")


class GuestError(Exception):
    """The guest did not boot, died, or did not answer in time."""


@dataclass
class Done:
    command: str
    status: int
    output: str


class Guest:
    """Powered on. Its first serial port is the console; the second is the shell init starts."""

    def __init__(self, kernel: Path, initramfs: Path, console: Path):
        self.transcript: list[Done] = []
        self.console = console
        self.boot_s = 0.0
        console.unlink(missing_ok=True)
        self.qemu = subprocess.Popen(
            [*QEMU, "-kernel", kernel, "-initrd", initramfs, "-serial", f"file:{console}",
             "-serial", "stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)

    def await_boot(self) -> None:
        start = time.monotonic()
        self._read_until(READY, BOOT_LIMIT_S, "boot")
        self.boot_s = time.monotonic() - start

    def run(self, command: str) -> Done:
        """Runs a shell command to its end, whatever that is. The kernel's log shows it too."""
        mark = shlex.quote(f"<6>$ {command}")
        status, output = self._obey(f"echo {mark} >/dev/kmsg; {command}")
        self.transcript.append(Done(command, status, output))
        return self.transcript[-1]

    def must(self, command: str) -> str:
        """Runs a command that has to succeed: its output."""
        done = self.run(command)
        assert done.status == 0, f"in the guest: {command}: status {done.status}\n{done.output}"
        return done.output

    def read_file(self, path: str) -> bytes:
        status, output = self._obey(f"gzip -c {path} | base64")
        assert status == 0, output
        return gzip.decompress(base64.b64decode(output))

    def kernel_log(self) -> str:
        """What the kernel said since it was ready, and our commands, each line with its level."""
        return self._obey("dmesg -r")[1]

    def stop(self) -> None:
        self.qemu.terminate()
        self.qemu.wait()

    def _obey(self, command: str) -> tuple[int, str]:
        """The command's exit status and output."""
        self.qemu.stdin.write(f"({command}) 2>&1; echo ended with $?\n".encode())
        match = self._read_until(ENDED, COMMAND_LIMIT_S, command)
        return int(match.group(1)), match.string[:match.start()].decode(errors="replace")

    def _read_until(self, end: re.Pattern[bytes], limit_s: float, what: str) -> re.Match[bytes]:
        deadline = time.monotonic() + limit_s
        received = b""
        while not (match := end.search(received)):
            ready, _, _ = select.select([self.qemu.stdout], [], [],
                                        max(0, deadline - time.monotonic()))
            part = os.read(self.qemu.stdout.fileno(), 65536) if ready else b""
            if not part:
                reason = "the guest is gone" if ready else f"no end within {limit_s} s"
                raise GuestError(f"{what}: {reason}\n{self._last_words(received)}")
            received += part
        return match

    def _last_words(self, received: bytes) -> str:
        console = self.console.read_bytes() if self.console.exists() else b""
        return "\n".join(["on the console:", *console.decode(errors="replace").splitlines()[-40:],
                          "on the shell's port:", received.decode(errors="replace")[-2000:]])
