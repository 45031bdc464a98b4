"""The wire, against an independent client and Debian's usbip."""

import struct
import subprocess

import pytest
from usbip_client import (CMD_SUBMIT, Closed, Connection, RET_UNLINK, import_first, setup_packet)

DEVICE_DESCRIPTOR = setup_packet(0x80, 6, 0x0100, 0, 18)
STALL, CANCELLED = -32, -104


@pytest.fixture
def server(serve):
    return serve("stm32f405rg", "stm32l476rg")


@pytest.fixture
def device(server):
    with import_first(server.port) as connection:
        yield connection


def test_debians_usbip_lists_the_devices(server):
    listed = subprocess.run(["usbip", "--tcp-port", str(server.port), "list", "-r", "127.0.0.1"],
                            capture_output=True, text=True, timeout=30)
    assert listed.returncode == 0, listed.stderr
    assert "1-1: " in listed.stdout and "1-2: " in listed.stdout
    assert listed.stdout.count("(0483:df11)") == 2
    assert listed.stdout.count("(fe/01/02)") == 2


def test_the_device_list_says_what_the_descriptors_say(server):
    with Connection(server.port) as connection:
        first, second = connection.device_list()
        assert connection.is_closed_by_peer()
    assert (first.busid, first.busnum, first.devnum, first.speed) == ("1-1", 1, 2, 2)
    assert (first.vendor, first.product, first.bcd_device) == (0x0483, 0xDF11, 0x2200)
    assert first.interfaces == [(0xFE, 1, 2)]
    assert second.busid == "1-2"


def test_an_unknown_busid_is_refused_as_the_kernels_exporter_does(server):
    with Connection(server.port) as connection:
        assert connection.import_device("9-9") == (4, None)
        assert connection.is_closed_by_peer()


def test_a_second_import_is_refused_and_the_device_left_out_of_the_list(server, device):
    with Connection(server.port) as connection:
        assert connection.import_device("1-1") == (2, None)
        assert connection.is_closed_by_peer()
    with Connection(server.port) as connection:
        assert [it.busid for it in connection.device_list()] == ["1-2"]


def test_a_closed_import_gives_the_device_back(server):
    import_first(server.port).socket.close()
    with import_first(server.port) as again:
        assert again.control(DEVICE_DESCRIPTOR).status == 0


def test_descriptors(device):
    reply = device.control(DEVICE_DESCRIPTOR)
    assert reply.data == bytes.fromhex("12010001 00000040 8304 11DF 0022 010203 01")
    configuration = device.control(setup_packet(0x80, 6, 0x0200, 0, 255)).data
    assert len(configuration) == struct.unpack("<H", configuration[2:4])[0] == 54
    assert configuration[-9:] == bytes.fromhex("09210BFF0000081A01")
    assert device.control(setup_packet(0x80, 6, 0x0300, 0, 255)).data == b"\x04\x03\x09\x04"
    product = device.control(setup_packet(0x80, 6, 0x0302, 0x0409, 255)).data
    assert product[2:].decode("utf-16le") == "STM32  BOOTLOADER"


def test_a_reply_carries_zeros_where_the_kernels_does(device):
    seqnum = device.submit(DEVICE_DESCRIPTOR, packets=0xFFFFFFFF)
    reply = device.reply()
    assert (reply.seqnum, reply.devid, reply.direction, reply.ep) == (seqnum, 0, 0, 0)
    assert reply.number_of_packets == 0xFFFFFFFF


@pytest.mark.parametrize("length, sent", [(0, 0), (1, 1), (8, 8), (18, 18), (64, 18)])
def test_in_data_is_clipped_to_wlength(device, length, sent):
    reply = device.control(setup_packet(0x80, 6, 0x0100, 0, length))
    assert (reply.status, reply.actual_length, len(reply.data)) == (0, sent, sent)


def test_the_device_qualifier_stalls(device):
    reply = device.control(setup_packet(0x80, 6, 0x0600, 0, 10))
    assert (reply.status, reply.actual_length, reply.data) == (STALL, 0, b"")


def test_a_pending_transfer_is_unlinked_and_never_answered(device):
    pending = device.submit(setup_packet(0x80, 0, 0, 0, 0), ep=1, length=64)
    cancel = device.unlink(pending)
    reply = device.reply()
    assert (reply.command, reply.seqnum, reply.status) == (RET_UNLINK, cancel, CANCELLED)
    assert (reply.devid, reply.direction, reply.ep) == (0, 0, 0)
    assert device.control(DEVICE_DESCRIPTOR).status == 0, "the next reply is the next transfer's"


def test_the_unlink_of_a_finished_or_unknown_transfer_says_0(device):
    device.control(DEVICE_DESCRIPTOR)
    for victim in (device.seqnum, 4711):
        cancel = device.unlink(victim)
        reply = device.reply()
        assert (reply.command, reply.seqnum, reply.status) == (RET_UNLINK, cancel, 0)


@pytest.mark.parametrize("cut", [1, 20, 47, 48, 50])
def test_a_request_may_come_in_pieces_with_a_pause(server, device, cut):
    message = device.encode_submit(setup_packet(0x21, 1, 0, 0, 5), b"\x21\0\0\0\x08")
    device.control(setup_packet(0x21, 4, 0, 0, 0))
    device.send(message[:cut])
    with import_first(server.port, "1-2") as other:
        # The pause: everybody else is served meanwhile.
        assert other.control(DEVICE_DESCRIPTOR).status == 0
    device.send(message[cut:])
    reply = device.reply()
    assert (reply.status, reply.actual_length) == (0, 5)


def test_a_reset_in_the_middle_of_a_transfer_frees_the_device(server):
    broken = import_first(server.port)
    broken.send(broken.encode_submit(setup_packet(0x21, 1, 2, 0, 2048), bytes(2048))[:700])
    broken.reset()
    for _ in range(100):
        with Connection(server.port) as connection:
            status, _ = connection.import_device("1-1")
            if status == 0:
                assert connection.control(DEVICE_DESCRIPTOR).status == 0
                return
    pytest.fail("the device stayed imported after its client was reset")


def test_several_clients_use_several_devices_at_once(server):
    with import_first(server.port, "1-1") as first, import_first(server.port, "1-2") as second:
        for _ in range(50):
            one, two = first.submit(DEVICE_DESCRIPTOR), second.submit(DEVICE_DESCRIPTOR)
            assert (second.reply().seqnum, first.reply().seqnum) == (two, one)


@pytest.mark.parametrize("message", [
    struct.pack(">HHI", 0x0100, 0x8005, 0),
    struct.pack(">HHI", 0x0111, 0x8009, 0),
    b"GET / HTTP/1.1\r\n\r\n",
])
def test_what_is_no_operation_closes_the_connection(server, message):
    with Connection(server.port) as connection:
        connection.send(message)
        assert connection.is_closed_by_peer()
    with Connection(server.port) as connection:
        assert len(connection.device_list()) == 2


@pytest.mark.parametrize("length, packets", [(0xFFFFFFFF, 0), (1 << 21, 0), (8, 100000)])
def test_a_limit_is_checked_before_anything_is_allocated(server, device, length, packets):
    device.send(struct.pack(">10I", CMD_SUBMIT, 99, device.devid, 0, 0, 0, length, 0, packets, 0)
                + bytes(8))
    with pytest.raises(Closed):
        device.reply()
    with Connection(server.port) as connection:
        assert len(connection.device_list()) == 2
