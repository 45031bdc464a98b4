"""What a test sees of a device: registers, memories, what went over USB."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

Ask = Callable[..., dict]  # ask(tell=…, …)


class RegisterValue(int):
    """A number that knows which register or field it was read from."""

    name: str
    text: str
    tell_difference: Callable[..., dict]

    def __new__(cls, name: str, answer: dict, ask: Ask) -> "RegisterValue":
        value = super().__new__(cls, answer["value"])
        value.name, value.text = name, answer["text"]
        value.tell_difference = partial(ask, tell="difference", register=name)
        return value

    def __repr__(self) -> str:
        return f"{self.name} {self.text}"

    def explain(self, expected: int) -> list[str]:
        """Why it is not that: the fields that differ, in the words of the reference manual."""
        told = self.tell_difference(expected=expected, found=int(self))
        return [f"{self.name} == {told['expected']}",
                f"  expected {told['expected']}", f"  found    {told['found']}",
                *(f"    {line}" for line in told["details"])]


class Registers(Mapping[str, RegisterValue]):
    """registers["GPIOB.MODER"], registers["GPIOB.MODER.MODE7"]: reading them has no effect."""

    def __init__(self, ask: Ask, moment: str | None = None):
        self._ask = ask
        self._moment = {} if moment is None else {"moment": moment}

    def __getitem__(self, name: str) -> RegisterValue:
        answer = self._ask(tell="register", register=name, **self._moment)
        return RegisterValue(name, answer, self._ask)

    def __contains__(self, name: object) -> bool:
        return name in self.values_by_name()

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name())

    def __len__(self) -> int:
        return len(self.values_by_name())

    def values_by_name(self) -> dict[str, int]:
        """All of them, without fields."""
        return self._ask(tell="registers", **self._moment)["registers"]

    def at(self, moment: str) -> "Registers":
        """As they were at "power_on", "before_entry", "in_dfu", "after_leave" or "running"."""
        return Registers(self._ask, moment)

    def changes(self, before: str, after: str) -> dict[str, tuple[int, int]]:
        """Those that two moments have differently: name -> (before, after)."""
        first, second = self.at(before).values_by_name(), self.at(after).values_by_name()
        return {name: (value, second[name]) for name, value in first.items()
                if second[name] != value}


class MemoryBytes(bytes):
    """Bytes that know where they were read."""

    memory: str
    address: int

    def __new__(cls, data: bytes, memory: str, address: int) -> "MemoryBytes":
        value = super().__new__(cls, data)
        value.memory, value.address = memory, address
        return value

    def explain(self, expected: bytes) -> list[str]:
        """Why they are not those."""
        lines = [f"{self.memory} 0x{self.address:08X}, {len(self)} bytes, == {len(expected)} bytes"]
        if len(expected) != len(self):
            lines.append(f"  expected {len(expected)}, found {len(self)}")
        pairs = [(at, a, b) for at, (a, b) in enumerate(zip(expected, self)) if a != b]
        if pairs:
            at, wanted, found = pairs[0]
            lines += [f"  {len(pairs)} bytes differ",
                      f"    first at 0x{self.address + at:08X}: expected 0x{wanted:02X}, "
                      f"found 0x{found:02X}"]
        return lines


class Memory:
    """flash[0x08000000:0x08000010], flash[0x08000000]: by address, as programmed."""

    def __init__(self, ask: Ask, name: str):
        self._ask, self._name = ask, name

    def __getitem__(self, where: slice | int) -> MemoryBytes | int:
        if isinstance(where, int):
            return self.read(where, 1)[0]
        if where.step is not None or where.start is None or where.stop is None:
            raise TypeError(f"{self._name}[FIRST:END]: both are addresses")
        if where.stop < where.start:
            raise TypeError(f"{self._name}[0x{where.start:08X}:0x{where.stop:08X}]: ends before it "
                            "begins")
        return self.read(where.start, where.stop - where.start)

    def read(self, address: int, size: int) -> MemoryBytes:
        answer = self._ask(tell=self._name, at=address, size=size)
        return MemoryBytes(bytes.fromhex(answer["bytes"]), self._name.replace("_", " "), address)


@dataclass(frozen=True)
class Transfer:
    """One control transfer, from its setup packet to its end."""

    text: str        # "DFU_DNLOAD wValue=0 wLength=5 (Erase 0x08000000) -> ACK"
    at_ms: float
    request: str     # "DFU_DNLOAD"; empty for what has no name
    operation: str   # of the last DFU_DNLOAD: "write"
    address: int | None
    bmRequestType: int
    bRequest: int
    wValue: int
    wIndex: int
    wLength: int
    data: bytes
    reply: str       # "ACK", "STALL", "data", "no reply", "bus error"

    def __repr__(self) -> str:
        return self.text


class Transfers(list[Transfer]):
    """Control transfers in order; of all, or those that were asked for."""

    def __init__(self, answer: dict, wanted: str = ""):
        super().__init__(Transfer(**{**it, "data": bytes.fromhex(it["data"])})
                         for it in answer["transfers"])
        self.summary: list[str] = answer["summary"]
        self._wanted = wanted

    def __repr__(self) -> str:
        if not self:
            return f"no {self._wanted or 'transfer'} among {self.summary[0]}"
        return f"{len(self)} transfers: {list.__repr__(self)}"


class Transcript(Transfers):
    """All control transfers since the device was made."""

    def __init__(self, ask: Ask):
        super().__init__(ask(tell="transcript"))
        self._ask = ask

    def sent(self, request: str | None = None, **conditions: object) -> Transfers:
        """Those that meet the conditions, which have a scenario's names: request, operation,
        wValue, address, written_bytes, reply."""
        of = {} if request is None else {"request": request}
        of |= conditions
        wanted = ", ".join(f"{name} {value}" for name, value in of.items())
        return Transfers(self._ask(tell="transcript", of=of), wanted)
