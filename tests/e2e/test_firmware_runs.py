"""Every firmware image does on its chip what its source and the architecture say.

One instruction takes one cycle, so times are exact: `first` and `half` are cycles up to the first
toggle of a pin and from each to the next."""

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"
# Scenarios need a ROM that speaks USB: an L053 and an F103 run as the chips of their families that
# have one, with the same registers.
MODELS = {"stm32l053": "stm32l072cz", "stm32l073": "stm32l073rz", "stm32f072": "stm32f072rb",
          "stm32f103": "stm32f105rc", "stm32l152": "stm32l152re", "stm32f405": "stm32f405rg",
          "stm32l476": "stm32l476rg", "stm32l452": "stm32l452re", "stm32f446": "stm32f446re",
          "stm32f746": "stm32f746zg", "stm32h743": "stm32h743zi"}
MSI = 2097152
EIGHT_MHZ = {"chip": {"clocks": {"HSE": {"hz": 8_000_000}}}}


@dataclass
class Row:
    image: str
    run: dict
    expect: dict
    override: dict = field(default_factory=dict)
    more: list = field(default_factory=list)  # steps behind the expectation


def milliseconds(cycles: int, hz: int) -> float:
    return cycles * 1000 / hz


def blinks(image: str, hz: int, first: int, half: int, ms: int = 1000,
           slack: int = 0) -> Row:
    """PA5 toggles for ever; `slack` cycles more at times. Device time counts in nanoseconds."""
    toggles = math.floor((ms * hz / 1000 - first) / half) + 1
    period = milliseconds(2 * half, hz)
    times = {"toggles": toggles, "period_ms": {"from": period - 2e-6,
                                                   "to": period + 2e-6 + milliseconds(slack, hz)}}
    return Row(image, {"for_ms": ms},
               {"phase": "application", "stopped": "running", "faults": [], "pins": {"PA5": times}})


def switches(image: str) -> Row:
    """Two tasks take turns of 1 ms; each toggles its pin somewhere in its own."""
    times = {"toggles": {"at_least": 498, "at_most": 500}, "period_ms": {"from": 3.8, "to": 4.2}}
    return Row(image, {"for_ms": 1000},
               {"stopped": "running", "faults": [], "pins": {"PA5": times, "PA6": times}})


def ends(image: str, stopped: str, pins: dict, **expect) -> Row:
    return Row(image, {"for_ms": 100}, {"stopped": stopped, "pins": pins, **expect})


def faults(image: str, name: str, symbol: str, **expect) -> Row:
    """PA5 went high before, PA6 stays low."""
    names = [name] if name else []
    return ends(image, expect.pop("stopped", "running"), {"PA5": {"toggles": 1, "level": 1}},
                fault={"names": names, "symbol": symbol}, **expect)


def enters(image: str, toggles: int = 10, **expect) -> Row:
    return Row(image, {"until": "rom", "within_ms": 100},
               {"stopped": "in the ROM", "phase": "bootloader",
                "pins": {"PA5": {"toggles": toggles}}, **expect})


def steps_to_pll(image: str, override: dict | None = None, **expect) -> Row:
    return Row(image, {"for_ms": 1000},
               {"stopped": "running", "faults": [], **expect,
                "pins": {"PA5": {"toggles": 10, "period_ms": {"from": 199.999, "to": 200.001}}}},
               override or {})


def ticks(image: str, hz: int) -> Row:
    """A timer's update every 100 counts of about 100 us; an interrupt may wait for a cycle."""
    half = hz // 10000 * 100
    period = milliseconds(2 * half, hz)
    return Row(image, {"for_ms": 1000},
               {"faults": [], "pins": {"PA5": {
                   "toggles": {"at_least": math.floor(hz / half) - 1,
                               "at_most": math.floor(hz / half) + 1},
                   "period_ms": {"from": period - 0.005, "to": period + 0.005}}}})


AN_EDGE = [{"drive": {"PA0": 1}}, {"run_firmware": {"for_ms": 1}},
           {"expect": {"stopped": "asleep", "pins": {"PA5": {"toggles": 1, "level": 1}}}},
           {"drive": {"PA0": 0}}, {"run_firmware": {"for_ms": 1}},
           {"expect": {"stopped": "asleep", "pins": {"PA5": {"toggles": 0, "level": 1}}}}]


def first_record(at: str) -> list:
    return [{"at": at, "bytes": "01 00 00 00 FE FF FF FF FF FF FF FF"}]


