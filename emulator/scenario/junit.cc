#include "scenario/junit.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace dfurig::scenario {
namespace {

std::string seconds(Duration duration) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << std::chrono::duration<double>(duration).count();
  return text.str();
}

/// "scenarios/leave/x.json" is test x of class scenarios.leave.
std::pair<std::string, std::string> split_name(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  std::string folder = slash == std::string::npos ? "scenarios" : file.substr(0, slash);
  if (name.ends_with(".json")) name.resize(name.size() - 5);
  std::replace(folder.begin(), folder.end(), '/', '.');
  return {folder, name};
}

std::string first_failure(const Report& report) {
  if (!report.broken_off.empty()) return report.broken_off;
  for (const StepResult& step : report.steps) {
    if (step.failures.empty()) continue;
    const Failure& failure = step.failures.front();
    return failure.what + ": expected " + failure.expected + ", found " + failure.actual;
  }
  return "";
}

}  // namespace

std::string junit_case(const Report& report) {
  const auto [folder, name] = split_name(report.file);
  std::ostringstream story;
  std::ostringstream out;
  print_report(story, report, Style{false, true});
  out << "    <testcase classname=\"" << xml_escaped(folder) << "\" name=\"" << xml_escaped(name)
      << "\" time=\"" << seconds(report.duration) << "\">\n";
  if (!report.not_run.empty()) {
    out << "      <skipped message=\"" << xml_escaped(report.not_run) << "\"/>\n";
  } else if (!report.has_passed()) {
    out << "      <failure message=\"" << xml_escaped(first_failure(report)) << "\">"
        << xml_escaped(story.str()) << "</failure>\n";
  } else {
    out << "      <system-out>" << xml_escaped(story.str()) << "</system-out>\n";
  }
  out << "    </testcase>\n";
  return out.str();
}

std::string xml_escaped(const std::string& text) {
  std::string escaped;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '&') {
      escaped += "&amp;";
    } else if (character == '<') {
      escaped += "&lt;";
    } else if (character == '>') {
      escaped += "&gt;";
    } else if (character == '"') {
      escaped += "&quot;";
    } else {
      escaped += code < 0x20 && character != '\n' && character != '\t' ? '?' : character;
    }
  }
  return escaped;
}

std::string junit_xml(const std::vector<Outcome>& outcomes) {
  const auto skipped = std::ranges::count_if(outcomes, &Outcome::is_not_run);
  const auto failures = std::ranges::count_if(
      outcomes, [](const Outcome& it) { return !it.has_passed && !it.is_not_run; });
  Duration total{};
  for (const Outcome& outcome : outcomes) total += outcome.told;
  std::ostringstream out;
  out << "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites>\n  <testsuite name=\"dfurig\" "
      << "errors=\"0\" failures=\"" << failures << "\" skipped=\"" << skipped << "\" tests=\""
      << outcomes.size() << "\" time=\"" << seconds(total) << "\">\n";
  for (const Outcome& outcome : outcomes) out << outcome.junit_case;
  out << "  </testsuite>\n</testsuites>\n";
  return out.str();
}

}  // namespace dfurig::scenario
