"""`dfurig exec` where it cannot work says so in a sentence; in a container it works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

MODEL = "stm32f405rg"
SANDBOX = str(Path(__file__).with_name("sandbox.py"))
OTHER_WAYS = ("  use dfurig serve and the kernel's client instead: usbip attach -r 127.0.0.1 -b "
              "1-1\n")


@pytest.fixture
def boxed(dfurig):
    """Runs `dfurig exec --model M -- TOOL…` in a box."""
    def run_boxed(*box: str, tool: list[str]):
        return subprocess.run(["/usr/bin/python3", SANDBOX, *box, "--", dfurig, "exec", "--model",
                               MODEL, "--", *tool],
                              capture_output=True, text=True, timeout=PATIENCE_S)
    return run_boxed


def test_a_kernel_that_denies_notification_is_named(boxed):
    done = boxed("deny", "seccomp", tool=["touch", "/nonexistent/never"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("dfurig: exec: the kernel refuses seccomp user notification: Operation "
                           "not permitted (a container's seccomp profile?)\n" + OTHER_WAYS)


@pytest.mark.parametrize("call", ["process_vm_readv"])
def test_a_kernel_that_denies_the_tools_memory_is_named(boxed, tmp_path, call):
    done = boxed("deny", call, tool=["touch", str(tmp_path / "ran")])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("dfurig: exec: the kernel refuses access to the tool's memory: "
                           "Operation not permitted (a container's seccomp profile?)\n"
                           + OTHER_WAYS)
    assert not (tmp_path / "ran").exists(), "nothing of the tool ran"


def test_a_program_of_another_architecture_is_refused(run, tmp_path):
    source = tmp_path / "other.c"
    source.write_text("void _start(void) { for (;;) ; }\n")
    other = tmp_path / "other"
    subprocess.run(["cc", "-m32", "-nostdlib", "-static", "-fno-pic", "-no-pie", "-o", other,
                    source], check=True)
    done = run("exec", "--model", MODEL, "--", str(other))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (f"dfurig: {other}: is a program for i386; only x86_64 programs can be "
                           "run\n  use the tool built for x86_64, or dfurig serve and the kernel's "
                           "client\n")


def test_a_folder_that_cannot_be_entered_is_named(run):
    script = "cd /sys/bus/usb/devices/1-1 2>/dev/null || echo not there"
    done = run("exec", "--model", MODEL, "--", "sh", "-c", script)
    assert done.stdout == "not there\n"
    assert done.stderr == ("dfurig: not emulated: chdir to "
                           "/sys/devices/platform/dfurig.0/usb1/1-1: name its files by their whole "
                           "path\n")


def test_a_server_that_is_not_there_is_named(run):
    done = run("exec", "--connect", "127.0.0.1:1", "--", "true")
    assert done.returncode == 2
    assert done.stderr == ("dfurig: cannot connect to 127.0.0.1:1: Connection refused\n"
                           "  is dfurig serve (or usbipd) running there?\n")


ROOT_AND_USER = ["root", "user"] if os.geteuid() == 0 else ["user"]


@pytest.mark.parametrize("user", ROOT_AND_USER)
def test_dockers_default_profile_is_in_force(user):
    done = subprocess.run(
        ["/usr/bin/python3", SANDBOX, "docker", user, "--", "sh", "-c",
         "grep -E '^(CapEff|Seccomp):' /proc/self/status; id -u; unshare -m true"],
        capture_output=True, text=True, timeout=PATIENCE_S)
    # The fourteen capabilities of a container's root.
    capabilities = "00000000a80425fb" if user == "root" else "0000000000000000"
    assert f"CapEff:\t{capabilities}\nSeccomp:\t2\n" in done.stdout
    assert "Operation not permitted" in done.stderr


@pytest.mark.parametrize("user", ROOT_AND_USER)
def test_tools_run_under_dockers_default_profile(boxed, program, libusb, user):
    done = boxed("docker", user, tool=["dfu-util", "-l"])
    assert done.stdout.count("Found DFU: [0483:df11]") == 4, done.stdout + done.stderr
    done = boxed("docker", user, tool=["sh", "-c", """
dd if=/dev/urandom of=/tmp/a bs=5000 count=1 2>/dev/null
dfu-util -a 0 -s 0x08000000 -D /tmp/a >/dev/null 2>&1 &&
dfu-util -a 0 -s 0x08000000:5000 -U /tmp/b >/dev/null && cmp /tmp/a /tmp/b && echo same"""])
    assert done.stdout == "same\n", done.stderr
    code = """
import usb.core
device = usb.core.find(idVendor=0x0483)
print(device.serial_number, device.port_numbers, len(device.ctrl_transfer(0x80, 6, 256, 0, 18)))
"""
    done = boxed("docker", user, tool=[sys.executable, "-c", code])
    assert done.stdout == "386232733136 (1,) 18\n", done.stderr


@pytest.mark.parametrize("more", [[], ["--sweep"]])
def test_run_has_a_status_of_its_own_where_no_tool_can_be_run(dfurig, more):
    done = subprocess.run(["/usr/bin/python3", SANDBOX, "deny", "seccomp", "--", dfurig, "run",
                           "scenarios/leave/gpio_default_after_leave.json", *more], cwd=ROOT,
                          capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, done.stdout) == (77, "")
    assert done.stderr.startswith("dfurig: exec: the kernel refuses seccomp user notification")


def test_run_without_the_tool_is_a_bad_file(dfurig, tmp_path):
    scenario = "scenarios/leave/gpio_default_after_leave.json"
    done = subprocess.run([dfurig, "run", scenario], cwd=ROOT, capture_output=True, text=True,
                          timeout=PATIENCE_S, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == (f"dfurig: {scenario}: /steps/1/run: dfu-util: not found in PATH\n"
                           "  is it installed? (Debian: apt-get install dfu-util)\n")
