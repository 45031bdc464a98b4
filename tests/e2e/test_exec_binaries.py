"""`dfurig exec`: programs of every make, and those that only look."""

import subprocess

import pytest

MODEL = "stm32f405rg"
# The kernel's headers are no part of musl: they come from the system's, behind its own.
KERNEL_HEADERS = ["-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"]
MAKES = {
    "glibc": ("cc", []),
    "glibc, static": ("cc", ["-static"]),
    "musl": ("musl-gcc", KERNEL_HEADERS),
    "musl, static": ("musl-gcc", ["-static", *KERNEL_HEADERS]),
    "raw system calls": ("cc", ["-DRAW", "-static", "-nostdlib", "-ffreestanding",
                                "-fno-stack-protector"]),
}


@pytest.mark.parametrize("make", MAKES)
def test_a_program_of_any_make_reaches_the_device(run, program, make):
    compiler, options = MAKES[make]
    done = run("exec", "--model", MODEL, "--", program("probe", *options, compiler=compiler))
    assert done.stdout == "0483:df11 descriptors + request + urb + socket +\n", done.stderr
    assert (done.returncode, done.stderr) == (0, "")


def look(run, *arguments: str) -> str:
    done = run("exec", "--model", MODEL, "--", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_lsusb_draws_the_tree(run):
    assert look(run, "lsusb", "-t") == (
        "/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=/8p, 12M\n"
        "    |__ Port 1: Dev 2, If 0, Class=Application Specific Interface, Driver=, 12M\n")


def test_udevadm_tells_what_udev_would(run):
    said = look(run, "udevadm", "info", "--query=all", "--name=/dev/bus/usb/001/002")
    for line in ["P: /devices/platform/dfurig.0/usb1/1-1", "N: bus/usb/001/002",
                 "E: DEVTYPE=usb_device", "E: DRIVER=usb", "E: PRODUCT=483/df11/2200",
                 "E: ID_VENDOR_ID=0483", "E: ID_MODEL_ID=df11",
                 "E: ID_SERIAL_SHORT=386232733136", "E: ID_USB_INTERFACES=:fe0102:"]:
        assert line + "\n" in said


def test_udevadm_walks_up_to_the_root_hub(run):
    said = look(run, "udevadm", "info", "--attribute-walk", "--path=/sys/bus/usb/devices/1-1:1.0")
    kernels = [line.split('"')[1] for line in said.splitlines() if "KERNEL" in line]
    assert kernels[:3] == ["1-1:1.0", "1-1", "usb1"]
    assert 'ATTRS{idVendor}=="0483"' in said and 'DRIVERS=="usb"' in said


@pytest.mark.parametrize("command, said", [
    ("cat /sys/bus/usb/devices/1-1:1.0/../idVendor", "0483"),
    ("realpath /sys/bus/usb/devices/1-1", "/sys/devices/platform/dfurig.0/usb1/1-1"),
    ("readlink -f /sys/dev/char/189:1/driver", "/sys/bus/usb/drivers/usb"),
    ("exec 5</sys/bus/usb/devices/1-1/idVendor; readlink /proc/$$/fd/5",
     "/sys/devices/platform/dfurig.0/usb1/1-1/idVendor"),
    ("stat -c '%F %t:%T' /dev/bus/usb/001/002", "character special file bd:1"),
    ("ls -l /dev/bus/usb/001 | cut -c 1-10 | tr '\\n' ' '", "total 0 crw-rw-rw- crw-rw-rw- "),
    ("ls -l /sys/bus/usb/devices | grep -c '^l'", "4"),
    ("find /sys/devices/platform/dfurig.0 -name idVendor | wc -l", "2"),
    ("cd / && cat sys/bus/usb/devices/1-1/serial", "386232733136"),
    ("test -w /sys/bus/usb/devices/1-1/authorized || echo read-only", "read-only"),
    ("(echo 0 > /sys/bus/usb/devices/1-1/authorized) 2>/dev/null || echo read-only", "read-only"),
])
def test_shell_commands_see_sysfs_and_dev_as_they_are(run, command, said):
    assert look(run, "sh", "-c", command).rstrip("\n") == said


def test_what_is_not_usb_is_the_machines(run):
    shell = "cat /proc/version; ls /sys/class /dev/null /etc/passwd; stat -c %i /sys"
    command = ["sh", "-c", shell]
    assert look(run, *command) == subprocess.run(command, capture_output=True, text=True,
                                                 check=True).stdout
