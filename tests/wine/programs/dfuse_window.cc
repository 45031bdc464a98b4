// dfuse_window: a DfuSeDemo of our own, with its controls and its sentences (DfuSe 3.0.6,
// DfuSeDemo/DfuSeDemoDlg.cpp), for tests without ST's programs. It reads and writes plain binary
// files, at the start of the target that is chosen.
#include "dfuse_window.h"

#include <windows.h>

#include <commctrl.h>
#include <commdlg.h>
#include <dbt.h>
#include <shobjidl.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "dfu_memory.h"
#include "memory_map.h"
#include "windows/device_keys.h"

namespace {

constexpr UINT progress_message = WM_APP;     // percent, and a std::string* that it takes over
constexpr UINT end_message = WM_APP + 1;      // the same, at the end
constexpr UINT failure_message = WM_APP + 2;  // the same, and it is shown in a box
constexpr std::uint8_t will_detach = 8;       // DFU 1.1 table 4.2

HWND dialog = nullptr;
std::string link;  // of the device that is chosen
std::vector<MemoryMap> maps;
std::string upload_path;
std::string upgrade_path;
bool is_leaving = false;

HWND control(int id) {
  return GetDlgItem(dialog, id);
}

void set_text(int id, const std::string& text) {
  SetDlgItemTextA(dialog, id, text.c_str());
}

void tell(UINT message, int percent, const std::string& text) {
  PostMessageA(dialog, message, static_cast<WPARAM>(percent),
               reinterpret_cast<LPARAM>(new std::string(text)));
}

int target() {
  return ListView_GetNextItem(control(TARGETS), -1, LVNI_SELECTED);
}

void enable_buttons(bool is_idle) {
  const bool has_device = is_idle && !maps.empty();
  EnableWindow(control(LEAVE), has_device);
  EnableWindow(control(UPLOAD), has_device && !upload_path.empty());
  EnableWindow(control(UPGRADE), has_device && !upgrade_path.empty());
  EnableWindow(control(DEVICES), is_idle);
}

void show_targets() {
  ListView_DeleteAllItems(control(TARGETS));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    char number[8];
    std::snprintf(number, sizeof number, "%02u", static_cast<unsigned>(i));
    std::string name = maps[i].name;
    std::string sectors = std::to_string(maps[i].sectors.size()) + " sectors...";
    LVITEMA row{};
    row.mask = LVIF_TEXT;
    row.iItem = static_cast<int>(i);
    row.pszText = number;
    SendMessageA(control(TARGETS), LVM_INSERTITEMA, 0, reinterpret_cast<LPARAM>(&row));
    ListView_SetItemText(control(TARGETS), row.iItem, 1, name.data());
    ListView_SetItemText(control(TARGETS), row.iItem, 2, sectors.data());
  }
}

void choose_device() {
  const LRESULT chosen = SendMessageA(control(DEVICES), CB_GETCURSEL, 0, 0);
  const std::vector<std::string> links = enumerate();
  maps.clear();
  if (chosen >= 0 && static_cast<std::size_t>(chosen) < links.size()) {
    link = links[static_cast<std::size_t>(chosen)];
    try {
      for (const std::string& name : Dfu(link).alternates()) {
        maps.push_back(parse_memory_map(name));
      }
    } catch (const Failure& failure) {
      MessageBoxA(dialog, failure.what(), "DfuSe", MB_ICONSTOP);
    }
  }
  show_targets();
  enable_buttons(true);
}

void list_devices() {
  SendMessageA(control(DEVICES), CB_RESETCONTENT, 0, 0);
  for (std::size_t i = 0; i < enumerate().size(); ++i) {
    SendMessageA(control(DEVICES), CB_ADDSTRING, 0,
                 reinterpret_cast<LPARAM>("STM Device in DFU Mode"));
  }
  SendMessageA(control(DEVICES), CB_SETCURSEL, 0, 0);
  choose_device();
}

