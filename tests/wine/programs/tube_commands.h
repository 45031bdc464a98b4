// Commands that call one function of STTubeDevice30.dll each, on the handles that were opened.
#pragma once

#include <string>
#include <vector>

using Words = std::vector<std::string>;

/// Opens a link with an unplug event; the handle becomes the last.
void tube_open(const std::string& link);

/// Calls and prints "NAME 0x12340000" and what came back. Throws Failure for an unknown command.
///   close | pipes | unpipe | reset | read E LENGTH MS | write E HEX MS | halt E | abort E
///   control FUNCTION DIRECTION REQUEST VALUE INDEX LENGTH [HEX] | timeout MS | frames N
///   select C I A | device | configurations | configuration C | interfaces C | alternates C I
///   interface C I A | endpoints C I A | endpoint C I A E | descriptors LEVEL TYPE C I A E
///   descriptor LEVEL TYPE C I A E INDEX SIZE | string INDEX SIZE | unplug | sleep MS | line
void tube_command(const Words& words);
