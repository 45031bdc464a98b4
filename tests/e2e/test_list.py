"""`dfurig list`: what a USB/IP server has, without taking it."""

import pytest


def test_the_devices_of_a_server_are_listed(run, serve):
    server = serve("stm32f405rg", "stm32l476rg")
    done = run("list", server.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1-1  0483:DF11\n1-2  0483:DF11\n"


def test_who_uses_a_device_is_not_disturbed(run, serve, inside, dfurig):
    server = serve("stm32f405rg")
    tool = inside("--connect", server.address, "--", "sh", "-c",
                  "echo ready; read go; dfu-util -l | grep -c Found")
    assert tool.line() == "ready"
    assert run("list", server.address).returncode == 0
    tool.tell("go")
    assert tool.end() == "4\n"


def test_a_server_without_a_device_on_usb_answers(run, serve):
    server = serve("stm32f405rg", "--boot-pin", "BOOT0=0")
    done = run("list", server.address)
    assert (done.returncode, done.stdout) == (
        0, f"{server.address} answers; no device is on USB\n")


@pytest.mark.parametrize("server, message", [
    ("127.0.0.1:1", "cannot connect to 127.0.0.1:1: Connection refused\n"
     "  is dfurig serve (or usbipd) running there?\n"),
    ("127.0.0.1:0", "list 127.0.0.1:0: expected HOST:PORT, such as 127.0.0.1:3240\n"),
    ("127.0.0.1:http", "list 127.0.0.1:http: expected HOST:PORT, such as 127.0.0.1:3240\n"),
])
def test_no_server_is_an_error(run, server, message):
    done = run("list", server)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"dfurig: {message}")


def test_a_second_server_is_refused(run):
    done = run("list", "127.0.0.1:1", "127.0.0.1:2")
    assert done.returncode == 2
    assert "usage: dfurig list [HOST:PORT]" in done.stderr
