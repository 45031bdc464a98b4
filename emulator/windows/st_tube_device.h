// The public interface of STTubeDevice30.dll: 25 functions, stdcall, exported by these very names.
// Written from the interface that ST publishes with the sources of DfuSe (STSW-STM32080).
#pragma once

#include <windows.h>

/// A request on the control pipe.
struct ControlPipeRequest {
  USHORT Function;  ///< 0x17-0x19, 0x20 vendor; 0x1A-0x1C, 0x1F class: device to other (usb.h's
                    ///< URB_FUNCTION_…)
  ULONG Direction;  ///< 1: from the device
  UCHAR Request;
  USHORT Value;
  USHORT Index;
  ULONG Length;
};

/// Levels of the descriptors inside a configuration.
enum DescriptorLevel : BYTE { ConfigurationLevel = 0, InterfaceLevel = 1, EndpointLevel = 2 };

/// What STDevice_EndPointControl does.
enum EndPointOperation : UINT { AbortTransfer = 0, PipeReset = 1 };

extern "C" {
/// `unplug_event` may be null; the event is the caller's, and stays when the handle is closed.
DWORD WINAPI STDevice_Open(LPSTR path, LPHANDLE device, LPHANDLE unplug_event);
DWORD WINAPI STDevice_Close(HANDLE device);
DWORD WINAPI STDevice_OpenPipes(HANDLE device);
DWORD WINAPI STDevice_ClosePipes(HANDLE device);

DWORD WINAPI STDevice_GetStringDescriptor(HANDLE device, UINT index, LPSTR text, UINT size);
/// 18 bytes
DWORD WINAPI STDevice_GetDeviceDescriptor(HANDLE device, PBYTE descriptor);
DWORD WINAPI STDevice_GetNbOfConfigurations(HANDLE device, PUINT count);
/// 9 bytes
DWORD WINAPI STDevice_GetConfigurationDescriptor(HANDLE device, UINT configuration,
                                                 PBYTE descriptor);
DWORD WINAPI STDevice_GetNbOfInterfaces(HANDLE device, UINT configuration, PUINT count);
DWORD WINAPI STDevice_GetNbOfAlternates(HANDLE device, UINT configuration, UINT interface_index,
                                        PUINT count);
/// 9 bytes
DWORD WINAPI STDevice_GetInterfaceDescriptor(HANDLE device, UINT configuration,
                                             UINT interface_index, UINT alternate,
                                             PBYTE descriptor);
DWORD WINAPI STDevice_GetNbOfEndPoints(HANDLE device, UINT configuration, UINT interface_index,
                                       UINT alternate, PUINT count);
/// 7 bytes
DWORD WINAPI STDevice_GetEndPointDescriptor(HANDLE device, UINT configuration, UINT interface_index,
                                            UINT alternate, UINT endpoint, PBYTE descriptor);
/// Of any type but CONFIGURATION, INTERFACE and ENDPOINT, by the level they stand at.
DWORD WINAPI STDevice_GetNbOfDescriptors(HANDLE device, BYTE level, BYTE type, UINT configuration,
                                         UINT interface_index, UINT alternate, UINT endpoint,
                                         PUINT count);
DWORD WINAPI STDevice_GetDescriptor(HANDLE device, BYTE level, BYTE type, UINT configuration,
                                    UINT interface_index, UINT alternate, UINT endpoint, UINT index,
                                    PBYTE descriptor, UINT size);

/// Pipes must be closed.
DWORD WINAPI STDevice_SelectCurrentConfiguration(HANDLE device, UINT configuration,
                                                 UINT interface_index, UINT alternate);
/// In ms; INFINITE is meant so.
DWORD WINAPI STDevice_SetDefaultTimeOut(HANDLE device, DWORD timeout);
/// Frames remembered of an interrupt IN endpoint, plus one; 0: it is asked only by STDevice_Read.
/// Pipes must be closed.
DWORD WINAPI STDevice_SetMaxNumInterruptInputBuffer(HANDLE device, WORD frames);
DWORD WINAPI STDevice_GetMaxNumInterruptInputBuffer(HANDLE device, PWORD frames);
/// There is no suspend here to allow or to prevent.
DWORD WINAPI STDevice_SetSuspendModeBehaviour(HANDLE device, BOOL allow);

/// Pipes must be open, as for the functions below but the control pipe's, which STDFU.dll uses
/// without.
DWORD WINAPI STDevice_EndPointControl(HANDLE device, UINT endpoint, UINT operation);
DWORD WINAPI STDevice_Reset(HANDLE device);
DWORD WINAPI STDevice_ControlPipeRequest(HANDLE device, ControlPipeRequest* request, PBYTE data);
/// A timeout of 0 is the default one. `size`: of the buffer, and then what was transferred.
DWORD WINAPI STDevice_Read(HANDLE device, UINT endpoint, PBYTE buffer, PUINT size, DWORD timeout);
DWORD WINAPI STDevice_Write(HANDLE device, UINT endpoint, PBYTE buffer, PUINT size, DWORD timeout);
}
