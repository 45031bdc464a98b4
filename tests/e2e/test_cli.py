"""What a person sees who gives dfurig something it cannot use: exact text, exit status 2."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]

SCENARIO = {
    "title": "t", "model": "stm32l476rg", "time_scale": 0,
    "given": {"boot_pins": {"BOOT0": 1}},
    "steps": [{"run": ["true"]}],
}


@pytest.fixture
def refused(run, still_running, tmp_path) -> Callable[..., str]:
    """Runs dfurig, checks that it refuses, and gives what it said; {tmp} is cut out."""
    def run_refused(*arguments: str) -> str:
        done = run(*arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        assert done.stdout == "", "nothing may be started before everything is checked"
        assert still_running() == []
        return done.stderr.replace(str(tmp_path) + "/", "")
    return run_refused


def scenario(folder: Path, **changes: object) -> str:
    path = folder / "s.json"
    path.write_text(json.dumps({**SCENARIO, **changes}))
    return str(path)


def test_an_unknown_model_names_those_near(refused):
    assert refused("exec", "--model", "stm32f407rg", "--", "dfu-util", "-l") == (
        'dfurig: model "stm32f407rg": there is no such model\n'
        "  did you mean stm32f405rg, stm32f407vg or stm32f205rg?\n")


def test_malformed_json_names_line_and_column(refused, tmp_path):
    (tmp_path / "s.json").write_text('{\n  "title": "x",\n  "model": oops\n}\n')
    assert refused("run", str(tmp_path / "s.json")) == (
        "dfurig: s.json: line 3, column 12: not JSON: syntax error while parsing value - "
        "invalid literal; last read: '\"model\": o'\n")


def test_an_unknown_key_names_its_pointer(refused, tmp_path):
    path = scenario(tmp_path, given={"boot_pins": {"BOT0": 1}})
    assert refused("run", path) == (
        'dfurig: s.json: /given/boot_pins: unknown key "BOT0"\n  did you mean BOOT0?\n')


def test_a_key_given_twice_is_refused(refused, tmp_path):
    (tmp_path / "s.json").write_text('{"title": "a", "title": "b"}')
    assert refused("run", str(tmp_path / "s.json")) == (
        'dfurig: s.json: key "title" is given twice in one object\n  remove one of them\n')


def test_a_missing_tool_is_found_before_anything_runs(refused, tmp_path):
    steps = [{"run": ["touch", str(tmp_path / "ran")]}, {"run": ["dfu-utill", "-l"]}]
    assert refused("run", scenario(tmp_path, steps=steps)) == (
        "dfurig: s.json: /steps/1/run: dfu-utill: not found in PATH\n"
        "  is it installed? (Debian: apt-get install dfu-utill)\n")
    assert not (tmp_path / "ran").exists()
    assert refused("exec", "--model", "stm32f405rg", "--", "dfu-utill") == (
        "dfurig: dfu-utill: not found in PATH\n"
        "  is it installed? (Debian: apt-get install dfu-utill)\n")


def test_a_missing_firmware_file_is_named(refused, tmp_path):
    path = scenario(tmp_path, given={"flash": [{"file": "none.bin", "at": "0x08000000"}]})
    assert refused("run", path) == (
        "dfurig: s.json: /given/flash/0/file: there is no file none.bin\n"
        "  paths are relative to the scenario file; \"files\" can make one\n")


def test_an_image_larger_than_flash_is_refused(refused, tmp_path):
    (tmp_path / "big.bin").write_bytes(bytes(2 << 20))
    path = scenario(tmp_path, given={"flash": [{"file": "big.bin", "at": "0x08000000"}]})
    assert refused("run", path) == (
        "dfurig: s.json: /given/flash/0: big.bin covers 0x08000000 to 0x081FFFFF, which is not all "
        "in flash (0x08000000, 1048576 bytes)\n")


def test_an_unknown_register_and_policy_name_those_near(refused, tmp_path):
    steps = [{"expect": {"registers": {"GPIOB.MODR": 0}}}]
    assert refused("run", scenario(tmp_path, steps=steps)) == (
        's.json: /steps/0/expect/registers/GPIOB.MODR: no register or field "GPIOB.MODR" on this '
        "chip\n  did you mean GPIOB.MODER, GPIOB.ODR or GPIOA.MODER?\n").join(["dfurig: ", ""])
    assert refused("run", scenario(tmp_path, policies={"leave": "an3165"})) == (
        'dfurig: s.json: /policies/leave: unknown policy "an3165"\n  did you mean an3156?\n')


@pytest.fixture
def models(tmp_path) -> Path:
    """A copy of the models to break."""
    return Path(shutil.copytree(ROOT / "models", tmp_path / "models"))


def edit(path: Path, change: Callable[[dict], None]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def test_overlapping_memory_regions_are_named(refused, models):
    edit(models / "chips/stm32f405rg.json",
         lambda chip: chip["memories"]["CCM RAM"].update(base="0x2001F000"))
    assert refused("describe", "stm32f405rg", "--models", str(models)) == (
        "dfurig: models/chips/stm32f405rg.json: /: SRAM (0x20000000 to 0x2001FFFF) overlaps "
        "CCM RAM (0x2001F000 to 0x2002EFFF)\n  give each region its own addresses\n")


def test_a_register_outside_its_block_is_named(refused, models):
    edit(models / "peripherals/gpio-f4.json",
         lambda gpio: gpio["registers"]["AFRH"].update(offset="0x400"))
    assert refused("serve", "--models", str(models), "--model", "stm32f405rg") == (
        "dfurig: models/peripherals/gpio-f4.json: /registers/AFRH: register AFRH at offset 0x400 "
        'lies outside its block of 0x400 bytes\n  offsets are multiples of 4 below "size"\n')


def test_a_folder_without_models_is_refused(refused, tmp_path):
    assert refused("models", "--models", str(tmp_path / "nowhere")) == (
        "dfurig: nowhere: is not a models folder: it has no chips/\n"
        "  name it with --models DIR or DFURIG_MODELS\n")


def test_a_port_in_use_is_named(run, serve):
    server = serve("stm32f405rg")
    done = run("serve", "--model", "stm32f405rg", "--listen", server.address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"dfurig: cannot listen on {server.address}: Address already in use\n"
        "  choose another address or port (0: a free one) with --listen\n")


def test_a_kernel_too_old_for_exec_is_named_with_the_alternative(dfurig):
    done = subprocess.run(
        ["setarch", "--uname-2.6", dfurig, "exec", "--model", "stm32f405rg", "--", "true"],
        capture_output=True, text=True, timeout=PATIENCE_S)
    release = subprocess.run(["setarch", "--uname-2.6", "uname", "-r"],
                             capture_output=True, text=True).stdout.strip()
    assert done.returncode == 2
    assert done.stderr == (
        f"dfurig: exec: this kernel is {release}; running tools without a kernel module needs "
        "Linux 5.19 or newer\n  use dfurig serve and the kernel's client instead: usbip attach "
        "-r 127.0.0.1 -b 1-1\n")


@pytest.mark.parametrize("arguments, message", [
    (("frob",), 'unknown command "frob"\n  dfurig --help lists the commands'),
    (("sevre",), 'unknown command "sevre"\n  did you mean serve?'),
    (("run",), "run needs a path\n  usage: dfurig run PATH… [options]"),
    (("describe",), "describe needs a model\n  usage: dfurig describe MODEL"),
    (("exec", "--model", "stm32f405rg", "--boot-pin", "BOOT0", "--", "true"),
     "--boot-pin BOOT0: expected NAME=0 or NAME=1, such as BOOT0=1"),
    (("exec", "--model", "stm32f405rg", "--boot-pin", "BOOT7=1", "--", "true"),
     'stm32f405rg: no boot pin "BOOT7"\n  did you mean BOOT0 or BOOT1?'),
    (("serve", "--model", "stm32f405rg", "--listen", "here"),
     "--listen here: expected ADDRESS:PORT, such as 127.0.0.1:3240"),
    (("exec", "--connect", "127.0.0.1:1", "--", "true"),
     "cannot connect to 127.0.0.1:1: Connection refused\n"
     "  is dfurig serve (or usbipd) running there?"),
    (("run", "none.json"), "none.json: cannot be read\n  is the path right?"),
])
def test_bad_usage_says_what_was_expected(refused, arguments, message):
    assert refused(*arguments) == f"dfurig: {message}\n"


def test_help_teaches_every_command(run):
    commands = ["run", "exec", "serve", "models", "describe", "validate"]
    overview = run("--help")
    assert overview.returncode == 0 and all(f"  {name} " in overview.stdout for name in commands)
    for name in commands:
        done = run(name, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: dfurig {name} ")


def test_a_tool_that_hangs_is_ended_with_its_children_and_reported(run, still_running, tmp_path):
    steps = [{"run": ["sh", "-c", "echo started; sleep 617 & sleep 618"], "timeout_s": 1}]
    done = run("run", scenario(tmp_path, steps=steps))
    assert done.returncode == 1
    assert "  | started\n  exit status 137, timed out\n" in done.stdout
    assert ("    time\n      expected an end within 1.0 s\n"
            "      found    it was still running and was ended\n") in done.stdout
    assert still_running() == []


def test_nothing_is_left_in_the_temporary_folder(run, tmp_path):
    run("exec", "--model", "stm32f405rg", "--", "dfu-util", "-l", env={"TMPDIR": str(tmp_path),
                                                                     "PATH": "/usr/bin:/bin"})
    assert list(tmp_path.iterdir()) == []
