// One powered chip: reset, boot pins, ROM and application taking turns, on USB or not.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/boot.h"
#include "board/options.h"
#include "board/policy.h"
#include "dfu/bootloader.h"
#include "model/model.h"
#include "stm32/chip.h"
#include "usb/device.h"
#include "usb/standard_requests.h"

namespace dfurig::board {

enum class Phase {
  Off,
  Application,  ///< the application has control; not where nothing is that could start
  Bootloader,   ///< a bootloader has control, the ROM's or one in flash
  Stuck,        ///< nothing has control that does anything: a lockup, a ROM that hangs
};
std::string to_string(Phase phase);
/// "by software (SYSRESETREQ)"
std::string reset_text(stm32::ResetCause cause);

/// The registers at a turning point of the board's life.
struct Moment {
  std::string name;  ///< "power_on", "before_entry", "in_dfu", "after_leave", "running"
  Instant at{};
  stm32::Snapshot registers;
  Causes causes;  ///< of what the bootloader changed since the moment before
};

/// A turn of the board's life, for the report.
struct Event {
  Instant at{};
  std::string what;
  std::optional<Instant> device_time{};  ///< when firmware did it
};

class Board : public usb::Device {
 public:
  /// Throws InputError when the model's bootloader has no USB DFU, and when an option names a
  /// policy the model does not have.
  explicit Board(model::Model model, Options options = {});
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // --- What a person at the bench does. ---

  /// Sets a boot pin for the next reset. False when the chip has no such pin. The button that keeps
  /// a bootloader in flash in DFU mode is let go when it has started.
  bool set_boot_pin(const std::string& name, unsigned level);
  /// Power-on reset and boot decision. An application that is told has control when flash is
  /// selected, although it is not in there: whoever tells it does what it does.
  void power_on(Instant now, bool is_application_told = false);
  /// What was programmed and what option bytes hold is all that stays.
  void power_off(Instant now);
  /// NRST, a debugger, firmware, a watchdog or the flash interface resets the chip; what boots is
  /// decided again. Gives what code that runs before the application did to the registers.
  Causes reset(Instant now, stm32::ResetCause cause);

  // --- What firmware does that runs. ---

  /// The application jumps into the ROM: registers are as it left them.
  void jump_to_bootloader(Instant now,
                          const std::string& how = "the application jumps into system memory");
  /// Nothing goes on until somebody resets the chip.
  void get_stuck(Instant now, const std::string& why);
  /// Takes a moment; of those of one name that follow one another the last stays.
  void remember(const std::string& name, Instant now, Causes causes = {});
  void add_event(Event event) { events_.push_back(std::move(event)); }

  // --- What there is to see. ---

  Phase phase() const { return phase_; }
  const model::Model& model() const { return model_; }
  stm32::Chip& chip() { return chip_; }
  const stm32::Chip& chip() const { return chip_; }
  /// Null unless the phase is Bootloader and this bootloader is on USB.
  const dfu::Bootloader* bootloader() const { return bootloader_.get(); }
  /// From a reset that starts the bootloader until it is on the bus.
  Duration startup() const { return std::chrono::milliseconds(bootloader_spec_.startup_ms); }
  const std::vector<Moment>& moments() const { return moments_; }
  /// The latest moment of that name; null when it has not been.
  const Moment* find_moment(const std::string& name) const;
  const std::vector<Event>& events() const { return events_; }
  const model::RegisterPolicy& entry_policy() const { return *entry_policy_; }
  const model::RegisterPolicy& leave_policy() const { return *leave_policy_; }
  /// The application that has control, when it was started by a Leave or by reset.
  const std::optional<VectorTable>& application() const { return application_; }
  /// Where the vector table is that was selected last, and how often one was.
  std::uint32_t application_address() const { return application_address_; }
  unsigned starts() const { return starts_; }
  /// Requests the device stalled because it does not know them, by a sentence.
  const stm32::NotEmulated& unknown_requests() const { return unknown_requests_; }

  // --- usb::Device ---

  const usb::DescriptorSet& descriptors() const override { return descriptors_; }
  std::uint32_t attachment() const override { return is_on_bus_ ? attachments_ : 0; }
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant now) override;
  void bus_reset(Instant now) override;
  void advance(Instant now) override;
  std::optional<Instant> next_event() const override;

 private:
  Causes boot(Instant now);
  Causes run_flash_bootloader(Instant now);
  void start_application(Instant now, std::uint32_t address);
  void start_silent_rom(Instant now, const std::string& how);
  void enter_bootloader(Instant now, const std::string& how);
  std::unique_ptr<dfu::Bootloader> make_bootloader();
  bool is_closed() const;
  void show_flash_layout();
  void reset_after_options(Instant now);
  void attach(Instant now);
  void detach(bool is_seen, Instant now);
  void depart(const dfu::Departure& departure, Instant now);
  void leave(std::uint32_t address, Instant now);
  void happen(Instant now, const std::string& what) { events_.push_back({now, what}); }

  model::Model model_;
  dfu::BootloaderSpec bootloader_spec_;
  usb::DescriptorSet descriptors_;
  stm32::Chip chip_;
  usb::StandardRequests standard_requests_;
  const model::RegisterPolicy* entry_policy_;
  const model::RegisterPolicy* leave_policy_;
  std::function<std::unique_ptr<dfu::Bootloader>(std::unique_ptr<dfu::Bootloader>)> wrap_;
  std::map<std::string, unsigned> boot_pins_;
  bool is_application_told_ = false;
  bool was_flash_empty_ = false;  ///< latched until the next power-on
  std::unique_ptr<dfu::Bootloader> bootloader_;
  std::optional<VectorTable> application_;
  std::uint32_t application_address_ = 0;
  unsigned starts_ = 0;
  Phase phase_ = Phase::Off;
  bool is_on_bus_ = false;
  bool is_mute_ = false;  ///< still on the bus for the host, which saw no unplug; nobody answers
  std::uint32_t attachments_ = 0;
  std::optional<Instant> attach_due_;
  std::vector<Moment> moments_;
  std::vector<Event> events_;
  stm32::NotEmulated unknown_requests_;
};

}  // namespace dfurig::board
