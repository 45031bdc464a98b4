"""A bootloader in main flash: the real dfu-util, the replay of DfuSeDemo, and what is refused."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUNDING = ROOT / "scenarios/founding"
L475 = ("--model", "stm32l475re", "--bootloader", "cubemx-l475")
L053 = ("--model", "stm32l053r8", "--bootloader", "cubemx-l0")
VECTORS = bytes.fromhex("00 10 00 20 41 80 00 08")  # MSP in SRAM, a Thumb reset handler


@pytest.fixture
def image(tmp_path) -> Path:
    path = tmp_path / "app.bin"
    path.write_bytes(VECTORS + bytes(i * 7 & 0xFF for i in range(3000)))
    return path


def found(name: str, serial: str) -> str:
    return (f'Found DFU: [0483:df11] ver=0200, devnum=2, cfg=1, intf=0, path="1-1", alt=0, '
            f'name="{name}", serial="{serial}"\n')


@pytest.mark.parametrize("chip, line", [
    (L475, found("@Internal Flash   /0x08000000/16*002Ka,240*002Kg", "206E30975034")),
    (L053, found("@Internal Flash   /0x08000000/256*128Ba,256*128Bg", "206E30975034")),
])
def test_dfu_util_lists_it(run, chip, line):
    assert run("exec", *chip, "--", "dfu-util", "-l").stdout.endswith(line)


def test_an_override_may_say_what_a_variant_says(run):
    same = ("--set", "bootloader/library/leave_reply=delivered", "--variant", "reply-delivered")
    done = run("exec", *L475, *same, "--", "dfu-util", "-l")
    assert "Found DFU" in done.stdout, done.stderr


@pytest.mark.parametrize("chip", [("stm32l475re", "cubemx-l475"), ("stm32l053r8", "cubemx-l0")])
def test_dfu_util_downloads_and_reads_back(run, serve, image, tmp_path, chip):
    model, bootloader = chip
    server = serve(model, "--bootloader", bootloader)
    tool = ("exec", "--connect", server.address, "--", "dfu-util", "-a", "0")
    done = run(*tool, "-s", "0x08008000", "-D", str(image))
    assert done.returncode == 0, done.stdout + done.stderr
    back = tmp_path / "back.bin"
    size = len(image.read_bytes())
    done = run(*tool, "-s", f"0x08008000:{size}", "-U", str(back))
    assert done.returncode == 0, done.stdout + done.stderr
    assert back.read_bytes() == image.read_bytes()


def leave(run, chip, image, *options: str):
    return run("exec", *chip, "--time-scale", "0", *options, "--", "dfu-util", "-a", "0", "-s",
               "0x08008000:leave", "-D", str(image))


def test_dfu_util_misses_the_reply_of_an_l475(run, image):
    done = leave(run, L475, image)
    assert done.returncode == 74
    assert done.stdout.endswith("File downloaded successfully\nSubmitting leave request...\n")
    assert done.stderr.endswith("dfu-util: Error during download get_status\n")


@pytest.mark.parametrize("chip, options", [(L053, ()), (L475, ("--variant", "reply-delivered"))])
def test_dfu_util_leaves_where_the_reply_is_delivered(run, image, chip, options):
    done = leave(run, chip, image, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Transitioning to dfuMANIFEST state\n")


def test_operations_take_the_models_time(run, image):
    """Five seconds are dfu-util's patience; the held requests stay below it."""
    done = run("exec", *L053, "--", "dfu-util", "-a", "0", "-s", "0x08008000:leave", "-D",
               str(image))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mass_erase_of_library_2_11_erases_nothing_and_succeeds(run, image):
    tool = ("dfu-util", "-a", "0", "-s", "0x08008000:mass-erase:force", "-D", str(image))
    done = run("exec", *L475, "--variant", "library-2.11", "--time-scale", "0", "--", *tool)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run("exec", *L475, "--time-scale", "0", "--", *tool)
    assert done.returncode == 74
    assert 'Error during special command "MASS_ERASE" get_status' in done.stderr


def inverted(folder: Path, name: str, change) -> str:
    text = (FOUNDING / f"{name}.json").read_text()
    value = json.loads(text.replace("${scenario_dir}", str(FOUNDING)))
    change(value["steps"])
    path = folder / "inverted.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_the_l475_scenario_fails_when_the_button_should_have_worked(run, tmp_path):
    def expect_success(steps):
        steps[0]["expect"] = {"exit": 0, "output": ["Successfully left DFU mode !"]}
    done = run("run", inverted(tmp_path, "l475_h4_never_unplugs", expect_success))
    assert done.returncode == 1
    assert "exit status\n      expected 0\n      found    1\n" in done.stdout
    assert 'expected "Successfully left DFU mode !"\n      found    it is not there' in done.stdout


