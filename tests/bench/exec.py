"""exec.py SECONDS DFURIG BENCH LIBUSB_RATE PORT: what `dfurig exec` costs a tool.

Each figure stands beside the same thing without the wrapper, measured in turn in the same run, so
that the machine's moods hit both.
"""

import statistics
import subprocess
import sys
import time

ROUNDS, STARTS = 9, 25


def output_of(*command: str) -> float:
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def milliseconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    seconds, dfurig, bench, libusb_rate, port = sys.argv[1:]
    wrapper = [dfurig, "exec", "--connect", f"127.0.0.1:{port}", "--"]
    direct, wrapped = [], []
    for _ in range(ROUNDS):
        direct.append(output_of(bench, "rate", seconds, port))
        wrapped.append(output_of(*wrapper, libusb_rate, seconds))
    ratio = statistics.median(b / a for a, b in zip(direct, wrapped))
    print(f"{'control round trips/s':28} exec {statistics.median(wrapped):9.1f}   direct "
          f"{statistics.median(direct):9.1f}   ratio {ratio:.2f} (aim 0.25)")
    for what, tool, aim in (("start-up, ms (true)", ["true"], " (aim 20)"),
                            ("dfu-util -l, ms, whole run", ["dfu-util", "-l"], "")):
        pairs = [(milliseconds(tool), milliseconds([*wrapper, *tool])) for _ in range(STARTS)]
        alone, inside = (statistics.median(times) for times in zip(*pairs))
        print(f"{what:28} exec {inside:9.1f}   direct {alone:9.1f}   "
              f"+{statistics.median(b - a for a, b in pairs):.1f}{aim}")


if __name__ == "__main__":
    main()
