"""A DfuSe of our own, in Wine, through STTubeDevice30.dll: what ST's programs do."""

import sequences
from conftest import ROOT
from wine_session import host, hosted, hosts, prefix  # noqa: F401  fixtures

MODEL = ["--model", "stm32f405rg", "--time-scale", "0"]
FLASH = 0x08000000
# An application that runs: the device stays away after Leave. Two whole blocks and a short one.
IMAGE = (ROOT / "tests/firmware/blink_stm32f405.bin").read_bytes().ljust(5000, b"x")
LINK = r"\\?\usb#vid_0483&pid_df11#386232733136#{3fe809ab-fb91-4cb5-a643-69670d52366e}"
ALTERNATES = ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
              "@Option Bytes  /0x1FFFC000/01*016 e",
              "@OTP Memory /0x1FFF7800/01*512 e,01*016 e",
              "@Device Feature/0xFFFF0000/01*004 e"]


def dfu(transcript: list[str]) -> list[str]:
    """What the operations asked for; enumeration and names are the driver's and the list's."""
    return [it for it in transcript if not it.startswith(("GET_DESCRIPTOR", "SET_CONFIGURATION"))]


def listed(output: str) -> list[str]:
    return [it.removeprefix("device ") for it in output.splitlines() if it.startswith("device ")]


def test_list(hosts):
    output, transcript = hosts(MODEL, "list")
    assert output.splitlines() == [f"device {LINK}", *("  " + it for it in ALTERNATES),
                                   "  wTransferSize 2048", "1 devices"]
    assert dfu(transcript) == [], "listing asks for descriptors only"
    # Device, configuration, then the four names: USB 2.0 §9.4.3, wValue is type and index.
    asked = [it.split(" -> ")[0] for it in transcript]
    assert asked == ["GET_DESCRIPTOR wValue=256 wLength=18", "GET_DESCRIPTOR wValue=512 wLength=9",
                     "GET_DESCRIPTOR wValue=512 wLength=54", "SET_CONFIGURATION wValue=1 wLength=0",
                     *(f"GET_DESCRIPTOR wValue={768 + i} wLength=255" for i in (4, 5, 6, 7))]


def test_download_verify_upload_and_leave(hosts, tmp_path):
    image, back = tmp_path / "image.bin", tmp_path / "back.bin"
    image.write_bytes(IMAGE)
    output, transcript = hosts(
        MODEL, f"erase 0 0x08000000 , download 0 0x08000000 {image} , "
        f"verify 0 0x08000000 {image} , upload 0 0x08000000 {len(IMAGE)} {back} , "
        "leave , await removal , list")
    assert output.splitlines() == ["erased", "downloaded", "verified", "uploaded", "left",
                                   f"removal {LINK}", "0 devices"]
    assert back.read_bytes() == IMAGE
    size = 2048
    assert dfu(transcript) == (
        sequences.erase(0, [FLASH], sequences.FROM_ERROR)
        + sequences.download(0, FLASH, len(IMAGE), size)
        + 2 * sequences.upload(0, FLASH, len(IMAGE), size)
        + sequences.LEAVE)


def test_several_sectors_and_another_alternate_setting(hosts, tmp_path):
    back = tmp_path / "otp.bin"
    output, transcript = hosts(
        MODEL, f"erase 0 0x08000000 0x08004000 0x08010000 , upload 2 0x1FFF7800 64 {back}")
    assert output.splitlines() == ["erased", "uploaded"]
    assert back.read_bytes() == b"\xFF" * 64
    assert dfu(transcript) == (
        sequences.erase(0, [FLASH, 0x08004000, 0x08010000], sequences.FROM_ERROR)
        + sequences.upload(2, 0x1FFF7800, 64, 2048))


def test_verify_sees_a_difference(hosts, tmp_path):
    image = tmp_path / "image.bin"
    image.write_bytes(IMAGE)
    output, _ = hosts(MODEL, f"verify 0 0x08000000 {image}", status=1)
    assert output.splitlines() == ["failed: verify: not the same"]


