"""The 25 functions, one by one, against a USB/IP server that shares nothing with ours."""

import struct

import pytest
from wine_session import host, hosted, hosts, prefix  # noqa: F401  fixtures

import usbip_server  # of tests/e2e, as wine_session says

OK, BAD_PARAMETER = "0x12340000", "0x12340002"
VENDOR_RQ_PB, DESCRIPTOR_NOT_FOUND = "0x1234000C", "0x12340014"
PIPES_ARE_CLOSED, PIPES_ARE_OPEN = "0x12340015", "0x12340016"

INTERFACE_0 = bytes([9, 4, 0, 0, 0, 0xFE, 1, 2, 4])
INTERFACE_0_1 = bytes([9, 4, 0, 1, 0, 0xFE, 1, 2, 5])
FUNCTIONAL = bytes.fromhex("09210BFF0000081A01")
INTERFACE_1 = bytes([9, 4, 1, 0, 3, 0xFF, 0, 0, 0])
INTERRUPT_IN, BULK_IN, BULK_OUT = (bytes([7, 5, 0x81, 3, 8, 0, 10]),
                                   bytes([7, 5, 0x82, 2, 64, 0, 0]),
                                   bytes([7, 5, 0x03, 2, 64, 0, 0]))
OF_ENDPOINT = bytes([3, 0x25, 0x77])
BODY = (INTERFACE_0 + INTERFACE_0_1 + FUNCTIONAL + INTERFACE_1 + INTERRUPT_IN + BULK_IN
        + OF_ENDPOINT + BULK_OUT)
HEAD = struct.pack("<BBHBBBBB", 9, 2, 9 + len(BODY), 2, 1, 0, 0xC0, 50)
STRINGS = {1: "äb", 4: "@Internal Flash"}


class Chip:
    """Answers from a table; what is not in it stalls."""

    def __init__(self):
        self.answers: dict[bytes, usbip_server.Answer] = {}
        self.frames = iter(range(1000))
        self.written: list[tuple[int, bytes]] = []
        self.device = usbip_server.Device(configuration=HEAD + BODY, on_control=self.control,
                                          on_bulk=self.bulk)

    def control(self, setup: bytes, data: bytes) -> usbip_server.Answer:
        kind, request, value, index, length = struct.unpack("<BBHHH", setup)
        if (kind, request, value >> 8, index) == (0x80, 6, 3, 0x0409):
            text = STRINGS.get(value & 0xFF)
            if text is None:
                return usbip_server.PIPE, b""
            body = text.encode("utf-16-le")
            return 0, (bytes([2 + len(body), 3]) + body)[:length]
        return self.answers.get(setup, (usbip_server.PIPE, b""))

    def bulk(self, endpoint: int, length: int, data: bytes) -> usbip_server.Answer:
        if endpoint == 0x81:
            frame = next(self.frames)
            return (0, bytes([frame])) if frame < 5 else None
        if endpoint == 0x82:
            return (0, b"\x01\x02\x03") if length > 1 else None
        self.written.append((endpoint, data))
        return 0, b""


@pytest.fixture
def chip():
    return Chip()


@pytest.fixture
def asks(chip, hosts):
    """asks("command , command"): the answers, each a line."""
    server = usbip_server.Server()
    server.plug(chip.device)

    def ask(commands: str) -> list[str]:
        return hosts(["--connect", server.address], f"open , {commands}")[0].splitlines()[1:]
    yield ask
    server.stop()


def test_descriptors(asks):
    assert asks("device , configurations , configuration 0 , interfaces 0 , alternates 0 0 , "
                "alternates 0 1 , interface 0 0 1 , endpoints 0 1 0 , endpoint 0 1 0 2") == [
        chip_device_line(),
        f"configurations {OK} 1", f"configuration {OK} {HEAD.hex().upper()}",
        f"interfaces {OK} 2", f"alternates {OK} 2", f"alternates {OK} 1",
        f"interface {OK} {INTERFACE_0_1.hex().upper()}", f"endpoints {OK} 3",
        f"endpoint {OK} {BULK_OUT.hex().upper()}"]


def test_descriptors_of_every_level(asks):
    assert asks("descriptors 1 0x21 0 0 0 0 , descriptors 1 0x21 0 0 1 0 , "
                "descriptor 1 0x21 0 0 1 0 0 9 , descriptor 1 0x21 0 0 1 0 0 8 , "
                "descriptor 1 0x21 0 0 0 0 0 9 , descriptor 2 0x25 0 1 0 1 0 3 , "
                "descriptors 0 0x21 0 0 0 0") == [
        f"descriptors {OK} 0", f"descriptors {OK} 1",
        f"descriptor {OK} {FUNCTIONAL.hex().upper()}", "descriptor 0x12340013",
        f"descriptor {DESCRIPTOR_NOT_FOUND}", f"descriptor {OK} 032577", f"descriptors {OK} 0"]


def test_what_is_not_there(asks):
    commands = [
        "configuration 1", "interfaces 1", "alternates 0 2", "interface 0 0 2", "endpoints 0 2 0",
        "endpoint 0 1 0 3", "descriptors 1 4 0 0 0 0", "descriptors 3 0x21 0 0 0 0",
        "descriptors 2 0x25 0 1 0 3", "select 0 0 2", "select 1 0 0", "control 0x33 1 3 0 0 6",
        "control 0x1B 1 3 0 0 0x10000", "timeout 0"]
    answers = [it.split()[1] for it in asks(" , ".join(commands))]
    assert dict(zip(commands, answers, strict=True)) == dict.fromkeys(commands, BAD_PARAMETER)