def a_second_start(at: str) -> list:
    both = "01 00 00 00 FE FF FF FF 02 00 00 00 FD FF FF FF"
    return [{"reset": "power-on"}, {"run_firmware": {"for_ms": 100}},
            {"expect": {"stopped": "asleep", "flash": [{"at": at, "bytes": both}]}}]


PASSED = {"PA5": {"toggles": 1, "level": 1}, "PA6": {"toggles": 0, "level": 0}}
WORKS = {"PA5": {"level": 1}}

ROWS = [
    blinks("blink_stm32l053", MSI, 54, 800016, 2000),
    blinks("blink_stm32f103", 8_000_000, 44, 800011),
    blinks("blink_stm32f405", 16_000_000, 44, 800011),
    blinks("blink_stm32l476", 4_000_000, 44, 800011),
    blinks("blink_stm32f746", 16_000_000, 44, 800011),
    blinks("systick_stm32l053", MSI, 209765, 209715),
    blinks("systick_stm32f103", 8_000_000, 800041, 800000),
    blinks("systick_stm32f405", 16_000_000, 1600041, 1600000),
    blinks("systick_stm32l476", 4_000_000, 400041, 400000),
    blinks("systick_stm32l452", 4_000_000, 400041, 400000),
    blinks("systick_stm32h743", 64_000_000, 6400041, 6400000),
    blinks("systick_large_stm32f405", 16_000_000, 1600041, 1600000),
    blinks("systick_sleeping_stm32l152", MSI, 209756, 209715),
    blinks("systick_sleeping_stm32f446", 16_000_000, 1600041, 1600000),
    blinks("systick_without_table_stm32f072", 8_000_000, 800048, 800000),
    blinks("systick_without_table_stm32l476", 4_000_000, 400038, 400000),
    blinks("systick_maps_flash_stm32f072", 8_000_000, 800058, 800000),
    blinks("systick_table_in_alias_stm32f405", 16_000_000, 1600041, 1600000),
    blinks("systick_enables_interrupts_stm32h743", 64_000_000, 6400041, 6400000),
    blinks("sleep_on_exit_stm32f446", 16_000_000, 160046, 160000),
    blinks("cycles_stm32f405", 16_000_000, 44, 16000, slack=8),
    Row("superloop_stm32l476", {"until": {"symbol": "done"}, "within_ms": 10000},
        {"stopped": "running", "pins": {"PA5": {"level": 1}, "PA6": {"toggles": 0, "level": 0}}}),
    blinks("bit_band_stm32f103", 8_000_000, 69, 7007, 100),
    blinks("bit_band_stm32f405", 16_000_000, 69, 7007, 100),

    switches("switch_stm32f072"), switches("switch_stm32f103"), switches("switch_stm32f405"),
    ends("nested_stm32f103", "asleep", PASSED),
    ends("nested_stm32f746", "asleep", PASSED),
    ends("frames_stm32f405", "running", {"PA5": {"toggles": 1, "level": 1}}),

    faults("undefinstr_stm32f405", "UNDEFINSTR", "undefined_instruction"),
    faults("unaligned_stm32l053", "", "unaligned_load"),
    faults("divbyzero_stm32f405", "DIVBYZERO", "divide_by_zero"),
    faults("preciserr_stm32f446", "PRECISERR", "load_from_nowhere"),
    faults("invstate_stm32l476", "INVSTATE", "load_from_nowhere"),
    faults("nocp_stm32l476", "NOCP", "floating_point_while_off"),
    ends("lockup_stm32f746", "lockup", {"PA5": {"toggles": 1}, "PA6": {"toggles": 1}},
         fault={"names": ["UNDEFINSTR"], "symbol": "HardFault_Handler"}),
    ends("lockup_stm32l053", "lockup", {"PA5": {"toggles": 1}, "PA6": {"toggles": 1}},
         fault={"symbol": "HardFault_Handler"}),
    ends("stack_overflow_stm32h743", "lockup", {"PA5": {"toggles": 1}},
         fault={"names": ["PRECISERR", "STKERR"], "symbol": "HardFault_Handler"}),

    Row("recovers_stm32f446", {"for_ms": 1},
        {"stopped": "running", "pins": {"PA5": {"toggles": {"at_least": 500, "at_most": 510}}}}),

    enters("enter_direct_stm32f405"),
    enters("enter_direct_stm32h743"),
    enters("enter_remap_stm32f446", registers={"SYSCFG.MEMRMP.MEM_MODE": 1}),
    enters("enter_magic_stm32f072"),
    enters("enter_magic_stm32l073"),
    enters("enter_watchdog_stm32l476", registers={"IWDG.PR.PR": 6}),
    enters("enter_option_stm32l452", toggles=1, registers={"FLASH.OPTR": "0xF3EFF8AA"}),
    enters("founding_stm32l476", toggles=0),

    steps_to_pll("clock_stm32l053", registers={"RCC.CFGR.SWS": 3}),
    steps_to_pll("clock_stm32f072", registers={"RCC.CFGR.SWS": 2}),
    steps_to_pll("clock_stm32f103", EIGHT_MHZ, registers={"RCC.CFGR.SWS": 2}),
    steps_to_pll("clock_stm32l152", registers={"RCC.CFGR.SWS": 3}),
    steps_to_pll("clock_hse_for_ever_stm32l152", registers={"RCC.CFGR.SWS": 3}),
    steps_to_pll("clock_stm32f405", registers={"RCC.CFGR.SWS": 2}),
    steps_to_pll("clock_stm32f446", registers={"RCC.CFGR.SWS": 2}),
    steps_to_pll("clock_stm32l476", registers={"RCC.CFGR.SWS": 3}),
    steps_to_pll("clock_hse_stm32l476", registers={"RCC.CFGR.SWS": 3}),
    steps_to_pll("clock_stm32f746", registers={"RCC.CFGR.SWS": 2}),
    steps_to_pll("clock_stm32h743", registers={"RCC.CFGR.SWS": 3}),
]

