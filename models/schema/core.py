"""A core: emulator/model/load_core.cc."""

from vocabulary import choice, flag, keys, number, text

CORE = keys("What executes firmware.", {
    "title": text("As chips name it."),
    "not_executed?": text("Why it is not: a sentence's end. Then there is nothing else."),
    "architecture?": choice("Which instructions it has.", "ARMv6-M", "ARMv7-M", "ARMv7E-M"),
    "cpuid?": number("CPUID."),
    "priority_bits?": number("Bits of an interrupt's priority that are there.", 8),
    "interrupts?": number("Lines into the NVIC.", 240),
    "vtor_mask?": number("Bits of VTOR that can be written; left out: it has none."),
    "bit_band?": flag("SRAM and peripherals have bit-band aliases."),
    "floating_point?": choice("Its floating-point unit; none if left out.",
                              "none", "FPv4-SP", "FPv5-SP", "FPv5-DP"),
})
