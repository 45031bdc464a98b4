"""What ST's DfuSe puts on the control pipe for each operation.

Written from ST's own source, DfuSe 3.0.6 of June 2018 (STSW-STM32080; published on GitHub as
engphitek/Custom_DfuSeCommand and pimoroni/DfuSE): STDFU/STDFU.CPP (wIndex is 0 always), and of
STDFUPRT: DFUHREAD.CPP (EnsureIdleMode, ActionAndGetStatus), downloadthread.cpp, uploadthread.cpp,
DetachThread.CPP. Polls last no time here (--time-scale 0).
"""

SYNC = "SET_INTERFACE wValue={alternate} wLength=0 -> ACK"
GETSTATE = "DFU_GETSTATE wValue=0 wLength=1 -> 1 bytes"
ABORT = "DFU_ABORT wValue=0 wLength=0 -> ACK"
CLRSTATUS = "DFU_CLRSTATUS wValue=0 wLength=0 -> ACK"


def status(state: str, code: str = "OK") -> str:
    return f"DFU_GETSTATUS wValue=0 wLength=6 -> {code}, 0 ms, {state}"


IDLE = status("dfuIDLE")
BUSY = status("dfuDNBUSY")
DNLOAD_IDLE = status("dfuDNLOAD-IDLE")
UPLOAD_IDLE = status("dfuUPLOAD-IDLE")

# EnsureIdleMode: by the state it finds.
FROM_IDLE = [IDLE, IDLE]
FROM_ERROR = [status("dfuERROR", "errFIRMWARE"), CLRSTATUS, IDLE, IDLE]
FROM_DNLOAD_IDLE = [DNLOAD_IDLE, DNLOAD_IDLE, ABORT, IDLE]
FROM_UPLOAD_IDLE = [UPLOAD_IDLE, UPLOAD_IDLE, ABORT, IDLE]


def select(alternate: int) -> list[str]:
    return [SYNC.format(alternate=alternate)]


def command(name: str, address: int) -> list[str]:
    """DnloadAndGetStatus with block 0, whose state is looked at first."""
    return [GETSTATE, f"DFU_DNLOAD wValue=0 wLength=5 ({name} 0x{address:08X}) -> ACK", BUSY,
            DNLOAD_IDLE]


def erase(alternate: int, addresses: list[int], found: list[str]) -> list[str]:
    commands = [line for it in addresses for line in command("Erase", it)]
    return select(alternate) + found + commands + FROM_DNLOAD_IDLE


def blocks(length: int, transfer_size: int) -> list[tuple[int, int]]:
    """(wBlockNum, length): from 2, the last one short."""
    return [(2 + at // transfer_size, min(transfer_size, length - at))
            for at in range(0, length, transfer_size)]


def element(address: int, length: int, transfer_size: int) -> list[str]:
    return command("Set Address Pointer", address) + [
        line for number, size in blocks(length, transfer_size) for line in (
            f"DFU_DNLOAD wValue={number} wLength={size} (Write {size} bytes, wBlockNum {number}) "
            "-> ACK", BUSY, DNLOAD_IDLE)]


def download(alternate: int, address: int, length: int, transfer_size: int,
             sector: int | None = None) -> list[str]:
    """The real DfuSe makes an element of each sector that is touched (STDFUPRT/image.cpp)."""
    step = sector or length
    elements = [line for at in range(0, length, step) for line in
                element(address + at, min(step, length - at), transfer_size)]
    return select(alternate) + FROM_IDLE + elements + FROM_DNLOAD_IDLE


def upload(alternate: int, address: int, length: int, transfer_size: int) -> list[str]:
    """Verify is the same, and compares."""
    reads = [line for number, size in blocks(length, transfer_size) for line in (
        f"DFU_UPLOAD wValue={number} wLength={size} -> {size} bytes", UPLOAD_IDLE)]
    return (select(alternate) + FROM_IDLE + command("Set Address Pointer", address) + [ABORT]
            + reads + FROM_UPLOAD_IDLE)


# "Leave DFU mode": no SET_INTERFACE, no Set Address Pointer, block number 0.
LEAVE = FROM_IDLE + [GETSTATE, "DFU_DNLOAD wValue=0 wLength=0 (Leave) -> ACK",
                     status("dfuMANIFEST")]
