"""`dfurig exec`: several devices, and several tools, processes and threads in one wrapper."""

import os
import re
import sys
from pathlib import Path

F4, L4 = "stm32f405rg", "stm32l476rg"


def paths_of(listing: str) -> list[str]:
    """The USB paths `dfu-util -l` names, each once."""
    return sorted(set(re.findall(r'path="([\d.-]+)"', listing)))


def test_two_models_are_two_devices_of_one_bus(run):
    done = run("exec", "--model", F4, "--model", L4, "--", "dfu-util", "-l")
    assert paths_of(done.stdout) == ["1-1", "1-2"]
    assert done.stdout.count("Found DFU") == 4 + 3


def test_a_device_is_there_from_the_start_however_slow_it_is(run):
    done = run("exec", "--model", F4, "--model", L4, "--time-scale", "10", "--", "dfu-util", "-l")
    assert paths_of(done.stdout) == ["1-1", "1-2"]


def test_each_server_is_a_bus_and_models_are_one_more(run, serve):
    first, second = serve(F4, L4), serve(L4)
    done = run("exec", "--connect", first.address, "--model", F4, "--connect", second.address, "--",
               "sh", "-c", "dfu-util -l; lsusb -t; lsusb")
    assert paths_of(done.stdout) == ["1-1", "2-1", "2-2", "3-1"], done.stdout + done.stderr
    assert len(re.findall(r"root_hub, Driver=/8p, 12M", done.stdout)) == 3
    assert len(re.findall(r"Port \d: Dev \d, If 0, Class=Application Specific", done.stdout)) == 4
    assert len(re.findall(r"ID 0483:df11", done.stdout)) == 4
    assert len(re.findall(r"ID 1d6b:0001", done.stdout)) == 3


def test_a_shells_jobs_use_several_devices_at_once(run, tmp_path):
    script = """
for number in 1 2 3; do
  head -c 20000 /dev/urandom > $0/$number.bin
  (dfu-util -p 1-$number -a 0 -s 0x08000000 -D $0/$number.bin &&
   dfu-util -p 1-$number -a 0 -s 0x08000000:20000 -U $0/$number.back) > $0/$number.log 2>&1 &
done
wait
for number in 1 2 3; do cmp $0/$number.bin $0/$number.back && echo $number is right; done
"""
    done = run("exec", "--time-scale", "0", "--model", F4, "--model", F4, "--model", F4, "--",
               "bash", "-c", script, str(tmp_path))
    assert done.stdout == "1 is right\n2 is right\n3 is right\n", done.stdout + "".join(
        it.read_text() for it in tmp_path.glob("*.log"))


def test_threads_use_a_device_at_once(run):
    done = run("exec", "--model", F4, "--model", L4, "--", sys.executable, "-c", """
import threading, usb.core
devices = list(usb.core.find(find_all=True, idVendor=0x0483))
wrong = []
def ask(device):
    for _ in range(300):
        data = device.ctrl_transfer(0x80, 6, 0x0100, 0, 18)
        if len(data) != 18 or data[17] != 1:
            wrong.append(bytes(data))
threads = [threading.Thread(target=ask, args=(device,)) for device in devices for _ in range(4)]
for it in threads: it.start()
for it in threads: it.join()
print(len(devices), wrong)
""")
    assert done.stdout == "2 []\n", done.stderr


def test_tools_one_after_the_other_find_the_device_as_it_was_left(run, tmp_path):
    image = Path("tests/firmware/blink_stm32f405.bin")
    script = f"""
dfu-util -a 0 -s 0x08000000 -D {image} &&
dfu-util -a 0 -s 0x08000000:$(stat -c %s {image}) -U $0/back.bin && cmp {image} $0/back.bin"""
    done = run("exec", "--time-scale", "0", "--model", F4, "--", "sh", "-c", script, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_process_survives_the_tool(run):
    done = run("exec", "--model", F4, "--", "sh", "-c",
               "setsid sleep 1000 & echo $!; sleep 1000 & echo $!")
    for pid in done.stdout.split():
        assert not os.path.exists(f"/proc/{pid}")
