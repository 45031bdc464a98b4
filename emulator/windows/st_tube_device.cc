#include "windows/st_tube_device.h"

#include <algorithm>
#include <cstring>

#include "usb/descriptors.h"
#include "windows/handles.h"
#include "windows/log.h"

// Each function takes its arguments apart and leaves the rest to OpenDevice.
namespace dfurig::windows {
namespace {

/// The bmRequestType of a URB function; absent: it is no class or vendor request.
std::optional<std::uint8_t> request_type(USHORT function) {
  constexpr std::uint8_t class_request = 1 << 5, vendor_request = 2 << 5;
  switch (function) {
    case 0x1A:
    case 0x1B:
    case 0x1C:
      return static_cast<std::uint8_t>(class_request | (function - 0x1A));
    case 0x1F:
      return static_cast<std::uint8_t>(class_request | 3);
    case 0x17:
    case 0x18:
    case 0x19:
      return static_cast<std::uint8_t>(vendor_request | (function - 0x17));
    case 0x20:
      return static_cast<std::uint8_t>(vendor_request | 3);
    default:
      return std::nullopt;
  }
}

TubeError open_device(LPSTR path, LPHANDLE device, LPHANDLE unplug_event) {
  try {
    const std::shared_ptr<SharedImport> import = find_import(path);
    if (import == nullptr) return STDEVICE_OPENDRIVERERROR;
    if (unplug_event != nullptr) {
      *unplug_event = CreateEventA(nullptr, FALSE, FALSE, nullptr);
      HANDLE ours = nullptr;
      if (!DuplicateHandle(GetCurrentProcess(), *unplug_event, GetCurrentProcess(), &ours, 0, FALSE,
                           DUPLICATE_SAME_ACCESS)) {
        return STDEVICE_CANTUSEUNPLUGEVENT;
      }
      import->signal_when_gone(ours);
    }
    *device = add_handle(std::make_shared<OpenDevice>(import));
    return STDEVICE_NOERROR;
  } catch (const std::exception& error) {
    log(std::string("STDevice_Open: ") + error.what());
    return STDEVICE_OPENDRIVERERROR;
  }
}

TubeError copy(ByteView descriptor, std::size_t size, PBYTE to) {
  if (to == nullptr) return STDEVICE_BADPARAMETER;
  if (descriptor.size() < size) return STDEVICE_DESCRIPTORNOTFOUND;
  std::copy_n(descriptor.begin(), size, to);
  return STDEVICE_NOERROR;
}

TubeError count(bool is_there, std::size_t number, PUINT to) {
  if (!is_there || to == nullptr) return STDEVICE_BADPARAMETER;
  *to = static_cast<UINT>(number);
  return STDEVICE_NOERROR;
}

/// Absent: the place or the level is none.
std::optional<std::vector<ByteView>> find_descriptors(const OpenDevice& device, BYTE level,
                                                      BYTE type, const Place& place) {
  if (type == usb::CONFIGURATION || type == usb::INTERFACE || type == usb::ENDPOINT) {
    return std::nullopt;
  }
  const auto configuration = device.configuration(place.configuration);
  if (!configuration) return std::nullopt;
  if (level == ConfigurationLevel) return configuration->of_configuration(type);
  const auto alternate = device.alternate(place);
  if (!alternate) return std::nullopt;
  if (level == InterfaceLevel) return usb::ConfigurationView::of_alternate(*alternate, type);
  if (level != EndpointLevel || place.endpoint >= alternate->endpoints.size()) return std::nullopt;
  return usb::ConfigurationView::of_endpoint(*alternate, place.endpoint, type);
}

/// One with open pipes, for the functions that need them.
DWORD with_pipe(const char* function, HANDLE handle, UINT index,
                const std::function<TubeError(OpenDevice&, Pipe&)>& work) {
  return with_device(function, handle, [&](OpenDevice& device) {
    if (!device.has_open_pipes()) return STDEVICE_PIPESARECLOSED;
    const std::shared_ptr<Pipe> pipe = device.pipe(index);
    return pipe == nullptr ? STDEVICE_BADPARAMETER : work(device, *pipe);
  });
}

}  // namespace
}  // namespace dfurig::windows

using namespace dfurig::windows;

DWORD WINAPI STDevice_Open(LPSTR path, LPHANDLE device, LPHANDLE unplug_event) {
  if (path == nullptr || device == nullptr) return STDEVICE_BADPARAMETER;
  const TubeError result = open_device(path, device, unplug_event);
  log(std::string("STDevice_Open ") + path + ": " + to_string(result));
  return result;
}

