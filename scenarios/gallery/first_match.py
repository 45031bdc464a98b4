"""Erases the first sector of an STM32 in DFU mode: of the first that is found, or of one by serial.

The choice is that of ODrive's tools/dfu.py (odriverobotics/ODrive PR #82) and of EmuConfigurator's
chrome.usb (emuflight/EmuConfigurator issue 674): who asks for vendor and product takes what comes
first. The requests are those that every DfuSe host sends for an erase (AN3156, Erase command).

  first_match.py [SERIAL]
"""

import sys
import time

import usb.core

OUT, IN = 0x21, 0xA1
DNLOAD, GETSTATUS, CLRSTATUS = 1, 3, 4
DNBUSY, DNLOAD_IDLE, ERROR = 4, 5, 10

wanted = sys.argv[1] if len(sys.argv) > 1 else None
found = [it for it in usb.core.find(find_all=True, idVendor=0x0483, idProduct=0xDF11)
         if wanted in (None, it.serial_number)]
print(f"{len(found)} found, taking the first")
device = found[0]


def status() -> int:
    """bState, after bwPollTimeout"""
    answer = device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6)
    time.sleep((answer[1] | answer[2] << 8 | answer[3] << 16) / 1000)
    return answer[4]


device.set_configuration()
device.set_interface_altsetting(interface=0, alternate_setting=0)
if status() == ERROR:
    device.ctrl_transfer(OUT, CLRSTATUS, 0, 0, None)
    status()
device.ctrl_transfer(OUT, DNLOAD, 0, 0, bytes.fromhex("4100000008"))
state = DNBUSY
while state == DNBUSY:
    state = status()
if state != DNLOAD_IDLE:
    sys.exit(f"state {state} after the erase")
print(f"erased: {device.serial_number}")