void start() {
  const char* titles[] = {"Target Id", "Name", "Available Sectors"};
  for (int i = 0; i < 3; ++i) {
    LVCOLUMNA column{};
    column.mask = LVCF_TEXT | LVCF_WIDTH;
    column.cx = 110;
    column.pszText = const_cast<char*>(titles[i]);
    SendMessageA(control(TARGETS), LVM_INSERTCOLUMNA, static_cast<WPARAM>(i),
                 reinterpret_cast<LPARAM>(&column));
  }
  set_text(PROGRESS, "");
  set_text(FILE_VID, "0483");
  DEV_BROADCAST_DEVICEINTERFACE_A filter{};
  filter.dbcc_size = sizeof filter;
  filter.dbcc_devicetype = DBT_DEVTYP_DEVICEINTERFACE;
  filter.dbcc_classguid = dfurig::windows::interface_class;
  RegisterDeviceNotificationA(dialog, &filter, DEVICE_NOTIFY_WINDOW_HANDLE);
  list_devices();
}

/// Does `work` beside the window, and tells of its end.
void begin(const std::string& success, const std::function<void()>& work) {
  enable_buttons(false);
  std::thread([=] {
    try {
      work();
      tell(end_message, 100, success);
    } catch (const std::exception& failure) {
      tell(failure_message, 0, failure.what());
    }
  }).detach();
}

OnProgress progress(const std::string& what) {
  return [what](std::size_t done, std::size_t of) {
    const int percent = static_cast<int>(done * 100 / of);
    tell(progress_message, percent, what + " (" + std::to_string(percent) + "%)...");
  };
}

bool is_asked(const char* question) {
  return MessageBoxA(dialog, question, "DfuSeDemo", MB_YESNO) == IDYES;
}

void upload() {
  const int alternate = target();
  if (alternate < 0) return;
  if (!is_asked(
          "Your device was plugged in DFU mode. \nSo the DFU mode Vid, Pid and Bcd will be put "
          "in the .dfu file.\n\nContinue ?")) {
    return;
  }
  const MemoryMap map = maps[static_cast<std::size_t>(alternate)];
  begin("Target 00: Upload successful !", [=, device = link, path = upload_path] {
    const Bytes data = read_memory(device, static_cast<unsigned>(alternate), map.address,
                                   map.size(), progress("Target 00: Uploading"));
    std::ofstream(std::filesystem::path(path), std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()),
               static_cast<std::streamsize>(data.size()));
  });
}

void upgrade() {
  const int alternate = target();
  if (alternate < 0) return;
  if (!is_asked("Your device was plugged in DFU mode. \nSo it is impossible to make sure this file "
                "is correct for this device.\n\nContinue however ?")) {
    return;
  }
  const MemoryMap map = maps[static_cast<std::size_t>(alternate)];
  const bool verifies = IsDlgButtonChecked(dialog, VERIFY_TOO) == BST_CHECKED;
  const std::string success =
      verifies ? "Target 00: Verify successful !" : "Target 00: Upgrade successful !";
  begin(success, [=, device = link, path = upgrade_path] {
    const Bytes data = load(path);
    const auto number = static_cast<unsigned>(alternate);
    tell(progress_message, 0, "Target 00: Upgrading - Erase Phase (0%)...");
    erase_memory(device, number, map.touched(data.size()));
    write_memory(device, number, map.address, data,
                 progress("Target 00: Upgrading - Download Phase"));
    if (!verifies) return;
    const Bytes read =
        read_memory(device, number, map.address, data.size(), progress("Target 00: Uploading"));
    if (read != data) throw Failure("Reading successful, but data not matching...");
  });
}

void leave() {
  try {
    if ((Dfu(link).attributes() & will_detach) == 0) {
      MessageBoxA(dialog, "This feature is not supported by this firmware.", "DfuSeDemo", MB_OK);
      return;
    }
  } catch (const Failure& failure) {
    MessageBoxA(dialog, failure.what(), "DfuSeDemo", MB_ICONSTOP);
    return;
  }
  is_leaving = true;
  begin("Leaving DFU mode 25%...", [device = link] { leave_dfu_mode(device); });
}

