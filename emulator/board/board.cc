#include "board/board.h"

#include <algorithm>
#include <cassert>

#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::board {
namespace {

std::string request_text(const usb::SetupPacket& setup) {
  return "control request bmRequestType " + hex(setup.bmRequestType, 2) + " bRequest " +
         hex(setup.bRequest, 2) + " wValue " + hex(setup.wValue, 4);
}

model::Model with_usb_dfu(model::Model model) {
  if (model.has_usb_dfu()) return model;
  throw InputError(model.name, model.no_usb_dfu, model.flash_bootloader_advice("--bootloader "));
}

/// What the core meets where it is to start: ", MSP 0xFFFFFFFF, PC 0xFFFFFFFF".
std::string lockup_text(const stm32::Chip& chip, std::uint32_t address) {
  const std::optional<VectorTable> table = read_vector_table(chip, address);
  if (!table) return ", for nothing is there";
  return ", MSP " + hex(table->initial_msp) + ", PC " + hex(table->reset_handler);
}

bool is_in_flash(const dfu::BootloaderSpec& spec) {
  return spec.kind == dfu::BootloaderKind::UsbdDfu;
}

}  // namespace

std::string to_string(Phase phase) {
  switch (phase) {
    case Phase::Off:
      return "off";
    case Phase::Application:
      return "application";
    case Phase::Bootloader:
      return "bootloader";
    case Phase::Stuck:
      return "stuck";
  }
  return "?";
}

std::string reset_text(stm32::ResetCause cause) {
  switch (cause) {
    case stm32::ResetCause::PowerOn:
      return "by power-on";
    case stm32::ResetCause::Pin:
      return "by NRST";
    case stm32::ResetCause::Software:
      return "by software (SYSRESETREQ)";
    case stm32::ResetCause::IndependentWatchdog:
      return "by the independent watchdog";
    case stm32::ResetCause::WindowWatchdog:
      return "by the window watchdog";
    case stm32::ResetCause::OptionByteLoad:
      return "that loads the option bytes";
  }
  return "?";
}

Board::Board(model::Model model, Options options)
    : model_(with_usb_dfu(std::move(model))),
      bootloader_spec_(dfu::scaled(find_variant(model_, options.variant, model_.name + ": variant"),
                                   options.time_scale)),
      descriptors_(dfu::make_descriptors(bootloader_spec_)),
      chip_(model_.chip),
      standard_requests_(descriptors_, bootloader_spec_.device_status),
      entry_policy_(
          &find_policy(model_.entry_policies,
                       options.entry_policy.empty() ? model_.entry_policy : options.entry_policy,
                       model_.name + ": entry policy")),
      leave_policy_(
          &find_policy(model_.leave_policies,
                       options.leave_policy.empty() ? model_.leave_policy : options.leave_policy,
                       model_.name + ": leave policy")),
      wrap_(std::move(options.wrap)) {}

bool Board::set_boot_pin(const std::string& name, unsigned level) {
  const auto& pins = model_.boot_pins;
  if (std::find(pins.begin(), pins.end(), name) == pins.end()) return false;
  boot_pins_[name] = level;
  return true;
}

void Board::power_on(Instant now, bool is_application_told) {
  chip_.reset(stm32::ResetKind::PowerOn);
  was_flash_empty_ = is_flash_empty(chip_);
  is_mute_ = false;
  is_application_told_ = is_application_told;
  happen(now, "power on");
  boot(now);
  is_application_told_ = false;
}

void Board::power_off(Instant now) {
  bootloader_.reset();
  application_.reset();
  attach_due_.reset();
  is_on_bus_ = false;
  is_mute_ = false;
  phase_ = Phase::Off;
  happen(now, "power off");
}

std::unique_ptr<dfu::Bootloader> Board::make_bootloader() {
  std::unique_ptr<dfu::Bootloader> made = dfu::make_bootloader(bootloader_spec_, chip_);
  return wrap_ ? wrap_(std::move(made)) : std::move(made);
}

Causes Board::reset(Instant now, stm32::ResetCause cause) {
  assert(cause != stm32::ResetCause::PowerOn);
  const bool loads = cause == stm32::ResetCause::OptionByteLoad;
  chip_.reset(loads ? stm32::ResetKind::OptionByteLoad : stm32::ResetKind::System, cause);
  if (loads) was_flash_empty_ = is_flash_empty(chip_);
  happen(now, loads ? "option bytes loaded, which resets" : "system reset " + reset_text(cause));
  return boot(now);
}