def test_the_device_is_another_tool_s_afterwards(run, serve, hosts, tmp_path):
    server = serve("stm32l476rg")
    image, read = tmp_path / "image.bin", tmp_path / "read.bin"
    image.write_bytes(IMAGE)
    hosts(["--connect", server.address],
          f"erase 0 0x08000000 0x08000800 0x08001000 , download 0 0x08000000 {image}")
    done = run("exec", "--connect", server.address, "--", "dfu-util", "-a", "0", "-s",
               f"0x08000000:{len(IMAGE)}", "-U", str(read))
    assert done.returncode == 0, done.stderr
    assert read.read_bytes() == IMAGE


def test_leave_unplug_and_arrival(bench, hosted):
    server = bench("stm32l476rg")
    it = hosted(["--connect", server.address],
                "list , open , line , leave , await removal , unplug , line , await arrival , list")
    link = it.until("device ").split()[1]
    it.until("waiting")
    it.go_on()
    assert it.until("removal") == f"removal {link}"
    assert it.line() == "unplugged", "the event that STDevice_Open gave is signalled"
    it.until("waiting")
    server("reset")  # the boot pins still say ROM
    it.go_on()
    assert it.until("arrival") == f"arrival {link}"
    assert it.until("device ") == f"device {link}"
    assert it.until("1 devices")
    assert it.end()[0] == 0


def test_a_surprise_unplug_while_it_is_open(bench, hosted):
    server = bench("stm32l476rg")
    it = hosted(["--connect", server.address], "open , line , unplug , await removal , "
                "control 0x1B 1 3 0 0 6 , close , list")
    it.until("waiting")
    server("pin BOOT0=0")
    server("reset")
    it.go_on()
    assert it.line() == "unplugged"
    assert it.line().startswith("removal ")
    assert it.line() == "control 0x1234000C 000000000000", "STDEVICE_VENDOR_RQ_PB"
    assert it.line() == "close 0x12340000"
    assert it.line() == "0 devices"


def test_an_arrival_that_the_program_waited_for(bench, hosted):
    server = bench("stm32l476rg")
    server("pin BOOT0=0")
    server("reset")
    it = hosted(["--connect", server.address], "list , line , await arrival , list")
    assert it.line() == "0 devices"
    it.until("waiting")
    server("pin BOOT0=1")
    server("reset")
    it.go_on()
    assert it.line().startswith(r"arrival \\?\usb#vid_0483&pid_df11#")
    it.until("1 devices")


def test_several_devices(hosts):
    output, _ = hosts(["--model", "stm32f405rg", "--model", "stm32l476rg", "--model",
                       "stm32f405rg", "--time-scale", "0"], "list")
    links = listed(output)
    assert len(links) == len(set(links)) == 3
    assert LINK in links
    # The second F405 has the first one's serial number: Windows makes one up then.
    assert [it for it in links if "386232733136" not in it and "206e30975034" not in it] == [
        r"\\?\usb#vid_0483&pid_df11#5&dfurig&0&1-3#{3fe809ab-fb91-4cb5-a643-69670d52366e}"]


def test_a_removal_is_told_however_fast_the_device_is_back(hosts):
    output, _ = hosts(MODEL, "list , replug , await removal , await arrival")
    assert output.splitlines()[-2:] == [f"removal {LINK}", f"arrival {LINK}"]


def test_the_log_tells_what_happened(hosted, tmp_path):
    log = tmp_path / "log.txt"
    assert hosted([*MODEL, "--log", str(log)], "open , leave , await removal").end()[0] == 0
    text = log.read_text()
    for expected in (f"STDevice_Open {LINK}: STDEVICE_NOERROR", "imported 1-1 of 127.0.0.1:",
                     "DFU_DNLOAD wValue=0 wLength=0 (Leave) -> ACK", "went",
                     f"DBT_DEVICEREMOVECOMPLETE {LINK}"):
        assert expected in text, text


def test_the_program_s_folder_stays_as_it_is(hosts, host):
    before = sorted(it.name for it in (ROOT / "build/windows-x86_64/tests").iterdir())
    hosts(MODEL, "list")
    assert sorted(it.name for it in (ROOT / "build/windows-x86_64/tests").iterdir()) == before