def test_strings(asks):
    assert asks("string 4 64 , string 4 10 , string 1 64 , string 2 64 , string 0 64") == [
        f"string {OK} @Internal Flash", f"string {OK} @Internal", f"string {OK} ?b",
        "string 0x1234000A", "string 0x1234000A"]


def test_control_requests_of_every_kind(chip, asks):
    kinds = {0x17: 0x40, 0x18: 0x41, 0x19: 0x42, 0x20: 0x43,
             0x1A: 0x20, 0x1B: 0x21, 0x1C: 0x22, 0x1F: 0x23}
    requests, commands = [], []
    for function, kind in kinds.items():
        read = struct.pack("<BBHHH", kind | 0x80, 3, 0x1234, 0x5678, 2)
        write = struct.pack("<BBHHH", kind, 1, 2, 0, 3)
        chip.answers |= {read: (0, b"\xAB\xCD"), write: (0, b"")}
        requests += [read, write]
        commands += [f"control {function} 1 3 0x1234 0x5678 2",
                     f"control {function} 0 1 2 0 3 010203"]
    assert asks(" , ".join(commands)) == len(kinds) * [f"control {OK} ABCD", f"control {OK}"]
    assert [it for it in chip.device.setups if it[0] != 0x80] == requests


def test_control_requests_that_fail(chip, asks):
    short = struct.pack("<BBHHH", 0xA1, 3, 0, 0, 6)
    never = struct.pack("<BBHHH", 0xA1, 5, 0, 0, 1)
    chip.answers = {short: (0, b"\x01\x02"), never: None}
    assert asks("control 0x1B 1 2 0 0 6 , control 0x1B 1 3 0 0 6 , timeout 200 , "
                "control 0x1B 1 5 0 0 1") == [
        f"control {VENDOR_RQ_PB} 000000000000",  # stalled
        f"control {VENDOR_RQ_PB} 010200000000",  # fewer bytes than were asked for
        f"timeout {OK}", f"control {VENDOR_RQ_PB} 00"]
    assert chip.device.unlinks == 1, "what timed out is cancelled"


def test_selecting_an_alternate_setting(chip, asks):
    assert asks("select 0 0 1 , pipes , select 0 0 0 , unpipe , select 0 0 0") == [
        f"select {OK}", f"pipes {OK}", f"select {PIPES_ARE_OPEN}", f"unpipe {OK}", f"select {OK}"]


def test_pipes(chip, asks):
    clear_halt = bytes([0x02, 1, 0, 0, 0x82, 0, 0, 0])
    chip.answers = {clear_halt: (0, b"")}
    assert asks("read 1 8 0 , halt 1 , reset , pipes , read 1 8 0 , write 2 CAFE 0 , read 2 8 0 , "
                "write 1 00 0 , read 3 8 0 , read 1 1 200 , halt 1 , abort 1 , reset") == [
        f"read {PIPES_ARE_CLOSED}", f"halt {PIPES_ARE_CLOSED}", f"reset {PIPES_ARE_CLOSED}",
        f"pipes {OK}", f"read {OK} 010203", f"write {OK} 2",
        "read 0x1234000E",  # not an IN endpoint: before anything was read
        "write 0x12340010", f"read {BAD_PARAMETER}",
        "read 0x1234000D",  # in vain, for 200 ms
        f"halt {OK}", f"abort {OK}", f"reset {OK}"]
    assert chip.written == [(3, b"\xCA\xFE")]
    assert clear_halt in chip.device.setups
    assert chip.device.resets == 1


def test_frames_of_an_interrupt_endpoint_are_remembered(chip, asks):
    assert asks("frames 4 , pipes , frames 9 , sleep 500 , read 0 8 100 , read 0 8 100 , "
                "read 0 8 100 , read 0 8 100") == [
        f"frames {OK}", f"frames {OK} 4", f"pipes {OK}", f"frames {PIPES_ARE_OPEN}",
        f"frames {OK} 4", f"read {OK} 02", f"read {OK} 03", f"read {OK} 04",  # 00, 01 are lost
        "read 0x1234000D"]


def test_without_a_buffer_an_interrupt_endpoint_is_asked_when_it_is_read(chip, asks):
    assert asks("pipes , suspend , read 0 8 0") == [f"pipes {OK}", f"suspend {OK}", f"read {OK} 00"]
    assert next(chip.frames) == 1


def test_handles_share_one_import(chip, asks):
    assert asks("open , device , close , device , close , open , device") == [
        f"open {OK}", *2 * [chip_device_line(), f"close {OK}"], f"open {OK}", chip_device_line()]
    asked = [it for it in chip.device.setups if it[:2] == b"\x80\x06"]
    assert len(asked) == 0, "descriptors are read once, by the server's own answer"


def chip_device_line() -> str:
    return f"device {OK} " + usbip_server.Device().device.hex().upper()


def test_a_configuration_that_is_cut_off(chip, asks):
    chip.device.configuration = HEAD + BODY[:-5]
    assert asks("endpoints 0 1 0 , interfaces 0") == [f"endpoints {OK} 2", f"interfaces {OK} 2"]


def test_a_device_descriptor_that_is_too_short(chip, hosts):
    server = usbip_server.Server()
    chip.device.device = chip.device.device[:14]
    server.plug(chip.device)
    try:
        output, _ = hosts(["--connect", server.address], "open")
    finally:
        server.stop()
    assert output == "open 0x12340005\n"
