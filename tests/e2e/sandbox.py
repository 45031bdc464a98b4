"""Runs a command under a seccomp filter, as containers do:

sandbox.py deny NAME… -- COMMAND…       these system calls fail with EPERM
sandbox.py docker root|user -- COMMAND…  Docker's default profile and capabilities
"""

import os
import pathlib
import sys
import tempfile

import seccomp

PROJECT = str(pathlib.Path(__file__).parents[2])

# What moby's profiles/seccomp/default.json (github.com/moby/moby) leaves out of its list of allowed
# calls, or allows only with a capability that is not among the default ones.
DOCKER_DENIES = """
acct add_key bpf clock_settime create_module delete_module fanotify_init finit_module fsconfig
fsmount fsopen fspick get_kernel_syms get_mempolicy init_module ioperm iopl kcmp kexec_file_load
kexec_load keyctl lookup_dcookie mbind mount mount_setattr move_mount move_pages migrate_pages
nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise
query_module quotactl reboot request_key set_mempolicy setdomainname sethostname setns settimeofday
swapoff swapon sysfs syslog umount2 unshare uselib userfaultfd ustat vhangup _sysctl
""".split()
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW*: the profile's mask for clone()
AF_VSOCK = 40
EPERM, ENOSYS = 1, 38
# Capabilities a container has by default (docs.docker.com/engine/containers/run).
DOCKER_CAPABILITIES = """
CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
SYS_CHROOT KILL AUDIT_WRITE
""".split()


def denying(names: list[str]) -> seccomp.SyscallFilter:
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    for name in names:
        rules.add_rule(seccomp.ERRNO(EPERM), name)
    return rules


def docker_profile() -> seccomp.SyscallFilter:
    rules = denying(DOCKER_DENIES)
    rules.add_rule(seccomp.ERRNO(ENOSYS), "clone3")
    for bit in (1 << n for n in range(32) if NEW_NAMESPACES >> n & 1):
        rules.add_rule(seccomp.ERRNO(EPERM), "clone", seccomp.Arg(0, seccomp.MASKED_EQ, bit, bit))
    rules.add_rule(seccomp.ERRNO(EPERM), "socket", seccomp.Arg(0, seccomp.EQ, AF_VSOCK))
    return rules


def docker(user: str, command: list[str]) -> list[str]:
    """bubblewrap makes what is like a container: namespaces, capabilities, the filter."""
    with tempfile.TemporaryFile() as file:
        docker_profile().export_bpf(file)
        file.seek(0)
        profile = os.dup(file.fileno())
    os.set_inheritable(profile, True)
    box = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--ro-bind", "/sys",
           "/sys", "--perms", "1777", "--tmpfs", "/tmp", "--perms", "1777", "--tmpfs", "/dev/shm",
           "--ro-bind", PROJECT, PROJECT,  # it may lie in /tmp
           "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent",
           "--seccomp", str(profile), "--cap-drop", "ALL"]
    if os.geteuid() != 0:
        return [*box, "--", *command]
    box += [word for name in DOCKER_CAPABILITIES for word in ("--cap-add", f"CAP_{name}")]
    if user == "user":
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                   "--inh-caps=-all", "--bounding-set=-all", *command]
    return [*box, "--", *command]


def main() -> None:
    middle = sys.argv.index("--")
    (kind, *words), command = sys.argv[1:middle], sys.argv[middle + 1:]
    if kind == "docker":
        command = docker(words[0], command)
    else:
        denying(words).load()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
