"""The guest's whole file system, as the cpio archive a kernel takes at boot."""

import re
import stat
import subprocess
from pathlib import Path

FOLDERS = ("dev", "proc", "sys", "tmp", "var/run")
DIRECTORY = stat.S_IFDIR | 0o755
PROGRAM = stat.S_IFREG | 0o755


def libraries(program: str) -> list[str]:
    """Absolute paths, the dynamic linker's too. A static program has none."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def with_folders(files: dict[str, bytes]) -> dict[str, bytes | None]:
    """The files, and before them the folders (without content) they are in."""
    folders = {str(folder) for name in files for folder in Path(name).parents}
    folders |= {str(it) for name in FOLDERS for it in [Path(name), *Path(name).parents]}
    return {**dict.fromkeys(sorted(folders - {"."})), **files}


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def newc_entry(inode: int, name: str, mode: int, content: bytes) -> bytes:
    """One entry of a cpio archive (Linux, Documentation/driver-api/early-userspace/
    buffer-format.rst)."""
    uid = gid = mtime = maj = min_ = rmaj = rmin = chksum = 0
    nlink = 1
    fields = (inode, mode, uid, gid, nlink, mtime, len(content), maj, min_, rmaj, rmin,
              len(name) + 1, chksum)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return padded(header + name.encode() + b"\0") + padded(content)


def newc(files: dict[str, bytes]) -> bytes:
    entries = [newc_entry(inode, name, DIRECTORY if content is None else PROGRAM, content or b"")
               for inode, (name, content) in enumerate(with_folders(files).items(), 1)]
    return b"".join(entries) + newc_entry(0, "TRAILER!!!", 0, b"")


def build(programs: list[str], files: dict[str, bytes]) -> bytes:
    """An archive with the programs in /bin, their libraries where they are, and the files."""
    sources = {f"bin/{Path(program).name}": program for program in programs}
    sources |= {path.lstrip("/"): path for program in programs for path in libraries(program)}
    return newc({name: Path(path).read_bytes() for name, path in sources.items()} | files)
