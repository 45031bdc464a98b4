"""The ROM's DFU over the wire: AN3156, DFU 1.1."""

import pytest
from dfu_host import (ABORT, CLRSTATUS, DNBUSY, DNLOAD, DNLOAD_IDLE, ERR_FIRMWARE, ERR_STALLEDPKT,
                      ERR_TARGET, ERROR, IDLE, MANIFEST, OK, STALL, UPLOAD_IDLE, DfuHost)
from usbip_client import import_first

FLASH = 0x08000000
# A vector table: MSP into SRAM, a Thumb reset handler in flash.
APPLICATION = bytes.fromhex("00100020 41000008") + bytes(56)


@pytest.fixture(params=["stm32f405rg", "stm32l476rg"])
def host(serve, request):
    with import_first(serve(request.param).port) as connection:
        yield DfuHost(connection)


def test_the_rom_starts_in_dfuerror_and_clrstatus_leads_to_dfuidle(host):
    assert host.status() == (ERROR, ERR_FIRMWARE)
    assert host.out(CLRSTATUS).status == 0
    assert host.status() == (IDLE, OK)


def test_get_commands(host):
    host.to_idle()
    assert host.upload(0, 64).data == bytes.fromhex("00214192")
    assert host.status() == (IDLE, OK), "a short frame ends the upload"


def test_a_bad_address_is_errtarget(host):
    host.to_idle()
    assert host.set_address(0x60000000) == (ERROR, ERR_TARGET)
    host.to_idle()
    assert host.erase(0x20000000) == (ERROR, ERR_TARGET)


@pytest.mark.parametrize("block, data", [(1, b"xx"), (0, b"\x55"), (0, b"\x21\0\0"),
                                         (2, bytes(2049))])
def test_what_is_not_defined_stalls_with_errstalledpkt(host, block, data):
    host.to_idle()
    assert host.out(DNLOAD, block, data).status == STALL
    assert host.status() == (ERROR, ERR_STALLEDPKT)


def test_upload_in_dfudnload_idle_stalls(host):
    host.to_idle()
    assert host.set_address(FLASH) == (DNLOAD_IDLE, OK)
    assert host.upload(2, 16).status == STALL
    assert host.status() == (ERROR, ERR_STALLEDPKT)


def test_numbered_blocks_go_where_the_formula_says(host):
    host.to_idle()
    content = bytes(i * 7 % 251 for i in range(2048 * 2 + 104))
    for sector in range(3):
        assert host.erase(FLASH + sector * 2048) == (DNLOAD_IDLE, OK)
    assert host.set_address(FLASH) == (DNLOAD_IDLE, OK)
    for number in range(3):
        block = content[number * 2048:(number + 1) * 2048]
        assert host.operate(2 + number, block) == (DNLOAD_IDLE, OK)
    host.out(ABORT)
    read = b"".join(host.upload(2 + number, 2048).data for number in range(3))
    assert read[:len(content)] == content
    assert host.status() == (UPLOAD_IDLE, OK)


@pytest.mark.parametrize("block", [0, 2, 77])
@pytest.mark.parametrize("from_dnload_idle", [True, False])
def test_leave_is_a_zero_length_download_with_any_block_number(host, block, from_dnload_idle):
    host.to_idle()
    assert host.erase(FLASH) == (DNLOAD_IDLE, OK)
    assert host.operate(2, APPLICATION) == (DNLOAD_IDLE, OK)
    if not from_dnload_idle:
        host.to_idle()
    assert host.out(DNLOAD, block).status == 0
    assert host.status() == (MANIFEST, OK)
    assert host.connection.is_closed_by_peer(), "the device detaches after its last reply"


def test_a_download_runs_on_getstatus_and_not_before(host):
    host.to_idle()
    assert host.erase(FLASH) == (DNLOAD_IDLE, OK)
    assert host.out(DNLOAD, 2, APPLICATION).status == 0
    host.out(ABORT)
    assert host.upload(2, 64).data == b"\xff" * 64
    host.to_idle()
    assert host.out(DNLOAD, 2, APPLICATION).status == 0
    assert host.status() == (DNBUSY, OK)
    assert host.status() == (DNLOAD_IDLE, OK)