def test_the_rom_scenario_fails_under_another_leave_policy(run, tmp_path):
    path = inverted(tmp_path, "rom_leave_by_system_reset", lambda steps: None)
    value = json.loads(Path(path).read_text().replace("../../tests", str(ROOT / "tests")))
    value["policies"]["leave"] = "an3156"
    Path(path).write_text(json.dumps(value))
    done = run("run", path)
    assert done.returncode == 1
    assert "RCC.AHB2ENR\n      expected 0x00000000\n      found    0x00000008\n" in done.stdout
    assert "PD2 (GPIOD.MODER)\n      expected 3\n      found    1\n" in done.stdout


def test_the_twin_fails_when_its_reply_is_lost(run, tmp_path):
    def swap_chip(steps):
        steps[:] = steps[:1]
    path = inverted(tmp_path, "l053_twin_works", swap_chip)
    value = json.loads(Path(path).read_text())
    value.update(model="stm32l475re")
    value["given"]["bootloader"] = "cubemx-l475"
    Path(path).write_text(json.dumps(value))
    done = run("run", path)
    assert done.returncode == 1
    assert 'expected "-> 00 01 00 00 07 00"\n      found    it is not there' in done.stdout


NO_DFU = ("stm32f103ze: its ROM bootloader speaks USART only (STM32F103: the chip has USB, the "
          "ROM does not use it)\n"
          "  put one into its flash: ")


@pytest.mark.parametrize("command", [("serve", "--model", "stm32f103ze"),
                                     ("exec", "--model", "stm32f103ze", "--", "true")])
def test_a_chip_without_usb_dfu_is_refused_with_what_can_be_put_in(run, command):
    done = run(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "dfurig: " + NO_DFU + "--bootloader cubemx-f103\n"


def refused_scenario(run, folder: Path, **changes: object) -> str:
    value = {"title": "t", "model": "stm32f103ze", "steps": [{"run": ["true"]}], **changes}
    path = folder / "s.json"
    path.write_text(json.dumps(value))
    done = run("run", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.replace(str(folder) + "/", "")


def test_so_is_its_scenario(run, tmp_path):
    assert refused_scenario(run, tmp_path) == (
        "dfurig: s.json: /model: " + NO_DFU + '"given": { "bootloader": "cubemx-f103" }\n')


def test_a_scenario_cannot_name_what_is_not_there(run, tmp_path):
    given = {"bootloader": "cubemx-l0"}
    assert refused_scenario(run, tmp_path, given=given) == (
        "dfurig: s.json: /given/bootloader: expected one of cubemx-f103, found \"cubemx-l0\"\n"
        "  did you mean cubemx-f103?\n")
    given = {"bootloader": "cubemx-f103"}
    assert refused_scenario(run, tmp_path, given=given, policies={"variant": "tolerent"}) == (
        'dfurig: s.json: /policies/variant: unknown variant "tolerent"\n'
        "  did you mean tolerant?\n")
    jump = {**given, "application": {"writes": [], "then": "jump_to_bootloader"}}
    assert refused_scenario(run, tmp_path, given=jump) == (
        "dfurig: s.json: /given/application/then: a bootloader in flash starts after a reset, "
        'nothing jumps to it\n  write "boot_pins": { "B1": 1 }\n')
    steps = [{"reset": "system", "boot_pins": {"B2": 1}}]
    assert refused_scenario(run, tmp_path, given=given, steps=steps) == (
        'dfurig: s.json: /steps/0/boot_pins: unknown key "B2"\n  known here: BOOT0, BOOT1, B1\n')


@pytest.mark.parametrize("option, value, message", [
    ("--bootloader", "cubemx-l0", 'stm32l475re: no bootloader "cubemx-l0" for this chip\n'
                                  "  did you mean cubemx-l475?\n"),
    ("--variant", "tolerant", 'stm32l475re: variant: unknown variant "tolerant"\n'
                              "  rom-l47x has no variants\n"),
])
def test_the_command_line_says_what_there_is(run, option, value, message):
    done = run("exec", "--model", "stm32l475re", option, value, "--", "true")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "dfurig: " + message)


def test_describe_and_models_say_it_too(run):
    told = run("describe", "stm32f103ze").stdout
    assert "\nits ROM bootloader speaks USART only (STM32F103: the chip has USB, " in told
    assert "put into its flash (--bootloader)\n  cubemx-f103\n" in told
    assert "  tolerant [unknown]\n" in run("describe", "stm32l475re", "--bootloader",
                                           "cubemx-l475").stdout
    assert "no USB DFU in its ROM" in run("models", "stm32f103ze").stdout
