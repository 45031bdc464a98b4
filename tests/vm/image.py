"""What is downloaded: several blocks of every ROM's size, the last one short."""

import random
import struct

STACK_POINTER, START = 0x20000400, 0x08000101
# AN3156 §5.5: without executable code behind these two words, Leave would reset the device.
IMAGE = struct.pack("<II", STACK_POINTER, START) + random.Random(1).randbytes(4992)