DWORD WINAPI STDevice_Close(HANDLE device) {
  const TubeError result = remove_handle(device) ? STDEVICE_NOERROR : STDEVICE_BADPARAMETER;
  log("STDevice_Close: " + to_string(result));
  return result;
}

DWORD WINAPI STDevice_OpenPipes(HANDLE handle) {
  return with_device(__func__, handle, [](OpenDevice& device) { return device.open_pipes(); });
}

DWORD WINAPI STDevice_ClosePipes(HANDLE handle) {
  return with_device(__func__, handle, [](OpenDevice& device) {
    device.close_pipes();
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_GetStringDescriptor(HANDLE handle, UINT index, LPSTR text, UINT size) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    if (text == nullptr || size == 0) return STDEVICE_BADPARAMETER;
    const std::optional<std::string> string = device.string(index);
    if (!string) return STDEVICE_STRINGDESCRIPTORERROR;
    const std::size_t length = std::min<std::size_t>(string->size(), size - 1);
    std::memcpy(text, string->data(), length);
    text[length] = 0;
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_GetDeviceDescriptor(HANDLE handle, PBYTE descriptor) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    return copy(device.import().device_descriptor(), dfurig::usb::DeviceDescriptor::size,
                descriptor);
  });
}

DWORD WINAPI STDevice_GetNbOfConfigurations(HANDLE handle, PUINT number) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    return count(true, device.import().configurations().size(), number);
  });
}

DWORD WINAPI STDevice_GetConfigurationDescriptor(HANDLE handle, UINT configuration,
                                                 PBYTE descriptor) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto view = device.configuration(configuration);
    if (!view) return STDEVICE_BADPARAMETER;
    return copy(view->descriptor(), dfurig::usb::ConfigurationDescriptor::size, descriptor);
  });
}

DWORD WINAPI STDevice_GetNbOfInterfaces(HANDLE handle, UINT configuration, PUINT number) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto view = device.configuration(configuration);
    return count(view.has_value(), view ? view->interfaces().size() : 0, number);
  });
}

DWORD WINAPI STDevice_GetNbOfAlternates(HANDLE handle, UINT configuration, UINT interface_index,
                                        PUINT number) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto alternates = device.alternates({configuration, interface_index});
    return count(!alternates.empty(), alternates.size(), number);
  });
}

DWORD WINAPI STDevice_GetInterfaceDescriptor(HANDLE handle, UINT configuration,
                                             UINT interface_index, UINT alternate,
                                             PBYTE descriptor) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto found = device.alternate({configuration, interface_index, alternate});
    if (!found) return STDEVICE_BADPARAMETER;
    return copy(found->descriptor, dfurig::usb::InterfaceDescriptor::size, descriptor);
  });
}

DWORD WINAPI STDevice_GetNbOfEndPoints(HANDLE handle, UINT configuration, UINT interface_index,
                                       UINT alternate, PUINT number) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto found = device.alternate({configuration, interface_index, alternate});
    return count(found.has_value(), found ? found->endpoints.size() : 0, number);
  });
}

DWORD WINAPI STDevice_GetEndPointDescriptor(HANDLE handle, UINT configuration, UINT interface_index,
                                            UINT alternate, UINT endpoint, PBYTE descriptor) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    constexpr std::size_t endpoint_size = 7;
    const auto found = device.alternate({configuration, interface_index, alternate});
    if (!found || endpoint >= found->endpoints.size()) return STDEVICE_BADPARAMETER;
    return copy(found->endpoints[endpoint], endpoint_size, descriptor);
  });
}

DWORD WINAPI STDevice_GetNbOfDescriptors(HANDLE handle, BYTE level, BYTE type, UINT configuration,
                                         UINT interface_index, UINT alternate, UINT endpoint,
                                         PUINT number) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto found = find_descriptors(device, level, type,
                                        {configuration, interface_index, alternate, endpoint});
    return count(found.has_value(), found ? found->size() : 0, number);
  });
}

DWORD WINAPI STDevice_GetDescriptor(HANDLE handle, BYTE level, BYTE type, UINT configuration,
                                    UINT interface_index, UINT alternate, UINT endpoint, UINT index,
                                    PBYTE descriptor, UINT size) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto found = find_descriptors(device, level, type,
                                        {configuration, interface_index, alternate, endpoint});
    if (!found || descriptor == nullptr) return STDEVICE_BADPARAMETER;
    if (index >= found->size()) return STDEVICE_DESCRIPTORNOTFOUND;
    if ((*found)[index].size() > size) return STDEVICE_INCORRECTBUFFERSIZE;
    return copy((*found)[index], (*found)[index].size(), descriptor);
  });
}

