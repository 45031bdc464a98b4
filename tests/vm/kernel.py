"""Debian's generic kernel, taken out of its package: nothing is installed."""

import lzma
import re
import struct
import subprocess
from pathlib import Path

METAPACKAGE = "linux-image-amd64"
# A network card that needs no other module, the USB/IP client, and the witness of every URB.
MODULES = ("e1000", "vhci-hcd", "usbmon")
UNPACKED = ("*/vmlinuz-*", "*/kernel/drivers/usb/*", "*/kernel/drivers/net/ethernet/intel/e1000/*")
FETCH_LIMIT_S = 120


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          timeout=FETCH_LIMIT_S, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


def download(folder: Path) -> Path:
    """The package file. The package lists are our own: the machine's may be absent, or older than
    what the mirror still has, and bringing them up to date would need root."""
    private = [f"-o=Dir::State={folder}/apt", f"-o=Dir::Cache={folder}/apt"]
    run("apt-get", "-qq", *private, "update", folder=folder)
    depends = run("apt-cache", *private, "depends", METAPACKAGE, folder=folder)
    match = re.search(r"Depends: (linux-image-\S+)", depends)
    assert match, f"{METAPACKAGE} names no kernel: {depends!r}"
    run("apt-get", "-qq", *private, "download", match.group(1), folder=folder)
    return next(folder.glob(f"{match.group(1)}_*.deb"))


def extract_vmlinux(image: bytes) -> bytes:
    """The ELF file inside a bzImage (Linux, Documentation/x86/boot.rst, payload_offset). It starts
    at once, where the bzImage would first unpack itself, slowly, in emulation."""
    setup_sectors = image[0x1F1]
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    length_of_vmlinux = 4  # follows the compressed data
    return lzma.decompress(image[start:start + length - length_of_vmlinux])


def fetch(folder: Path) -> Path:
    """What is needed of the kernel package, unpacked below `folder`, where it stays."""
    kernel = folder / "kernel"
    if kernel.is_dir():
        return kernel
    unfinished = folder / "kernel.unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    package = download(folder)
    patterns = " ".join(f"'{pattern}'" for pattern in UNPACKED)
    run("sh", "-c", f"dpkg-deb --fsys-tarfile {package.name} | tar -x -C {unfinished.name} "
        f"--wildcards {patterns}", folder=folder)
    package.unlink()
    image = next(unfinished.rglob("vmlinuz-*"))
    (unfinished / "vmlinux").write_bytes(extract_vmlinux(image.read_bytes()))
    return unfinished.rename(kernel)


def read_module(kernel: Path, name: str) -> bytes:
    path = next(kernel.rglob(f"{name}.ko*"))
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def modules(kernel: Path) -> dict[str, bytes]:
    """The modules and those they need, in the order to load them. The package has no modules.dep
    (installing makes it); each module's own .modinfo section says what it needs."""
    ordered: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in ordered:
            return
        content = read_module(kernel, name)
        needed = re.search(rb"\0depends=([^\0]*)\0", content)
        assert needed, f"module {name} does not say what it depends on"
        for other in filter(None, needed.group(1).decode().split(",")):
            add(other)
        ordered[name] = content

    for name in MODULES:
        add(name)
    return ordered
