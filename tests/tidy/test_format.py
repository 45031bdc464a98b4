"""C++ is formatted by clang-format with the project's own settings."""

import subprocess

from tree import ROOT, files


def unformatted(paths: list[str]) -> str:
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", *paths],
                         cwd=ROOT, capture_output=True, text=True)
    return run.stderr if run.returncode != 0 else ""


def test_every_cpp_file_is_formatted():
    assert unformatted([path for path, _ in files(".cc", ".h")]) == ""


def test_an_unformatted_file_is_caught(tmp_path):
    bad = tmp_path / "bad.cc"
    bad.write_text("int  main( ){return 0 ;}\n")
    (tmp_path / ".clang-format").write_text((ROOT / ".clang-format").read_text())
    assert unformatted([str(bad)]) != ""
