"""tests/clients/dfuse/run needs ST's programs; what is missing, it says, and what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT
from wine_session import host, prefix  # noqa: F401  fixtures

I686 = ROOT / "build/windows-i686"
PROGRAMS = ["DfuSeCommand.exe", "DfuSeDemo.exe"]
DLLS = ["STDFU.dll", "STDFUPRT.dll", "STDFUFiles.dll"]


@pytest.fixture
def refusal(dfurig):
    def refuse(folder: Path | str | None, **more: str) -> str:
        environment = {key: it for key, it in os.environ.items() if key != "DFURIG_DFUSE"}
        if folder is not None:
            environment["DFURIG_DFUSE"] = str(folder)
        done = subprocess.run([ROOT / "tests/clients/dfuse/run"], capture_output=True, text=True,
                              env={**environment, "DFURIG": dfurig, **more},
                              stdin=subprocess.DEVNULL, timeout=2 * PATIENCE_S)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr
    return refuse


@pytest.fixture
def folder(tmp_path):
    """As an installed DfuSe, with a program of ours in place of ST's."""
    there = tmp_path / "DfuSe v3.0.6" / "Bin"
    there.mkdir(parents=True)
    for name in PROGRAMS:
        shutil.copy(I686 / "dfurig-plug.exe", there / name)
    for name in DLLS:
        shutil.copy(I686 / "STTubeDevice30.dll", there / name)
    return there


def test_without_the_variable(refusal):
    for value in (None, ""):
        said = refusal(value)
        assert "DFURIG_DFUSE is not set" in said
        assert "DFURIG_DFUSE=~/DfuSe tests/clients/dfuse/run" in said


def test_no_such_folder(refusal, tmp_path):
    assert f"DFURIG_DFUSE={tmp_path}/none: there is no such folder" in refusal(tmp_path / "none")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_missing(name, refusal, folder):
    (folder / name).unlink()
    assert f"no {name} in it or below" in refusal(folder.parent)


def test_a_dll_is_missing(refusal, folder):
    (folder / "STDFUPRT.dll").unlink()
    assert "DfuSeCommand.exe: STDFUPRT.dll must stand beside it" in refusal(folder)


def test_two_versions(refusal, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "DfuSe v3.0.5")
    said = refusal(tmp_path)
    assert "DfuSeCommand.exe is there 2 times" in said and "DfuSe v3.0.5/DfuSeCommand.exe" in said


def test_a_wine_without_its_32_bit_half(refusal, folder, prefix):
    said = refusal(folder, DFURIG_WINE=str(prefix))
    assert "is a 32-bit program, and the Wine installed here runs 64-bit ones only" in said
    assert "wine32:i386" in said


def test_a_program_that_is_no_dfuse(refusal, folder, prefix, host):
    """64-bit, so that the Wine here runs it."""
    shutil.copy(host, folder / "DfuSeCommand.exe")
    said = refusal(folder, DFURIG_WINE=str(prefix))
    assert "DfuSeCommand.exe: found no device; exit status" in said and "run it by hand" in said


def test_not_built(refusal, folder, tmp_path):
    said = refusal(folder, DFURIG=str(tmp_path / "dfurig"))
    assert f"{tmp_path}/dfurig: is not built" in said and "cmake --preset release" in said


def test_the_scenarios_for_dfusedemo_are_sound(run):
    """What they see, only who has DfuSe can tell."""
    done = run("validate", "tests/clients/dfuse")
    assert (done.returncode, done.stderr) == (0, "")
    sound = [it for it in done.stdout.splitlines() if it.endswith(".json: sound")]
    assert len(sound) == 2


def test_dfusedemo_s_scenarios_are_not_run_without_it(run, prefix, monkeypatch):
    monkeypatch.delenv("DFURIG_DFUSE", raising=False)
    done = run("run", "tests/clients/dfuse/leave_dfu_mode.json[ROM]", "--wine", str(prefix))
    assert done.returncode == 77
    assert "DFURIG_DFUSE: is not set in the environment" in done.stdout
