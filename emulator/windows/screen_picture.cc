#include "windows/screen_picture.h"

// GDI+ wants min, max and the types of OLE.
#include <windows.h>

#include <objidl.h>

#include <algorithm>
namespace Gdiplus {
using std::max;
using std::min;
}  // namespace Gdiplus
#include <gdiplus.h>

#include "windows/utf8.h"
#include "windows/window_requests.h"

namespace dfurig::windows {
namespace {

/// Of Windows' own PNG encoder.
constexpr CLSID png = {0x557CF406, 0x1A04, 0x11D3, {0x9A, 0x73, 0, 0, 0xF8, 0x1E, 0xF3, 0x2E}};

class GdiPlus {
 public:
  GdiPlus() {
    const Gdiplus::GdiplusStartupInput input;
    Gdiplus::GdiplusStartup(&token_, &input, nullptr);
  }
  ~GdiPlus() { Gdiplus::GdiplusShutdown(token_); }
  GdiPlus(const GdiPlus&) = delete;
  GdiPlus& operator=(const GdiPlus&) = delete;

 private:
  ULONG_PTR token_ = 0;
};

HBITMAP copy_screen() {
  const int width = GetSystemMetrics(SM_CXSCREEN);
  const int height = GetSystemMetrics(SM_CYSCREEN);
  const HDC screen = GetDC(nullptr);
  const HDC memory = CreateCompatibleDC(screen);
  const HBITMAP bitmap = CreateCompatibleBitmap(screen, width, height);
  const HGDIOBJ before = SelectObject(memory, bitmap);
  BitBlt(memory, 0, 0, width, height, screen, 0, 0, SRCCOPY);
  SelectObject(memory, before);
  DeleteDC(memory);
  ReleaseDC(nullptr, screen);
  return bitmap;
}

}  // namespace

void save_screen_picture(const std::string& path) {
  const GdiPlus started;
  const HBITMAP bitmap = copy_screen();
  Gdiplus::Status status = Gdiplus::GenericError;
  {
    Gdiplus::Bitmap image(bitmap, nullptr);
    status = image.Save(from_utf8(path).c_str(), &png, nullptr);
  }
  DeleteObject(bitmap);
  if (status == Gdiplus::Ok) return;
  throw NotDone("the picture \"" + path + "\" cannot be written (GDI+ status " +
                std::to_string(static_cast<int>(status)) + ")");
}

}  // namespace dfurig::windows
