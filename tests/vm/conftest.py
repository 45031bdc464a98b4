"""The guest, booted once for all tests, and what stays of it in build/vm."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import initramfs
import kernel
import pytest
import usbmon
from guest import Guest, GuestError
from image import IMAGE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "build/vm"
KERNEL_LOG = FOLDER / "kernel.log"
TRANSCRIPT = FOLDER / "transcript.txt"
CAPTURE = FOLDER / "usbmon.pcap"


def pytest_sessionstart() -> None:
    for artefact in (KERNEL_LOG, TRANSCRIPT, CAPTURE):
        artefact.unlink(missing_ok=True)


def find(tool: str) -> str:
    path = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert path, f"{tool} is not on this machine: ./test installs what the tests need"
    return path


def files_of_guest(modules: dict[str, bytes]) -> dict[str, bytes]:
    files = {"init": HERE / "init", "bin/await": HERE / "await"}
    files |= {str(path.relative_to(ROOT)): path for path in (ROOT / "models").rglob("*.json")}
    return {**{name: path.read_bytes() for name, path in files.items()}, "image.bin": IMAGE,
            **{f"modules/{number}-{name}.ko": content
               for number, (name, content) in enumerate(modules.items())}}


def boot(dfurig: str) -> Guest:
    find("qemu-system-x86_64")
    unpacked = kernel.fetch(FOLDER)
    archive = FOLDER / "initramfs"
    programs = [dfurig, *map(find, ("busybox", "usbip", "dfu-util"))]
    archive.write_bytes(initramfs.build(programs, files_of_guest(kernel.modules(unpacked))))
    guest = Guest(unpacked / "vmlinux", archive, FOLDER / "console.log")
    try:
        guest.await_boot()
    except BaseException:
        guest.stop()
        raise
    return guest


def keep(guest: Guest) -> None:
    TRANSCRIPT.write_text("".join(f"$ {done.command}\n{done.output}exit status {done.status}\n\n"
                                  for done in guest.transcript))
    KERNEL_LOG.write_text(f"booted in {guest.boot_s:.1f} s\n"
                          + re.sub(r"^<\d+>", "", guest.kernel_log(), flags=re.M))
    CAPTURE.write_bytes(usbmon.pcap(usbmon.events(guest.read_file("/tmp/usbmon"))))


@pytest.fixture(scope="session")
def guest(dfurig: str) -> Iterator[Guest]:
    try:
        booted = boot(dfurig)
    except GuestError:
        booted = boot(dfurig)  # the host was starved; nothing else is tried twice
    try:
        yield booted
        keep(booted)
    finally:
        booted.stop()


def pytest_terminal_summary(terminalreporter) -> None:
    if KERNEL_LOG.is_file():
        terminalreporter.section("what the guest's kernel said")
        terminalreporter.write(KERNEL_LOG.read_text())