DWORD WINAPI STDevice_SelectCurrentConfiguration(HANDLE handle, UINT configuration,
                                                 UINT interface_index, UINT alternate) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    return device.select({configuration, interface_index, alternate});
  });
}

DWORD WINAPI STDevice_SetDefaultTimeOut(HANDLE handle, DWORD timeout) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    if (timeout == 0) return STDEVICE_BADPARAMETER;
    device.set_timeout(timeout);
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_SetMaxNumInterruptInputBuffer(HANDLE handle, WORD frames) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    if (device.has_open_pipes()) return STDEVICE_PIPESAREOPEN;
    device.set_input_frames(frames);
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_GetMaxNumInterruptInputBuffer(HANDLE handle, PWORD frames) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    if (frames == nullptr) return STDEVICE_BADPARAMETER;
    *frames = static_cast<WORD>(device.input_frames());
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_SetSuspendModeBehaviour(HANDLE handle, BOOL) {
  return with_device(__func__, handle, [](OpenDevice&) { return STDEVICE_NOERROR; });
}

DWORD WINAPI STDevice_EndPointControl(HANDLE handle, UINT endpoint, UINT operation) {
  return with_pipe(__func__, handle, endpoint, [&](OpenDevice& device, Pipe& pipe) {
    if (operation == PipeReset) {
      return pipe.reset(device.timeout()) ? STDEVICE_NOERROR : STDEVICE_PIPERESETERROR;
    }
    if (operation != AbortTransfer) return STDEVICE_BADPARAMETER;
    pipe.abort();
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_Reset(HANDLE handle) {
  return with_device(__func__, handle, [](OpenDevice& device) {
    if (!device.has_open_pipes()) return STDEVICE_PIPESARECLOSED;
    return device.import().reset() ? STDEVICE_NOERROR : STDEVICE_DEVICERESETERROR;
  });
}

DWORD WINAPI STDevice_ControlPipeRequest(HANDLE handle, ControlPipeRequest* request, PBYTE data) {
  return with_device(__func__, handle, [&](OpenDevice& device) {
    const auto type = request == nullptr ? std::nullopt : request_type(request->Function);
    const bool has_room = type && (request->Length == 0 || data != nullptr);
    if (!has_room || request->Length > 0xFFFF) return STDEVICE_BADPARAMETER;
    const bool is_in = request->Direction == 1;
    const dfurig::usb::SetupPacket setup{static_cast<std::uint8_t>(*type | (is_in ? 0x80 : 0)),
                                         request->Request, request->Value, request->Index,
                                         static_cast<std::uint16_t>(request->Length)};
    const dfurig::ByteView out(data, is_in ? 0 : request->Length);
    return device.control(setup, out, data);
  });
}

DWORD WINAPI STDevice_Read(HANDLE handle, UINT endpoint, PBYTE buffer, PUINT size, DWORD timeout) {
  return with_pipe(__func__, handle, endpoint, [&](OpenDevice& device, Pipe& pipe) {
    if (buffer == nullptr || size == nullptr || !pipe.is_in()) return STDEVICE_ERRORBEFOREREADING;
    const TransferResult result = pipe.read(*size, device.timeout(timeout));
    if (!result.is_done()) return STDEVICE_ERRORWHILEREADING;
    const std::size_t length = std::min<std::size_t>(result.data.size(), *size);
    std::copy_n(result.data.begin(), length, buffer);
    *size = static_cast<UINT>(length);
    return STDEVICE_NOERROR;
  });
}

DWORD WINAPI STDevice_Write(HANDLE handle, UINT endpoint, PBYTE buffer, PUINT size, DWORD timeout) {
  return with_pipe(__func__, handle, endpoint, [&](OpenDevice& device, Pipe& pipe) {
    if (buffer == nullptr || size == nullptr || pipe.is_in()) return STDEVICE_ERRORBEFOREWRITING;
    const TransferResult result =
        pipe.write(dfurig::ByteView(buffer, *size), device.timeout(timeout));
    if (!result.is_done()) return STDEVICE_ERRORWHILEWRITING;
    *size = static_cast<UINT>(result.length);
    return STDEVICE_NOERROR;
  });
}