# What needs peripherals that count, send, sense or program.
ROWS += [
    ticks("timer_stm32l073", MSI), ticks("timer_stm32l152", MSI),
    ticks("timer_stm32f103", 8_000_000), ticks("timer_stm32f746", 16_000_000),
    ticks("timer_stm32h743", 64_000_000), ticks("timer_polled_stm32f072", 8_000_000),
    ends("hello_stm32f072", "asleep", WORKS, usart={"USART2": "hello\r\n"}),
    ends("hello_stm32f446", "asleep", WORKS, usart={"USART2": "hello\r\n"}),
    Row("exti_stm32l476", {"for_ms": 1}, {"stopped": "asleep", "pins": {"PA5": {"toggles": 0}}},
        more=AN_EDGE),
    Row("exti_stm32f405", {"for_ms": 1}, {"stopped": "asleep", "pins": {"PA5": {"toggles": 0}}},
        more=AN_EDGE),
    Row("eeprom_stm32l476", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "flash": first_record("0x08007800")},
        more=a_second_start("0x08007800")),
    Row("eeprom_stm32f405", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "flash": first_record("0x0800C000")},
        more=a_second_start("0x0800C000")),
    Row("protects_itself_stm32l073", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "registers": {"FLASH.WRPROT2": "0x00008000"}}),
    Row("protects_itself_stm32f072", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "registers": {"FLASH.WRPR": "0x7FFFFFFF"}}),
    Row("protects_itself_stm32f103", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "registers": {"FLASH.WRPR": "0x7FFFFFFF"}}),
    Row("protects_itself_stm32f405", {"for_ms": 100},
        {"stopped": "asleep", "pins": PASSED, "registers": {"FLASH.OPTCR": "0x07FFAAED"}}),
    ends("counts_resets_stm32l476", "asleep", WORKS, registers={"RTC.BKP0R": 3}),
    ends("counts_resets_stm32f405", "asleep", WORKS, registers={"RTC.BKP0R": 3}),
    enters("enter_backup_stm32l476", registers={"RTC.BKP0R": 0}),
    ends("watchdog_stm32l476", "running", {"PA5": {"toggles": {"at_least": 20}}},
         registers={"RCC.CSR.IWDGRSTF": 1}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.image)
def test_the_image_does_what_its_source_says(dfurig_device, row):
    firmware = {"file": FIRMWARE / f"{row.image}.hex", "symbols": FIRMWARE / f"{row.image}.sym"}
    device = dfurig_device(MODELS[row.image.rsplit("_", 1)[1]], override=row.override,
                           time_scale=0, given={"firmware": firmware})
    for step in ({"run_firmware": row.run}, {"expect": row.expect}, *row.more):
        device.step(step)
