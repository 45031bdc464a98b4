"""Scenarios that have every key there is, and are no use but to be loaded."""

CONTENT = {"pattern": "counter", "at": 0x08000000, "size": 8}
MATCH = {"request": "DFU_DNLOAD", "operation": "erase", "wValue": 0, "address": 0x08000000,
         "written_bytes": 1, "reply": "ACK"}
FILES = {"a.bin": {"fill": 0, "at": 0x08000000, "size": 1}, "b.bin": {"bytes": "00", "at": 1},
         "c.bin": {"pattern": "random", "size": 1, "at": 1},
         "d.bin": {"content": {"file": "a.bin", "at": 1},
                   "suffix": {"idVendor": 1, "idProduct": 1, "bcdDevice": 1}},
         "e.dfu": {"targets": [{"alternate": 0, "name": "x", "elements": [CONTENT]}],
                   "suffix": {"idVendor": 1}},
         "f.hex": {"elements": [CONTENT, {"bytes": "00", "at": 1},
                                {"fill": 0, "at": 1, "size": 1}, {"file": "a.bin", "at": 1}]}}
ROW = {"name": "row", "variables": {"text": "x", "flag": True}, "title": "A row",
       "why": "x", "source": ["x"], "model": "stm32l476rg", "override": {}, "policies": {},
       "time_scale": 1, "files": FILES, "faults": [], "given": {},
       "others": [], "bystanders": [], "fails_with": "x", "steps": [{"reset": "system"}],
       "gallery": {"id": "A00", "report": "x", "chip": "x", "tool": "x", "cause": "known",
                   "injected": "x"}}

EXPECT = {
    "phase": "off", "on_bus": True, "dfu_state": "dfuIDLE", "dfu_status": "OK",
    "address_pointer": 0, "registers": {"GPIOA.ODR": 0}, "flash": [CONTENT],
    "pins": {"PA0": {"pull": "none", "toggles": 1, "period_ms": {"from": 1, "to": 2}},
             "PA1": {"toggles": {"at_least": 1, "at_most": 2}}},
    "usart": {"GPIOA": "text"},
    "faults": [{"names": ["NOCP"], "symbol": "main"}],
    "fault": {"names": ["NOCP"], "symbol": "main"},
    "stopped": "running", "stopped_text": "main", "pc_in": "main",
    "changes": {"from": "in_dfu", "to": "after_leave", "exactly": {}},
    "option_bytes": {"0x1FFF7800": "AA"}, "elapsed_ms": {"from": 0, "to": 1},
    "not_emulated": ["x"], "files": {"a.bin": CONTENT},
    "transcript": {"sent": [{**MATCH, "count": 1}, {"count": {"at_least": 1, "at_most": 2}}],
                   "order": [MATCH]}}
TABLE = {"title": "A table", "for_each": [ROW], "steps": [{"reset": "system"}]}

SCENARIO = {
    "title": "What no shipped scenario has",
    "model": "stm32l476rg",
    "gallery": ROW["gallery"],
    "fails_with": "x",
    "files": FILES,
    "faults": [
        {"fault": "usb.stall", "may_miss": True, "when": {
            "nth": 1, "times": 1, "probability": 1, "request": "DFU_DNLOAD", "operation": "write",
            "wValue": 2, "address": 0, "written_bytes": {"percent": 1, "of": "a.bin"}}},
        {"fault": "usb.stall", "when": {"times": "always", "written_bytes": 1}},
        {"fault": "bootloader.wedge", "may_miss": True},
        {"fault": "bootloader.status", "status": "OK", "state": "dfuIDLE", "poll_ms": 1},
        {"fault": "memory.power_cut", "may_miss": True, "when": {
            "operation": "erase", "address": 1, "size": 1, "probability": 1}},
        *({"fault": kind, "may_miss": True, "when": {"direction": "to_host", "offset": 1, "nth": 1,
                                                     "times": 1, "probability": 0.5}, **more}
          for kind, more in (("stream.reset", {}), ("stream.corrupt", {"bits": "01"}),
                             ("stream.delay", {"delay_ms": 1}), ("stream.drop", {"bytes": 1})))],
    "override": {"chip": {"title": "another"}, "bootloader": {"title": "another"}},
    "given": {"pins": {"PA0": 1},
              "firmware": {"file": "../../tests/firmware/blink_stm32l476.bin", "at": 0x08000000,
                           "symbols": "../../tests/firmware/blink_stm32l476.sym",
                           "downloaded": False}},
    "others": [{"model": "stm32l476rg", "override": {"chip": {"title": "another"}},
                "policies": {}, "time_scale": 0, "faults": [], "given": {}}],
    "bystanders": [{"idVendor": 1, "idProduct": 1, "bcdDevice": 1, "manufacturer": "x",
                    "product": "x", "serial": "x", "interfaces": [
                        {"bInterfaceNumber": 0, "bAlternateSetting": 0, "bInterfaceClass": 0xFE,
                         "bInterfaceSubClass": 1, "bInterfaceProtocol": 1, "name": "x",
                         "extra": "09 21"}]}],
    "steps": [{"write": {"register": "GPIOA.ODR", "value": 1}},
              {"reset": "system", "settles": False, "device": "1-2"},
              {"expect": {}, "device": "1-2"},
              {"drive": {"PA0": 0, "PA1": "released"}},
              {"run_firmware": {"for_ms": 1}},
              {"run_firmware": {"instructions": 1, "within_ms": 1}},
              {"run_firmware": {"until": "rom"}},
              {"run_firmware": {"until": {"pin": "PA0", "level": 1}}},
              {"run_firmware": {"until": {"symbol": "main"}}},
              {"expect": {**EXPECT, "any_of": [EXPECT]}},
              {"faults": "none"}, {"faults": [{"fault": "usb.never", "may_miss": True}]},
              {"control": [
                  {"request": "DFU_GETSTATUS", "wValue": 0, "wIndex": 0, "wLength": 6,
                   "reply": "data", "reply_data": "00", "state": "dfuIDLE", "status": "OK",
                   "poll_ms": 0},
                  {"request": "DFU_DNLOAD", "data": "00"},
                  {"bmRequestType": 0x21, "bRequest": 1, "wValue": 0, "wIndex": 0, "wLength": 1,
                   "data": "00", "reply": "ACK", "reply_data": "", "state": "dfuIDLE",
                   "status": "OK", "poll_ms": 0},
                  {"poll": "dfuIDLE", "status": "OK"}]},
              {"window": {"start": ["x.exe", "x"], "shows": "x", "within_s": 1}},
              {"window": {"start": ["x.exe"], "shows": ["x", "y"]}},
              *({"window": {verb: "x", "in": "x", "within_s": 1}}
                for verb in ("press", "choose", "check", "uncheck", "type")),
              {"window": {"answer": "x", "to": "x", "within_s": 1}},
              {"window": {"open_file": "x", "within_s": 1}},
              {"window": {"shows": "x", "lacks": ["x"], "enabled": "x", "disabled": "x",
                          "within_s": 1}},
              {"window": {"screenshot": "x"}},
              {"window": {"end": "close", "exit": 0, "within_s": 1}},
              {"run": ["true"], "expect": {"exit": 0}},
              {"run": ["true"], "expect": {"exit": [0, 1], "timed_out": False}},
              {"use": "../faults/download_verify_leave.steps.json", "with": {"x": "1"}}],
}