/// Gives what code that runs before the application did to the registers.
Causes Board::boot(Instant now) {
  is_on_bus_ = is_mute_;
  attach_due_.reset();
  bootloader_.reset();
  const BootInputs inputs{boot_pins_, was_flash_empty_};
  const BootDecision decision = decide_boot(model_, chip_, inputs);
  const std::string how = "boot: " + decision.reason;
  const bool selects_rom = decision.starts_bootloader && !is_closed();
  if (decision.starts_bootloader && is_closed()) {
    happen(now, "boot: RDP level 2 closes the ROM (AN2606)");
  }
  if (is_in_flash(bootloader_spec_)) {
    if (!selects_rom) return run_flash_bootloader(now);
    start_silent_rom(now, how);
  } else if (selects_rom) {
    enter_bootloader(now, how);
  } else {
    start_application(now, decision.starts_bootloader ? model_.chip.flash.base : decision.address);
  }
  return {};
}

bool Board::is_closed() const {
  return chip_.option_bytes().read_protection() == stm32::ReadProtection::Level2 &&
         !model_.rom_at_level2;
}

/// To the chip a bootloader in flash is an application: it starts after every reset, decides, and
/// jumps on with the registers as its start-up code left them.
Causes Board::run_flash_bootloader(Instant now) {
  const dfu::UsbdDfuSpec& spec = bootloader_spec_.usbd;
  const BootDecision decision = decide_flash_boot(spec, chip_, boot_pins_);
  if (decision.starts_bootloader) {
    enter_bootloader(now, decision.reason);
    boot_pins_[spec.button] = 0;
    return {};
  }
  Causes causes = apply(*leave_policy_, chip_);
  happen(now, "bootloader in flash jumps on: registers by policy " + leave_policy_->name);
  start_application(now, spec.application_address);
  return causes;
}

void Board::start_application(Instant now, std::uint32_t address) {
  application_address_ = address;
  ++starts_;
  phase_ = Phase::Application;
  application_ = find_startable(chip_, address);
  if (application_) {
    happen(now, "application at " + hex(address) + " starts: MSP " +
                    hex(application_->initial_msp) + ", PC " + hex(application_->reset_handler));
  } else if (is_application_told_) {
    happen(now, hex(address) + " is selected: its application is told, not in flash");
  } else {
    get_stuck(now, hex(address) + " is selected and holds no application: the core locks up" +
                       lockup_text(chip_, address));
  }
}

void Board::jump_to_bootloader(Instant now, const std::string& how) {
  assert(phase_ == Phase::Application || phase_ == Phase::Stuck);
  if (is_in_flash(bootloader_spec_)) return start_silent_rom(now, how);
  enter_bootloader(now, how);
}

/// The ROM beside a bootloader in flash: started, and not on USB in this run.
void Board::start_silent_rom(Instant now, const std::string& how) {
  application_.reset();
  phase_ = Phase::Bootloader;
  happen(now, "ROM bootloader starts (" + how + "); only the one in flash is emulated here");
}

void Board::enter_bootloader(Instant now, const std::string& how) {
  remember("before_entry", now);
  show_flash_layout();
  application_.reset();
  phase_ = Phase::Bootloader;
  const std::string which =
      is_in_flash(bootloader_spec_) ? "bootloader in flash" : "ROM bootloader";
  happen(now, which + " starts (" + how + ")");
  remember("in_dfu", now, apply(*entry_policy_, chip_));
  bootloader_ = make_bootloader();
  attach_due_ = now + startup();
  if (*attach_due_ <= now) attach(now);
}

/// The strings of the alternates follow the layout the option bytes chose.
void Board::show_flash_layout() {
  for (dfu::Alternate& alternate : bootloader_spec_.alternates) {
    if (chip_.flash_layout() >= alternate.names_by_layout.size()) continue;
    alternate.name = alternate.names_by_layout[chip_.flash_layout()];
  }
  descriptors_ = dfu::make_descriptors(bootloader_spec_);
}

void Board::attach(Instant now) {
  attach_due_.reset();
  if (is_mute_) return happen(now, "USB: the host saw no unplug and does not enumerate again");
  standard_requests_.bus_reset();
  is_on_bus_ = true;
  ++attachments_;
  happen(now, "USB: attached");
}

