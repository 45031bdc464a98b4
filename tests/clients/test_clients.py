"""Every client through the same three jobs, on one model of each kind of ROM."""

import os
import random
import re
import struct
import subprocess

import pytest
from clients import BUILD, CLIENTS, Client, StaticLibusb
from conftest import PATIENCE_S, ROOT

MODELS = ["stm32f405rg", "stm32l476rg", "stm32g0b1cb"]
# klipper PR#5596 and others: newer ROMs are gone before the last reply; dfu-util then ends with 74.
LOSES_LAST_REPLY = {"stm32g0b1cb"}
DFU_UTIL_LOST_REPLY = 74
SIZE = 12_288  # whole blocks, however long a client makes them: see clients.py, Fwupd


@pytest.fixture(params=MODELS)
def model(request) -> str:
    return request.param


def client_fixture(names: list[str]):
    @pytest.fixture(scope="session", params=names)
    def made(request) -> Client:
        return CLIENTS[request.param]()
    return made


client = client_fixture(list(CLIENTS))
flasher = client_fixture([name for name in CLIENTS if name != "lsusb"])


class Tool:
    """Runs clients inside exec against one server, so that the device lives from run to run."""

    def __init__(self, dfurig: str, server, model: str):
        self.dfurig, self.server, self.model = dfurig, server, model

    def __call__(self, *command: str, may_lose_reply: bool = False) -> str:
        done = subprocess.run(
            [self.dfurig, "exec", "--connect", self.server.address, "--", *command], cwd=ROOT,
            env={**os.environ, "NODE_PATH": str(BUILD / "node_modules")}, capture_output=True,
            text=True, timeout=PATIENCE_S)
        is_lost = may_lose_reply and self.model in LOSES_LAST_REPLY
        assert done.returncode == (DFU_UTIL_LOST_REPLY if is_lost else 0), done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def start(dfurig, serve, model):
    return lambda it: Tool(dfurig, serve(model, *it.serve_options(model)), model)


def image_for(folder, seed: str):
    """Random bytes behind the vector table of an application: MSP in SRAM, entry in flash."""
    path = folder / "image.bin"
    table = struct.pack("<II", 0x20000400, 0x08000101)
    path.write_bytes(table + random.Random(seed).randbytes(SIZE - len(table)))
    return path


def described(run, model: str, what: str) -> list[str]:
    """From the model; tests/e2e/test_every_chip.py holds that against public logs."""
    return re.findall(rf"^  {what} +(.*)$", run("describe", model).stdout, re.MULTILINE)


def test_list(client, model, start, run):
    assert client.list(start(client)) == described(run, model, client.lists)


def test_download_and_leave(flasher, model, start, tmp_path):
    tool = start(flasher)
    flasher.download_and_leave(tool, image_for(tmp_path, model))
    assert "Found DFU" not in tool("dfu-util", "-l"), "the application runs: the device is gone"


def test_upload_and_compare(flasher, model, start, tmp_path):
    tool, image = start(flasher), image_for(tmp_path, model)
    flasher.download_and_leave(tool, image)
    tool.server.tell("reset")
    flasher.upload(tool, SIZE, tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == image.read_bytes()


def test_a_tool_may_end_as_its_device_leaves(dfurig, serve, tmp_path):
    """What the supervisor has to say then, nobody reads any more."""
    host, image = StaticLibusb(), image_for(tmp_path, "leaves")
    tool = Tool(dfurig, serve("stm32l476rg"), "stm32l476rg")
    for _ in range(25):
        host.download_and_leave(tool, image)
        tool.server.tell("reset")
