"""The images of docker/Dockerfile, built by buildah over a base that debootstrap makes."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/images"
# What buildah takes for `debian:bookworm-slim` without asking anybody.
BASE = "localhost/debian:bookworm-slim"
# What the public slim image leaves out, and what its apt does after each installation.
SLIM_DPKG = """path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
"""
DOCKER_CLEAN = """DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""
ENVIRONMENT = {**os.environ, "CONTAINERS_STORAGE_CONF": str(BUILD / "storage.conf")}


def run(*words: str, **options) -> str:
    done = subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=ENVIRONMENT, **options)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-9000:]}\n{done.stderr[-9000:]}"
    return done.stdout


def buildah(*words: str) -> str:
    return run("buildah", *words).strip()


def mirrors() -> dict[str, str]:
    """Where this machine's apt has each suite of Debian 12 from."""
    listed = run("apt-get", "indextargets", "--format", "$(RELEASE) $(SITE)",
                 "Created-By: Packages")
    found = dict(line.split() for line in listed.splitlines() if line.startswith("bookworm"))
    assert "bookworm" in found, "apt of this machine has no Debian 12 to make a base of"
    return found


def sources() -> str:
    return "\n".join(f"deb {site} {suite} main" for suite, site in sorted(mirrors().items())) + "\n"


def apt_settings() -> str:
    """How this machine reaches its mirror: proxies, what may be out of date."""
    wanted = re.compile(r'^Acquire::(Check-|Retries|https?::)[\w:-]* ".+";$', re.MULTILINE)
    return "\n".join(it.group() for it in wanted.finditer(run("apt-config", "dump"))) + "\n"


def make_base() -> None:
    """What `debian:bookworm-slim` of the public registry is, from this machine's Debian mirror."""
    tree = BUILD / "base"
    shutil.rmtree(tree, ignore_errors=True)
    run("debootstrap", "--variant=minbase", "bookworm", str(tree), mirrors()["bookworm"])
    for pattern in ("usr/share/doc/*", "usr/share/info/*", "usr/share/locale/*",
                    "usr/share/man/*", "var/lib/apt/lists/*", "var/cache/apt/archives/*.deb",
                    "var/log/*"):
        for path in tree.glob(pattern):
            copyright_file = path / "copyright"
            text = copyright_file.read_bytes() if copyright_file.is_file() else b""
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            if text:
                path.mkdir()
                copyright_file.write_bytes(text)
    (tree / "etc/dpkg/dpkg.cfg.d/docker").write_text(SLIM_DPKG)
    (tree / "etc/apt/apt.conf.d/docker-clean").write_text(DOCKER_CLEAN)
    (tree / "etc/apt/apt.conf.d/mirror").write_text(apt_settings())
    (tree / "etc/apt/sources.list").write_text(sources())
    (tree / "etc/hostname").write_text("")
    (tree / "etc/resolv.conf").write_text("")
    container = buildah("from", "scratch")
    buildah("add", "-q", container, str(tree), "/")
    buildah("config", "--cmd", "bash", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
            "/usr/bin:/sbin:/bin", container)
    buildah("commit", "-q", "--rm", container, BASE)
    shutil.rmtree(tree)


def prepare() -> None:
    """A storage of our own, with the base in it."""
    assert os.geteuid() == 0, "images are built by root"
    BUILD.mkdir(parents=True, exist_ok=True)
    driver = "overlay" if "\toverlay\n" in Path("/proc/filesystems").read_text() else "vfs"
    (BUILD / "storage.conf").write_text(
        f'[storage]\ndriver = "{driver}"\nrunroot = "{BUILD}/run"\ngraphroot = "{BUILD}/storage"\n')
    if BASE not in buildah("images", "--format", "{{.Name}}:{{.Tag}}").split():
        make_base()


class Image:
    """One target of the Dockerfile."""

    def __init__(self, target: str):
        self.name = f"localhost/dfurig-{target}"
        # --pull-never: the base is the one above. --format docker: OCI's has no HEALTHCHECK.
        buildah("build-using-dockerfile", "--isolation", "chroot", "--pull-never", "--format",
                "docker", "--layers", "--target", target, "--tag", self.name, "--file",
                str(ROOT / "docker/Dockerfile"), str(ROOT))
        inspected = json.loads(buildah("inspect", "--type", "image", self.name))
        self.config = inspected["Docker"]["config"]
        self._container = buildah("from", "--pull-never", self.name)
        self.root = Path(buildah("mount", self._container))

    def remove(self) -> None:
        buildah("rm", self._container)

    def run(self, *command: str) -> str:
        """By buildah itself: chroot isolation, its own seccomp profile, the image's user."""
        return buildah("run", "--isolation", "chroot", self._container, "--", *command)

    def compressed_bytes(self) -> int:
        """What a registry would send: all files, as one gzipped layer."""
        done = subprocess.run(f"tar -C '{self.root}' -cf - . | gzip -6 | wc -c", shell=True,
                              check=True, capture_output=True, text=True)
        return int(done.stdout)
