"""The images of docker/Dockerfile, built by buildah over a base that debootstrap makes."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "docker/Dockerfile"
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
# A build that loses its power is begun anew.
SPEEDUP_DPKG = "force-unsafe-io\n"
DOCKER_CLEAN = """DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""
# buildah keeps what a Dockerfile mounts as a cache in $TMPDIR/buildah-cache.
ENVIRONMENT = {**os.environ, "CONTAINERS_STORAGE_CONF": str(BUILD / "storage.conf"),
               "TMPDIR": str(BUILD / "tmp")}


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


def files_of_base() -> dict[str, str]:
    """What the base has beside Debian's packages."""
    return {"etc/dpkg/dpkg.cfg.d/docker": SLIM_DPKG,
            "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": SPEEDUP_DPKG,
            "etc/apt/apt.conf.d/docker-clean": DOCKER_CLEAN,
            "etc/apt/apt.conf.d/mirror": apt_settings(), "etc/apt/sources.list": sources(),
            "etc/hostname": "", "etc/resolv.conf": ""}


def make_base(files: dict[str, str], label: str) -> None:
    """What `debian:bookworm-slim` of the public registry is, from this machine's Debian mirror."""
    tree, debs = BUILD / "base", BUILD / "debs"
    shutil.rmtree(tree, ignore_errors=True)
    debs.mkdir(exist_ok=True)
    run("debootstrap", "--variant=minbase", f"--cache-dir={debs}", "bookworm", str(tree),
        mirrors()["bookworm"])
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
    for name, text in files.items():
        (tree / name).write_text(text)
    container = buildah("from", "scratch")
    buildah("add", "-q", container, str(tree), "/")
    buildah("config", "--cmd", "bash", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
            "/usr/bin:/sbin:/bin", "--label", f"made-of={label}", container)
    buildah("commit", "-q", "--rm", container, BASE)
    shutil.rmtree(tree)


def can_overlay() -> bool:
    """Not in a container whose files are on an overlay themselves."""
    folders = {it: BUILD / "tmp/overlay" / it for it in ("lower", "upper", "work", "merged")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    options = "lowerdir={lower},upperdir={upper},workdir={work}".format(**folders)
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o",
                            options, str(folders["merged"])], capture_output=True)
    return tried.returncode == 0


def share_compiler_cache() -> None:
    """What ./test has compiled is a hit in the image, where compiler and headers are the same."""
    if not shutil.which("ccache"):
        return
    ours = Path(run("ccache", "--get-config", "cache_dir").strip())
    mounted = re.search(r"--mount=type=cache,target=/(\S+)", DOCKERFILE.read_text()).group(1)
    theirs = BUILD / "tmp/buildah-cache" / mounted
    for folder in (ours, theirs.parent):
        folder.mkdir(parents=True, exist_ok=True)
    if theirs.is_symlink():
        theirs.unlink()
    if not theirs.exists():
        theirs.symlink_to(ours)


def prepare() -> None:
    """A storage of our own, with the base in it. What a run that was killed has left is removed."""
    assert os.geteuid() == 0, "images are built by root"
    (BUILD / "tmp").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(BUILD / "run", ignore_errors=True)
    driver = "overlay" if can_overlay() else "vfs"
    (BUILD / "storage.conf").write_text(
        f'[storage]\ndriver = "{driver}"\n'
        f'runroot = "{BUILD}/run"\ngraphroot = "{BUILD}/storage"\n')
    buildah("rm", "--all")
    share_compiler_cache()
    files = files_of_base()
    label = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    found = json.loads(buildah("images", "--json", "--filter", f"label=made-of={label}") or "[]")
    if not any(BASE in it["names"] for it in found or []):
        make_base(files, label)


class Image:
    """One target of the Dockerfile."""

    def __init__(self, target: str):
        self.name = f"localhost/dfurig-{target}"
        # --jobs: the stages it is made of at once.
        # --pull-never: the base is the one above. --format docker: OCI's has no HEALTHCHECK.
        buildah("build-using-dockerfile", "--isolation", "chroot", "--pull-never", "--format",
                "docker", "--layers", "--jobs", "2", "--target", target, "--tag", self.name,
                "--file", str(DOCKERFILE), str(ROOT))
        inspected = json.loads(buildah("inspect", "--type", "image", self.name))
        self.config = inspected["Docker"]["config"]
        self._container = buildah("from", "--pull-never", self.name)
        self.root = Path(buildah("mount", self._container))

    def run(self, *command: str) -> str:
        """By buildah itself: chroot isolation, its own seccomp profile, the image's user."""
        return buildah("run", "--isolation", "chroot", self._container, "--", *command)

    def compressed_bytes(self) -> int:
        """What a registry would send: all files, as one gzipped layer."""
        done = subprocess.run(f"tar -C '{self.root}' -cf - . | gzip -6 | wc -c", shell=True,
                              check=True, capture_output=True, text=True)
        return int(done.stdout)
