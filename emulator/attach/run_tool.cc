#include "attach/run_tool.h"

#include "attach/program.h"
#include "attach/supervisor.h"

namespace dfurig::attach {

ToolResult run_tool(const ToolCommand& command, const std::vector<usbip::Connector>& servers) {
  const std::string program = find_program(command.arguments.at(0), command.working_directory);
  check_architecture(program);
  Supervisor supervisor(servers, command.clock);
  return supervisor.run(program, command);
}

}  // namespace dfurig::attach
