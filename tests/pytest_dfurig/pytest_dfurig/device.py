"""An emulated device that lives through a test, and the tools that are run for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .dialogue import Dialogue
from .program import find_program
from .views import Memory, Registers, Transcript


@dataclass(frozen=True)
class ToolResult:
    """How a tool ended."""

    arguments: tuple[str, ...]
    exit_status: int  # or 128 and the number of the signal that ended it
    stdout: str
    stderr: str
    not_emulated: list[str]  # what it asked for and got for real, or not at all

    @property
    def output(self) -> str:
        """Both, standard output first."""
        return self.stdout + self.stderr

    def __repr__(self) -> str:
        return f"<{' '.join(self.arguments)}: exit status {self.exit_status}>"


@dataclass(frozen=True)
class Event:
    at_ms: float
    what: str  # "USB: detached"


class Board:
    """One of the boards of a device's bus: what there is to see, and what a person does to it."""

    def __init__(self, dialogue: Dialogue, busid: str, model: str):
        self._dialogue = dialogue
        self.busid, self.model = busid, model

    # --- What there is to see. ---

    @property
    def registers(self) -> Registers:
        return Registers(self.tell)

    @property
    def flash(self) -> Memory:
        return Memory(self.tell, "flash")

    @property
    def option_bytes(self) -> Memory:
        return Memory(self.tell, "option_bytes")

    @property
    def transcript(self) -> Transcript:
        return Transcript(self.tell)

    @property
    def phase(self) -> str:
        """ "off", "application", "bootloader" or "stuck"."""
        return self._state("phase")

    @property
    def is_on_bus(self) -> bool:
        return self._state("on_bus")

    @property
    def dfu_state(self) -> str | None:
        """ "dfuIDLE"; None while no bootloader runs. So are dfu_status and address_pointer."""
        return self._state("dfu_state")

    @property
    def dfu_status(self) -> str | None:
        return self._state("dfu_status")

    @property
    def address_pointer(self) -> int | None:
        return self._state("address_pointer")

    @property
    def now_ms(self) -> float:
        """The clock of device and tools, which goes on while both wait."""
        return self._state("now_ms")

    @property
    def not_emulated(self) -> list[str]:
        return self._state("not_emulated")

    @property
    def events(self) -> list[Event]:
        return [Event(**it) for it in self.tell(tell="events")["events"]]

    @property
    def moments(self) -> list[str]:
        """Those at which all registers were kept: registers.at(MOMENT)."""
        return [it["name"] for it in self.tell(tell="moments")["moments"]]

    def expect(self, **expectation: object) -> None:
        """What a scenario's "expect" can say must hold; else an AssertionError tells what does not,
        as `dfurig run` does: expect(phase="application", registers={"GPIOB.MODER.MODE7": 1})."""
        __tracebackhide__ = True
        self.step({"expect": expectation})

    # --- What is done to it. ---

    def write(self, register: str, value: int) -> None:
        """Software on the chip writes a register or a field."""
        __tracebackhide__ = True
        self.step({"write": {"register": register, "value": value}})

    def drive(self, **levels: int | None) -> None:
        """Something outside drives pins, or lets them go (None): drive(PA0=1)."""
        __tracebackhide__ = True
        self.step({"drive": {pin: "released" if it is None else it for pin, it in levels.items()}})

    def reset(self, **boot_pins: int) -> None:
        """The reset button, with boot pins set before: reset(BOOT0=0)."""
        __tracebackhide__ = True
        self.step({"reset": "pin", "boot_pins": boot_pins})

    def power_cycle(self, **boot_pins: int) -> None:
        """Off and on."""
        __tracebackhide__ = True
        self.step({"reset": "power-on", "boot_pins": boot_pins})

    def run_firmware(self, **how_long: object) -> None:
        """The core executes what is in flash: run_firmware(for_ms=50),
        run_firmware(until={"pin": "PA5", "level": 1}, within_ms=100)."""
        __tracebackhide__ = True
        self.step({"run_firmware": how_long})

    def control(self, *requests: Mapping[str, object]) -> None:
        """Sends control requests without a tool, and checks what comes back."""
        __tracebackhide__ = True
        self.step({"control": requests})

    def arm(self, *faults: Mapping[str, object]) -> None:
        """More faults from here on: arm({"fault": "usb.stall", "when": {…}})."""
        __tracebackhide__ = True
        self.step({"faults": faults})

    def disarm(self) -> None:
        """None of the faults so far strikes any more."""
        __tracebackhide__ = True
        self.step({"faults": "none"})

    # --- The language itself: scenarios/README.md of dfurig. ---

    def step(self, step: Mapping[str, object]) -> dict:
        """Any step of a scenario. An AssertionError tells what failed."""
        __tracebackhide__ = True
        answer = self._dialogue.ask({**step, "device": self.busid})
        raise_failures(f"{self.model} is not as expected:", answer)
        return answer

    def tell(self, **question: object) -> dict:
        """Any question."""
        __tracebackhide__ = True
        return self._dialogue.ask({**question, "device": self.busid})

    def _state(self, name: str) -> object:
        __tracebackhide__ = True
        return self.tell(tell="state")[name]


class Device(Board):
    """The board at busid 1-1, the bus it is on, and the process that emulates both.

    A context manager; `dfurig_device` makes and ends them. `head` is what a scenario has before its
    steps."""

    def __init__(self, head: Mapping[str, object], program: str | None = None, *,
                 real_time: bool = False, seed: int = 1):
        __tracebackhide__ = True
        options = ["--seed", str(seed)] + ["--real-time"] * real_time
        dialogue = Dialogue(program or find_program(), *options)
        try:
            answer = dialogue.ask(head)
            raise_failures("the device cannot be set up:", answer)
        except BaseException:
            dialogue.close()
            raise
        boards = [Board(dialogue, it["busid"], it["model"]) for it in answer["devices"]]
        super().__init__(dialogue, boards[0].busid, boards[0].model)
        self.boards: list[Board] = boards
        self.files = Path(answer["files"])

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        self._dialogue.close()

    def is_alive(self) -> bool:
        """Not closed, and its process answers."""
        return self._dialogue.process.poll() is None

    def exec(self, *arguments: object, timeout_s: float = 60) -> ToolResult:
        """Runs a real tool that sees the device (and all that is on its bus) to its end. One that
        does not end is ended with all its children, and that is an AssertionError."""
        __tracebackhide__ = True
        words = tuple(str(it) for it in arguments)
        answer = self._dialogue.ask({"run": words, "timeout_s": timeout_s})
        raise_failures(f"{' '.join(words)}\n{answer['stdout']}{answer['stderr']}", answer)
        return ToolResult(words, answer["exit_status"], answer["stdout"], answer["stderr"],
                          answer["not_emulated"])

    def missed_faults(self) -> list[str]:
        """Faults whose occasion has not come, in words."""
        return [it["text"].rstrip("\n") for it in self.tell(tell="missed")["failures"]]

    def report(self) -> str:
        """The story so far, as `dfurig run` tells it."""
        return self.tell(tell="report")["text"]


def raise_failures(what: str, answer: dict) -> None:
    """As `dfurig run` prints them."""
    __tracebackhide__ = True
    if answer["failures"]:
        texts = "".join(it["text"] for it in answer["failures"])
        raise AssertionError(f"{what}\n{texts}".rstrip("\n"))
