"""What cannot run says why, and what to do."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT
from wine_session import (  # noqa: F401  fixtures
    eventually, host, hosted, hosts, prefix, processes_of)

I686 = ROOT / "build/windows-i686"
EXPORTS = """Close ClosePipes ControlPipeRequest EndPointControl GetConfigurationDescriptor
GetDescriptor GetDeviceDescriptor GetEndPointDescriptor GetInterfaceDescriptor
GetMaxNumInterruptInputBuffer GetNbOfAlternates GetNbOfConfigurations GetNbOfDescriptors
GetNbOfEndPoints GetNbOfInterfaces GetStringDescriptor Open OpenPipes Read Reset
SelectCurrentConfiguration SetDefaultTimeOut SetMaxNumInterruptInputBuffer
SetSuspendModeBehaviour Write""".split()


@pytest.fixture
def refusal(run, prefix):
    def refuse(program, *options: str, into=prefix, **more) -> str:
        done = run("exec", "--model", "stm32f405rg", "--wine", str(into), *options, "--",
                   str(program), **more)
        assert done.returncode == 2, done.stdout
        assert done.stdout == ""
        return done.stderr
    return refuse


def changed(program: str, to: Path, change) -> Path:
    """A copy of a program with some bytes changed: change(bytes, offset of the PE signature)."""
    data = bytearray(Path(program).read_bytes())
    change(data, struct.unpack_from("<I", data, 60)[0])
    to.write_bytes(data)
    return to


def test_no_such_program(refusal):
    said = refusal("DfuSe/DfuSeDemo.exe")
    assert "DfuSe/DfuSeDemo.exe: there is no such file\n  expected the path of a" in said


def test_no_windows_program(refusal, tmp_path):
    assert "/bin/ls: is no Windows program (PE file)" in refusal("/bin/ls")
    empty = tmp_path / "empty.exe"
    empty.write_bytes(b"")
    assert "empty.exe: is no Windows program" in refusal(empty)


def test_another_processor(refusal, host, tmp_path):
    def arm64(data, pe):
        struct.pack_into("<H", data, pe + 4, 0xAA64)
    assert ("is a program for PE machine 0xAA64; expected one for i386 (0x014C) or x86_64"
            in refusal(changed(host, tmp_path / "arm64.exe", arm64)))


def test_a_32_bit_program_and_a_64_bit_wine(refusal):
    """Debian's wine64 alone; the prefix tells: it has no 32-bit half."""
    program = I686 / "dfurig-plug.exe"
    said = refusal(program)
    assert f"{program}: is a 32-bit program, and the Wine installed here runs 64-bit ones" in said
    assert "dpkg --add-architecture i386" in said and "wine32:i386" in said


def test_windows_without_a_display(refusal, host, tmp_path, monkeypatch):
    def graphical(data, pe):
        struct.pack_into("<H", data, pe + 24 + 68, 2)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said = refusal(changed(host, tmp_path / "gui.exe", graphical))
    assert "has windows, and there is no display" in said and "xvfb-run -a dfurig exec" in said


@pytest.mark.parametrize("dll, advice", [
    ("mfc140.dll", "winetricks vcrun2022"), ("MFC42.DLL", "winetricks mfc42"),
    ("elsewhere.dll", "copy it into the program's folder"),
])
def test_a_missing_dll(dll, advice, refusal, host, tmp_path):
    def rename(data, _):
        name = b"STTubeDevice30.dll\0"
        at = data.index(name)
        data[at:at + len(name)] = dll.encode().ljust(len(name), b"\0")
    said = refusal(changed(host, tmp_path / "needs.exe", rename))
    assert f"needs.exe needs {dll}, which is neither beside it nor part of Wine" in said
    assert advice in said


def test_a_dll_that_a_dll_beside_it_needs(refusal, host, tmp_path):
    """As DfuSeDemo.exe needs STDFUPRT.dll, and that Microsoft's runtime."""
    def rename(to):
        def change(data, _):
            name = b"STTubeDevice30.dll\0"
            at = data.index(name)
            data[at:at + len(name)] = to.ljust(len(name), b"\0")
        return change
    changed(host, tmp_path / "between.DLL", rename(b"mfc120.dll"))
    program = changed(host, tmp_path / "program.exe", rename(b"Between.dll"))
    assert "between.DLL needs mfc120.dll" in refusal(program)


def test_no_wine(refusal, host, tmp_path):
    said = refusal(host, env={"PATH": str(tmp_path)})
    assert "wine: not found in PATH\n  install Wine." in said
    assert "apt-get install wine wine64" in said and "wine32:i386" in said


def test_a_folder_that_is_no_prefix(refusal, host, tmp_path):
    (tmp_path / "photos").mkdir()
    said = refusal(host, into=tmp_path)
    assert f"{tmp_path}: is not empty and no Wine prefix" in said
    assert sorted(it.name for it in tmp_path.iterdir()) == ["photos"], "nothing was touched"
    (tmp_path / "file").touch()
    assert "cannot be made" in refusal(host, into=tmp_path / "file/prefix")