/// The kind before Windows Vista.
void choose_upload() {
  char path[MAX_PATH] = "";
  OPENFILENAMEA wanted{};
  wanted.lStructSize = sizeof wanted;
  wanted.hwndOwner = dialog;
  wanted.lpstrFilter = "Binary files\0*.bin\0\0";
  wanted.lpstrDefExt = "bin";
  wanted.lpstrFile = path;
  wanted.nMaxFile = MAX_PATH;
  wanted.Flags = OFN_EXPLORER | OFN_PATHMUSTEXIST | OFN_OVERWRITEPROMPT;
  if (!GetSaveFileNameA(&wanted)) return;
  upload_path = path;
  set_text(UPLOAD_FILE, upload_path.substr(upload_path.rfind('\\') + 1));
}

/// The kind since Windows Vista, which newer MFC programs have.
void choose_upgrade() {
  IFileOpenDialog* wanted = nullptr;
  IShellItem* item = nullptr;
  wchar_t* path = nullptr;
  if (FAILED(CoCreateInstance(CLSID_FileOpenDialog, nullptr, CLSCTX_INPROC_SERVER,
                              IID_PPV_ARGS(&wanted)))) {
    return;
  }
  if (SUCCEEDED(wanted->Show(dialog)) && SUCCEEDED(wanted->GetResult(&item)) &&
      SUCCEEDED(item->GetDisplayName(SIGDN_FILESYSPATH, &path))) {
    upgrade_path = std::filesystem::path(path).string();
    set_text(UPGRADE_FILE, upgrade_path.substr(upgrade_path.rfind('\\') + 1));
    CoTaskMemFree(path);
  }
  if (item != nullptr) item->Release();
  wanted->Release();
}

void press(int button) {
  switch (button) {
    case LEAVE:
      return leave();
    case UPLOAD:
      return upload();
    case UPGRADE:
      return upgrade();
    case CHOOSE_UPLOAD:
      choose_upload();
      return enable_buttons(true);
    case CHOOSE_UPGRADE:
      choose_upgrade();
      return enable_buttons(true);
    case BUSY:
      return Sleep(4000);  // as a program that waits for a mute device
    case IDCANCEL:
      EndDialog(dialog, 0);
  }
}

void on_device_change(WPARAM event) {
  if (event == DBT_DEVICEREMOVECOMPLETE && is_leaving) {
    is_leaving = false;
    set_text(PROGRESS, "Successfully left DFU mode !");
    list_devices();
  } else if (event == DBT_DEVICEREMOVECOMPLETE || event == DBT_DEVICEARRIVAL) {
    list_devices();
  }
}

INT_PTR CALLBACK receive(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_INITDIALOG) {
    dialog = window;
    start();
  } else if (message == WM_COMMAND) {
    const bool is_choice = LOWORD(wparam) == DEVICES && HIWORD(wparam) == CBN_SELCHANGE;
    is_choice ? choose_device() : press(LOWORD(wparam));
  } else if (message == WM_DEVICECHANGE) {
    on_device_change(wparam);
  } else if (message >= progress_message && message <= failure_message) {
    const std::unique_ptr<std::string> text(reinterpret_cast<std::string*>(lparam));
    SendMessageA(control(PROGRESS), PBM_SETPOS, wparam, 0);
    set_text(PROGRESS, *text);
    if (message == failure_message) MessageBoxA(dialog, text->c_str(), "DfuSe", MB_ICONSTOP);
    if (message != progress_message && !is_leaving) enable_buttons(true);
  } else {
    return FALSE;
  }
  return TRUE;
}

}  // namespace

int WINAPI WinMain(HINSTANCE instance, HINSTANCE, LPSTR, int) {
  CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
  InitCommonControls();
  return static_cast<int>(
      DialogBoxParamA(instance, MAKEINTRESOURCEA(MAIN_DIALOG), nullptr, receive, 0));
}
