"""Erases the first sector of an STM32 in DFU mode with the requests that odrivetool 0.4.1 sends for it.

odrivetool itself wants an ODrive and a firmware file. Its sources are on GitHub
(odriverobotics/ODrive, tools/odrive/dfuse); what matters here is that it takes the first byte of
the answer to DFU_GETSTATE whatever came.
"""

import usb.core

OUT, IN = 0x21, 0xA1
DNLOAD, GETSTATUS, CLRSTATUS, GETSTATE = 1, 3, 4, 5
DNBUSY, DNLOAD_IDLE, ERROR = 4, 5, 10

device = usb.core.find(idVendor=0x0483, idProduct=0xDF11)
device.set_configuration()
device.set_interface_altsetting(interface=0, alternate_setting=0)

print("Erasing... (sector 0/1)", flush=True)
if device.ctrl_transfer(IN, GETSTATE, 0, 0, 1)[0] == ERROR:
    device.ctrl_transfer(OUT, CLRSTATUS, 0, 0, None)
    device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6)
device.ctrl_transfer(OUT, DNLOAD, 0, 0, bytes.fromhex("4100000008"))
state = DNBUSY
while state == DNBUSY:
    state = device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6)[4]
if state != DNLOAD_IDLE:
    raise RuntimeError(f"state {state} after the erase")
print("Erasing... done")
