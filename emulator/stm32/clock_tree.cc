#include "stm32/clock_tree.h"

#include <algorithm>

namespace dfurig::stm32 {
namespace {

std::uint64_t number_of(const FieldNumber& number, const ReadField& read_field) {
  const std::uint32_t value = read_field(number.register_name, number.field).value_or(0);
  if (number.values.empty()) return std::uint64_t{value} + number.plus;
  const auto found = number.values.find(value);
  return found == number.values.end() ? number.otherwise.value_or(0) : found->second;
}

std::string input_of(const ClockSpec& clock, const ReadField& read_field) {
  if (!clock.switch_field) return clock.from;
  const auto value =
      read_field(clock.switch_field->register_name, clock.switch_field->field).value_or(0);
  const auto found = clock.switched.find(value);
  return found == clock.switched.end() ? std::string() : found->second;
}

}  // namespace

std::uint64_t frequency_of(const std::vector<ClockSpec>& clocks, const std::string& name,
                           const ReadField& read_field) {
  const auto clock = std::ranges::find(clocks, name, &ClockSpec::name);
  if (clock == clocks.end()) return 0;
  std::uint64_t hz = clock->hz;
  if (clock->hz_by) hz = number_of(*clock->hz_by, read_field);
  const std::string input = input_of(*clock, read_field);
  if (!input.empty()) hz = frequency_of(clocks, input, read_field);
  for (const FieldNumber& it : clock->multiplied_by) hz *= number_of(it, read_field);
  for (const FieldNumber& it : clock->divided_by) {
    const std::uint64_t divisor = number_of(it, read_field);
    hz = divisor == 0 ? 0 : hz / divisor;
  }
  return hz;
}

}  // namespace dfurig::stm32
