"""The clients of the matrix: how each is called, and which version it is."""

import json
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests/e2e"))
from dfuse_file import dfuse_file  # noqa: E402

HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build/clients"
NPM_VERSIONS = {"usb2": "2.18.0", "usb3": "3.1.0"}


def output_of(*words: str, **options) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


class Client:
    """Knows the three jobs; `name`, `how` and `version` are its row of the table."""

    name = how = ""
    lists = r"alternate \d+"  # what `dfurig describe` calls that which it shows

    def serve_options(self, model: str) -> list[str]:
        """What `dfurig serve` has to be told for it."""
        return []

    def version(self) -> str:
        raise NotImplementedError

    def list(self, tool) -> list[str]:
        """What it shows: the alternate settings' names in order, or serial numbers."""
        raise NotImplementedError

    def download_and_leave(self, tool, image: Path) -> str:
        raise NotImplementedError

    def upload(self, tool, size: int, into: Path) -> None:
        raise NotImplementedError


class DfuUtil(Client):
    name, how = "dfu-util", "Debian's, libusb shared"

    def version(self):
        return output_of("dfu-util", "--version").split()[1]

    def list(self, tool):
        names = re.findall(r'alt=(\d+), name="(.*?)",', tool("dfu-util", "-l"))
        return [name for _, name in sorted(names)]

    def download_and_leave(self, tool, image):
        return tool("dfu-util", "-a", "0", "-s", "0x08000000:leave", "-D", str(image),
                    may_lose_reply=True)

    def upload(self, tool, size, into):
        tool("dfu-util", "-a", "0", "-s", f"0x08000000:{size}", "-U", str(into))


class OurHost(Client):
    """One of the small hosts beside this file; all have the same command line."""

    command: list[str]

    def list(self, tool):
        return re.findall(r"^alt \d+: (.*)$", tool(*self.command, "list"), re.MULTILINE)

    def download_and_leave(self, tool, image):
        return tool(*self.command, "download", str(image), "0x08000000")

    def upload(self, tool, size, into):
        tool(*self.command, "upload", "0x08000000", str(size), str(into))


class Pyusb(OurHost):
    name, how = "pyusb", "Python script, ctypes on libusb"
    command = ["/usr/bin/python3", str(HERE / "pyusb_host.py")]

    def version(self):
        return output_of("/usr/bin/python3", "-c", "import usb; print(usb.__version__)").strip()


class StaticLibusb(OurHost):
    name, how = "libusb program", "C, libusb linked statically"
    command = [str(BUILD / "libusb_host")]

    def __init__(self):
        BUILD.mkdir(parents=True, exist_ok=True)
        flags = output_of("pkg-config", "--cflags", "libusb-1.0").split()
        output_of("gcc", "-O2", "-Wall", "-Wextra", "-Werror", *flags, str(HERE / "libusb_host.c"),
                  "-o", self.command[0], "-l:libusb-1.0.a", "-ludev", "-lpthread")
        assert "libusb" not in output_of("ldd", self.command[0])

    def version(self):
        return output_of("pkg-config", "--modversion", "libusb-1.0").strip()


class NodeUsb(OurHost):
    def __init__(self, alias: str, how: str):
        self.name, self.how, self.alias = f"npm usb {NPM_VERSIONS[alias][0]}.x", how, alias
        self.command = ["node", str(HERE / "webusb_host.js"), alias]
        if not (BUILD / "node_modules" / alias).is_dir():
            specs = [f"{name}@npm:usb@{version}" for name, version in NPM_VERSIONS.items()]
            BUILD.mkdir(parents=True, exist_ok=True)
            output_of("npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund",
                      "--prefix", str(BUILD), *specs)

    def version(self):
        package = BUILD / "node_modules" / self.alias / "package.json"
        return json.loads(package.read_text())["version"]


class Lsusb(Client):
    name, how = "lsusb", "looks only: -v, -t"

    def version(self):
        return output_of("lsusb", "--version").split()[-1]

    def list(self, tool):
        tool("lsusb", "-t")
        text = tool("lsusb", "-v", "-d", "0483:df11")
        return [name for name in re.findall(r"iInterface +\d+ (.*)$", text, re.MULTILINE)]


class Fwupd(Client):
    """It finds the functional descriptor behind one or three alternate settings.

    Behind the F4's four (and behind two) it does not, and takes blocks of 64 bytes: these arrive in
    a row only if the ROM counts blocks by the request's length, as AN3156 says, and if the last is
    a whole one.
    """

    name, how = "fwupdtool", "Debian's, GUsb on libusb"
    lists = "serial"

    def serve_options(self, model):
        return ["--set", "bootloader/behaviour/block_size=wLength"] if "f4" in model else []

    def version(self):
        return re.search(r"org.freedesktop.fwupd +([\d.]+)", output_of("fwupdtool", "--version"))[1]

    def devices(self, tool) -> list[dict]:
        text = tool("fwupdtool", "get-devices", "--plugins", "dfu", "--json")
        return json.loads(text[text.index("{"):])["Devices"]

    def list(self, tool):
        return [device["Serial"] for device in self.devices(tool)]

    def download_and_leave(self, tool, image):
        path = image.with_suffix(".dfu")
        path.write_bytes(dfuse_file({0: [(0x08000000, image.read_bytes())]}))
        return tool("fwupdtool", "install-blob", str(path), self.devices(tool)[0]["DeviceId"],
                    "--plugins", "dfu", "--force", "--no-reboot-check")

    def upload(self, tool, size, into):
        """It uploads after every download, compares, and fails when that differs (verify).

        `firmware-dump` asks for a block behind the last of a memory, which the ROM stalls; so what
        it has verified is looked at with dfu-util.
        """
        DfuUtil().upload(tool, size, into)


CLIENTS = {
    "dfu-util": DfuUtil, "fwupdtool": Fwupd, "pyusb": Pyusb, "lsusb": Lsusb,
    "libusb": StaticLibusb, "usb2": lambda: NodeUsb("usb2", "Node.js, libusb inside"),
    "usb3": lambda: NodeUsb("usb3", "Node.js, Rust with its own system calls"),
}
