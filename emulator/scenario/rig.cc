#include "scenario/rig.h"

#include "model/load_policies.h"
#include "scenario/transcript_summary.h"

namespace dfurig::scenario {

Rig::Rig(const BoardSetup& setup, const Clock& clock, std::uint64_t seed)
    : setup_(setup),
      clock_(clock),
      injection_(seed),
      board_(setup.model, with_faults(setup.options)),
      device_(injection_.wrap(board_, board_side())),
      firmware_(setup, board_) {
  for (const fault::Fault& it : setup.faults) injection_.armed().add(it);
  injection_.attach(board_.chip().flash());
}

board::Options Rig::with_faults(board::Options options) {
  options.wrap = [this](std::unique_ptr<dfu::Bootloader> bootloader) {
    return injection_.wrap(std::move(bootloader));
  };
  return options;
}

fault::BoardSide Rig::board_side() {
  return {[this](Instant now) { board_.power_off(now); },
          [this](Instant now) { board_.power_on(now); },
          [this] { return board_.chip().option_bytes().is_being_written(); }};
}

void Rig::plug_into(usbip::Exports& exports) {
  export_ = &exports.add(device_, &transcript_);
}

void Rig::write(const RegisterValue& write) {
  const stm32::FieldSpec* field = nullptr;
  model::find_register(setup_.model.chip, write.name, field);
  const std::string name = field ? write.name.substr(0, write.name.rfind('.')) : write.name;
  const std::uint32_t address = board_.chip().address_of(name).value_or(0);
  std::uint32_t word = write.value;
  if (field != nullptr) {
    // A field is written as software does: read, modify, write.
    const std::uint32_t mask = stm32::field_mask(*field);
    word =
        (board_.chip().read(address, 4).value_or(0) & ~mask) | (write.value << field->lsb & mask);
  }
  board_.chip().write(address, 4, word);
}

std::vector<Failure> Rig::set_up() {
  const Given& given = setup_.given;
  for (const Image& image : given.flash) board_.chip().flash().preload(image.address, image.data);
  for (const FirmwareFile& it : given.firmware) {
    if (it.is_downloaded) continue;
    for (const Image& image : it.content) {
      board_.chip().flash().preload(image.address, image.data);
    }
  }
  for (const auto& [address, bytes] : given.option_bytes) {
    board_.chip().option_bytes().preload(address, bytes);
  }
  for (const auto& [pin, level] : given.pins) board_.chip().drive_pin(pin, level);
  return start();
}

std::vector<Failure> Rig::start_again() {
  board_.power_off(clock_.now());
  injection_.armed().disarm();
  injection_.power_on();
  return start();
}

/// What boots decides whether an application is there to jump.
std::vector<Failure> Rig::start() {
  const Given& given = setup_.given;
  for (const auto& [pin, level] : given.boot_pins) board_.set_boot_pin(pin, level);
  board_.power_on(clock_.now(), given.application.has_value());
  if (!given.application) return {};
  for (const RegisterValue& it : given.application->writes) write(it);
  if (!given.application->jumps_to_bootloader) return {};
  if (board_.phase() == board::Phase::Application) {
    board_.jump_to_bootloader(clock_.now());
    return {};
  }
  return {{"phase",
           "application",
           to_string(board_.phase()),
           {"boot pins, option bytes or empty flash selected it: no application runs that could "
            "jump"}}};
}

void Rig::reset(const Reset& action) {
  for (const auto& [pin, level] : action.boot_pins) board_.set_boot_pin(pin, level);
  if (action.cause != stm32::ResetCause::PowerOn) {
    board_.reset(clock_.now(), action.cause);
    return;
  }
  injection_.power_on();
  board_.power_on(clock_.now());
}

std::vector<std::string> Rig::not_emulated() const {
  std::vector<std::string> lines;
  for (const auto* list : {&board_.chip().not_emulated(), &board_.unknown_requests()}) {
    for (const auto& [what, count] : list->counts()) {
      lines.push_back(what + " ×" + std::to_string(count));
    }
  }
  return lines;
}

BoardReport Rig::report() const {
  BoardReport report;
  report.busid = busid();
  report.model = setup_.model.name;
  const dfu::BootloaderSpec& bootloader = setup_.model.bootloader;
  if (bootloader.kind == dfu::BootloaderKind::UsbdDfu) report.bootloader = bootloader.title;
  for (const model::BootloaderVariant& it : setup_.model.bootloader_variants) {
    if (it.name == setup_.options.variant) report.variant = it;
  }
  report.overrides = setup_.overrides;
  report.entry_policy = board_.entry_policy();
  report.leave_policy = board_.leave_policy();
  report.chip = setup_.model.chip;
  report.transfers = transcript_.transfers();
  report.usb_summary = summarise(report.transfers, bootloader);
  report.moments = board_.moments();
  report.events = board_.events();
  report.not_emulated = not_emulated();
  for (const fault::Strike& it : injection_.armed().strikes()) {
    const std::string more =
        it.times > 1 ? ", and " + std::to_string(it.times - 1) + " times more" : "";
    report.strikes.push_back(it.what + more + "  (" + it.place + ")");
  }
  firmware_.tell(report);
  if (export_->unanswered_urbs > 0) {
    report.not_emulated.push_back("URBs to endpoints other than 0 ×" +
                                  std::to_string(export_->unanswered_urbs));
  }
  return report;
}

}  // namespace dfurig::scenario
