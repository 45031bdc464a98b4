// WM_DEVICECHANGE for the windows of this process.
#pragma once

namespace dfurig::windows {

/// From now on tells every top-level and message-only window of this process when a device of the
/// interface class came or went, with its link, as Windows tells those that have registered.
void start_device_messages();

}  // namespace dfurig::windows
