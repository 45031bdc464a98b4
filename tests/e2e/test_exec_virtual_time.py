"""`dfurig exec --model`: waiting takes no time, and everybody's clock agrees how long it was."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

MODEL = "stm32f405rg"
SANDBOX = str(Path(__file__).with_name("sandbox.py"))

# What something takes by the tool's own clock.
TIMED = """
import os, select, signal, subprocess, sys, threading, time
def timed(call, *arguments):
    start = time.monotonic()
    result = call(*arguments)
    print(round(time.monotonic() - start, 3), result, flush=True)
end, other = os.pipe()
"""


@pytest.fixture(params=["", "pidfd_getfd kcmp"], ids=["all-allowed", "as-docker"])
def execute(request, dfurig):
    """`dfurig exec --model M ARGUMENTS…`; also where a container's profile denies what is handy."""
    denied = request.param.split()
    box = ["/usr/bin/python3", SANDBOX, "deny", *denied, "--"] if denied else []

    def run_exec(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([*box, dfurig, "exec", "--model", MODEL, *arguments], cwd=ROOT,
                              capture_output=True, text=True, timeout=PATIENCE_S,
                              stdin=subprocess.DEVNULL)
    return run_exec


@pytest.fixture
def python(execute):
    """Runs Python code; what it says. Nothing may have been waited for in real time."""
    def run_python(code: str, *options: str) -> str:
        done = execute(*options, "--", sys.executable, "-c", TIMED + code)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    return run_python


@pytest.mark.parametrize("wait, took", [
    ("timed(time.sleep, 35)", "35.0 None"),
    ("timed(subprocess.call, ['sleep', '3600'])", "3600.0 0"),
    ("timed(select.select, [end], [], [], 7.5)", "7.5 ([], [], [])"),
    ("p = select.poll(); p.register(end, select.POLLIN); timed(p.poll, 3000)", "3.0 []"),
    ("e = select.epoll(); e.register(end); timed(e.poll, 4)", "4.0 []"),
    ("timed(threading.Event().wait, 20)", "20.0 False"),
    ("timed(threading.Lock().acquire, True, 1) ; l = threading.Lock(); l.acquire();"
     "timed(l.acquire, True, 9)", "0.0 True\n9.0 False"),
    ("timed(signal.sigtimedwait, [signal.SIGUSR1], 6)", "6.0 None"),
])
def test_a_wait_takes_its_time_by_the_tools_clock(python, wait, took):
    assert python(wait) == took + "\n"


@pytest.mark.parametrize("wait, took", [
    ("timed(select.select, [end], [], [], 7.5)", "3.0 ([3], [], [])"),
    ("p = select.poll(); p.register(end, select.POLLIN); timed(p.poll, 9000)", "3.0 [(3, 1)]"),
    ("e = select.epoll(); e.register(end, select.EPOLLIN); timed(e.poll, 9)", "3.0 [(3, 1)]"),
    ("timed(event.wait, 20)", "3.0 True"),
])
def test_what_comes_in_time_ends_a_wait(python, wait, took):
    said = python("""
event = threading.Event()
threading.Timer(3, lambda: (os.write(other, b"x"), event.set())).start()
""" + wait)
    assert said == took + "\n"


# The signal comes again and again, also while a thread is taken out of its call.
def test_no_signal_is_lost_and_no_wait_is_cut_short(python):
    said = python("""
count = 0
def handler(number, frame):
    global count
    count += 1
signal.signal(signal.SIGUSR1, handler)
parent = os.getpid()
child = os.fork()
if child == 0:
    for it in range(50):
        os.kill(parent, signal.SIGUSR1)
        time.sleep(0.01)
    os._exit(0)
for it in range(50):
    timed(select.select, [end], [], [], 0.02)
os.waitpid(child, 0)
print(0 < count <= 50)
""").splitlines()
    assert said == ["0.02 ([], [], [])"] * 50 + ["True"]


def test_descriptors_that_are_not_open_are_told(python):
    assert python("""
p = select.poll()
p.register(end, select.POLLIN)
p.register(50, select.POLLIN)
timed(p.poll, 9000)
try:
    select.select([50], [], [], 5)
except OSError as error:
    print(error.strerror)
""") == "0.0 [(50, 32)]\nBad file descriptor\n"


def test_many_threads_wait_at_once(python):
    said = python("""
def wait(number):
    for it in range(20):
        select.select([end], [], [], 0.1 * number)
threads = [threading.Thread(target=wait, args=[number]) for number in range(1, 9)]
def all_of_them():
    for it in threads: it.start()
    for it in threads: it.join()
timed(all_of_them)
print(sorted(int(it) for it in os.listdir("/proc/self/fd"))[:-1])
""")
    assert said == "16.0 None\n[0, 1, 2, 3, 4]\n"


@pytest.mark.parametrize("threads", [0, 3])
def test_a_process_that_is_killed_while_it_waits_is_gone(python, threads):
    assert python(f"threads = {threads}" """
def wait():
    while True:
        select.select([end], [], [], 0.001)
for it in range(50):
    child = os.fork()
    if child == 0:
        for other in range(threads): threading.Thread(target=wait).start()
        wait()
    time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
print("gone")
""") == "gone\n"


def test_a_timerfd_expires_in_the_tools_time(python):
    assert python("""
import ctypes
libc = ctypes.CDLL(None)
timer = libc.timerfd_create(1, 0)
libc.timerfd_settime(timer, 0, (ctypes.c_long * 4)(0, 0, 12, 0), None)
timed(select.select, [timer], [], [], 30)
timed(os.read, timer, 8)
""") == "12.0 ([5], [], [])\n0.0 b'\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00'\n"


def test_a_signal_ends_a_wait(python):
    assert python("""
def handler(number, frame):
    raise InterruptedError
signal.signal(signal.SIGUSR1, handler)
child = os.fork()
if child == 0:
    time.sleep(2)
    os.kill(os.getppid(), signal.SIGUSR1)
    os._exit(0)
def interrupted(call, *arguments):
    try:
        return call(*arguments)
    except InterruptedError:
        return "interrupted"
timed(interrupted, time.sleep, 30)
""") == "2.0 interrupted\n"


@pytest.mark.parametrize("arm, took", [
    ("signal.alarm(30)", "30.0 interrupted"),
    ("signal.setitimer(signal.ITIMER_REAL, 2.5)", "2.5 interrupted"),
])
def test_an_alarm_comes_in_the_tools_time(python, arm, took):
    assert python("""
def handler(number, frame):
    raise InterruptedError
signal.signal(signal.SIGALRM, handler)
def interrupted():
    try:
        time.sleep(100)
    except InterruptedError:
        return "interrupted"
""" + arm + "\ntimed(interrupted)") == took + "\n"


def test_timeout_ends_what_takes_too_long(python):
    assert python("""
timed(subprocess.call, ["timeout", "20", "sleep", "30"])
timed(subprocess.call, ["timeout", "20", "sleep", "10"])
timed(subprocess.call, ["timeout", "2", "sh", "-c", "while :; do sleep 0.3; done"])
""") == "20.0 124\n10.0 0\n2.0 124\n"


def test_every_clock_agrees(python):
    passed = python("""
clocks = [time.monotonic, time.time, time.perf_counter,
          lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
          lambda: float(subprocess.run(["date", "+%s"], capture_output=True).stdout)]
before = [it() for it in clocks]
time.sleep(1000)
print(*[round(it() - start) for it, start in zip(clocks, before)], time.process_time() < 100)
""")
    assert passed == "1000 1000 1000 1000 1000 True\n"


def test_who_looks_at_the_clock_until_it_is_late_enough_gets_there(python):
    assert python("""
end = time.monotonic() + 0.1
while time.monotonic() < end:
    pass
print("there")
""") == "there\n"


def test_who_waits_for_a_sleeper_in_a_loop_without_a_clock_gets_there(python):
    assert python("""
done = []
threading.Timer(0.01, lambda: done.append(1)).start()
while not done:
    pass
print("there")
""") == "there\n"


def test_processes_wake_in_the_order_of_their_sleeps(execute):
    script = """
for it in 50 10 30 0.5 20; do (sleep $it; echo $it) & done
wait
(sleep 1; sleep 1; sleep 1; echo three) &
(sleep 2; echo two) &
wait"""
    for _ in range(5):
        done = execute("--", "sh", "-c", script)
        assert (done.stdout, done.stderr) == ("0.5\n10\n20\n30\n50\ntwo\nthree\n", "")


# The whole chip, with the times of its data sheet; dfu-util waits as the device tells it to.
MASS_ERASE = """
timed(lambda: subprocess.run(["dfu-util", "-a", "0", "-s", "0x08000000:mass-erase:force", "-D",
                              sys.argv[1]], capture_output=True).returncode)
"""


@pytest.fixture
def mass_erase(execute, tmp_path):
    firmware = tmp_path / "firmware"
    firmware.write_bytes(bytes(range(256)) * 16)
    return lambda *options: execute(*options, "--", sys.executable, "-c", TIMED + MASS_ERASE,
                                    str(firmware))


def test_a_mass_erase_takes_what_it_takes_to_the_millisecond_twenty_times(mass_erase):
    said = {mass_erase().stdout for _ in range(20)}
    assert len(said) == 1, said
    seconds, status = said.pop().split()
    assert float(seconds) > 30 and status == "0"


def test_a_request_that_is_not_answered_in_time_is_given_up_by_libusb(mass_erase):
    seconds, status = mass_erase(
        "--set", "bootloader/timings/mass_erase/busy_ms=1000000").stdout.split()
    assert float(seconds) == pytest.approx(35 + 5, abs=0.2), "what the device said, and no answer"
    assert status == "74"


def test_scenarios_have_the_same_times_again_and_again(run):
    scenario = "scenarios/leave/gpio_default_after_leave.json"
    said = {run("run", scenario).stdout for _ in range(20)}
    assert len(said) == 1
    assert re.search(r"PASS .*\((0\.\d+ s)\)\n$", said.pop())


def test_real_time_passes_for_real(python):
    took, _ = python("timed(time.sleep, 0.2)", "--real-time").split()
    assert float(took) >= 0.2