def test_a_prefix_that_another_wine_uses(refusal, host, prefix):
    environment = {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "PATH": "/usr/bin:/bin"}
    other = subprocess.Popen(["wine", "cmd"], env=environment, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    other.stdout.read(1)  # it runs
    try:
        assert "programs of another Wine session run in this prefix" in refusal(host)
    finally:
        other.communicate(b"exit\r\n", timeout=PATIENCE_S)
    assert eventually(lambda: processes_of(prefix) == [])


def test_a_prefix_that_another_run_uses(serve, hosted, refusal, host):
    it = hosted(["--connect", serve("stm32f405rg").address], "line")
    it.until("waiting")
    assert "another run of dfurig uses this prefix" in refusal(host)
    it.go_on()
    assert it.end()[0] == 0, "and it went on undisturbed"


def test_a_64_bit_program_and_a_32_bit_prefix(refusal, host, tmp_path):
    (tmp_path / "system.reg").write_text("WINE REGISTRY Version 2\n;; keys\n\n#arch=win32\n\n[X]\n")
    said = refusal(host, into=tmp_path)
    assert f"is a 64-bit program, and {tmp_path} is a 32-bit prefix" in said


@pytest.fixture
def broken_wine(tmp_path) -> Callable[[str], dict[str, str]]:
    """broken_wine(script): an environment with a Wine that does that."""
    def install(script: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, text in (("wine", script), ("wineserver", "exit 1")):
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        return {"PATH": f"{folder}:/usr/bin:/bin"}
    return install


def test_a_wine_that_makes_no_prefix(refusal, host, broken_wine, tmp_path):
    said = refusal(host, into=tmp_path / "prefix", env=broken_wine("exit 3"))
    assert "Wine cannot make this prefix (wineboot's exit status 3)\n  see why: WINEDEBUG=" in said


def test_a_wine_that_runs_no_program(refusal, host, broken_wine, tmp_path):
    wine = broken_wine("""[ "$1" = wineboot ] || exit 3
        cd "$WINEPREFIX"; echo 'WINE REGISTRY Version 2' > system.reg
        mkdir -p drive_c/windows/system32; cd drive_c/windows/system32
        touch ntdll.dll kernel32.dll msvcrt.dll user32.dll advapi32.dll ws2_32.dll setupapi.dll""")
    prefix = tmp_path / "prefix"
    said = refusal(host, into=prefix, env=wine)
    assert rf"C:\dfurig\bin\dfurig-plug.exe: does not run in {prefix}" in said
    assert not (prefix / "drive_c/dfurig").exists()


def test_not_built(refusal, host, tmp_path, monkeypatch):
    monkeypatch.setenv("DFURIG_WINDOWS", str(tmp_path))
    said = refusal(host)
    assert f"{tmp_path}/windows-x86_64: STTubeDevice30.dll, dfurig-plug.exe and" in said
    assert "cmake --preset windows-x86_64" in said and "g++-mingw-w64-x86-64" in said


def test_options_of_wine_without_it(run):
    done = run("exec", "--model", "stm32f405rg", "--transcript", "x", "--", "dfu-util", "-l")
    assert done.returncode == 2
    assert "--transcript needs --wine" in done.stderr


def test_no_server_is_no_device(hosts):
    output, _ = hosts(["--connect", "127.0.0.1:1"], "list")
    assert output.splitlines() == ["0 devices"]


def test_unknown_links_and_handles(hosts):
    output, _ = hosts(["--model", "stm32f405rg", "--time-scale", "0"],
                      r"open nonsense , open \\?\usb#vid_0483&pid_df11#x#{3f} , device , close")
    assert output.splitlines() == ["open 0x12340005", "open 0x12340005", "device 0x12340002",
                                   "close 0x12340002"]


@pytest.mark.parametrize("cpu", ["i686", "x86_64"])
def test_the_dll_s_exports_and_what_it_needs(cpu):
    """25 names without stdcall's decoration, and nothing that has to stand beside it."""
    dll = ROOT / f"build/windows-{cpu}/STTubeDevice30.dll"
    text = subprocess.run([f"{cpu}-w64-mingw32-objdump", "-p", str(dll)], check=True,
                          capture_output=True, text=True).stdout
    names = [it.split()[-1] for it in text.split("Ordinal/Name Pointer] Table")[1].splitlines()
             if it.strip().startswith("[")]
    assert sorted(names) == sorted("STDevice_" + it for it in EXPORTS)
    needed = {it.split()[-1].lower() for it in text.splitlines() if "DLL Name:" in it}
    assert needed == {"advapi32.dll", "kernel32.dll", "msvcrt.dll", "user32.dll", "ws2_32.dll"}