void Board::remember(const std::string& name, Instant now, Causes causes) {
  if (!moments_.empty() && moments_.back().name == name) moments_.pop_back();
  moments_.push_back({name, now, chip_.snapshot(), std::move(causes)});
}

const Moment* Board::find_moment(const std::string& name) const {
  const auto found = std::find_if(moments_.rbegin(), moments_.rend(),
                                  [&](const Moment& moment) { return moment.name == name; });
  return found == moments_.rend() ? nullptr : &*found;
}

usb::Answer Board::control(const usb::SetupPacket& setup, ByteView data, Instant now) {
  advance(now);
  if (!is_on_bus_ || is_mute_) return {usb::NoReply{}};
  const bool is_dfu =
      setup.type() == usb::RequestType::Class && setup.recipient() == usb::Recipient::Interface;
  if (is_dfu) return bootloader_->control(setup, data, now);
  usb::ControlReply reply = usb::Stall{};
  if (setup.type() == usb::RequestType::Standard) reply = standard_requests_.control(setup);
  if (std::holds_alternative<usb::Stall>(reply)) unknown_requests_.count(request_text(setup));
  return {std::move(reply)};
}

void Board::bus_reset(Instant now) {
  advance(now);
  standard_requests_.bus_reset();
  if (bootloader_) bootloader_->bus_reset();
}

void Board::advance(Instant now) {
  if (attach_due_ && *attach_due_ <= now) attach(*attach_due_);
  if (!bootloader_ || !bootloader_->departure()) return;
  const dfu::Departure departure = *bootloader_->departure();
  if (departure.due <= now) depart(departure, departure.due);
}

std::optional<Instant> Board::next_event() const {
  if (attach_due_) return attach_due_;
  if (bootloader_ && bootloader_->departure()) return bootloader_->departure()->due;
  return std::nullopt;
}

/// Without a pull-up that can be switched off the host goes on talking, to nobody.
void Board::detach(bool is_seen, Instant now) {
  is_mute_ = !is_seen;
  is_on_bus_ = is_mute_;
  bootloader_.reset();
  happen(now, is_seen ? "USB: detached" : "USB: mute, and still attached for the host");
}

void Board::depart(const dfu::Departure& departure, Instant now) {
  detach(departure.is_seen, now);
  chip_.option_bytes().finish_write();
  switch (departure.kind) {
    case dfu::Departure::Kind::Jump:
      return leave(departure.address, now);
    case dfu::Departure::Kind::Reset:
      return reset_after_options(now);
    case dfu::Departure::Kind::LeaveByReset:
      return remember("after_leave", now, reset(now, stm32::ResetCause::Software));
    case dfu::Departure::Kind::Stuck:
      return get_stuck(now,
                       "Leave: the ROM does not start the application (a defect of this version)");
    case dfu::Departure::Kind::Reattach:
      bootloader_ = make_bootloader();
      attach_due_ = now + startup();
      return;
  }
}

void Board::reset_after_options(Instant now) {
  const dfu::OptionsTakeEffect effect = bootloader_spec_.options_take_effect;
  if (effect == dfu::OptionsTakeEffect::AtOptionByteLoad) {
    reset(now, stm32::ResetCause::OptionByteLoad);
    return;
  }
  if (effect == dfu::OptionsTakeEffect::AtPowerOn) {
    reset(now, stm32::ResetCause::Software);
    return;
  }
  chip_.reset(stm32::ResetKind::OptionByteLoad, stm32::ResetCause::Software);
  happen(now, "system reset, with the new option bytes");
  boot(now);
}

void Board::get_stuck(Instant now, const std::string& why) {
  happen(now, why);
  phase_ = Phase::Stuck;
}

/// AN3156 §5.5; without executable code at the address pointer the device resets instead.
void Board::leave(std::uint32_t address, Instant now) {
  if (!find_application(chip_, address)) {
    happen(now, "Leave: no executable code at " + hex(address) + ", the device resets");
    reset(now, stm32::ResetCause::Software);
    return remember("after_leave", now);
  }
  Causes causes = apply(*leave_policy_, chip_);
  happen(now, "Leave: registers by policy " + leave_policy_->name);
  start_application(now, address);
  remember("after_leave", now, std::move(causes));
}

}  // namespace dfurig::board
