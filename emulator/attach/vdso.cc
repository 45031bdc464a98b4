#include "attach/vdso.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "attach/descriptor.h"
#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// As many are remembered; most have ended then.
constexpr std::size_t threads_max = 256;

/// What is at `offset`; absent when it is not in the image.
template <typename T>
std::optional<T> part(ByteView image, std::uint64_t offset) {
  if (offset > image.size() || image.size() - offset < sizeof(T)) return std::nullopt;
  T object;
  std::memcpy(&object, image.data() + offset, sizeof object);
  return object;
}

bool is_text_at(ByteView image, std::uint64_t offset, std::string_view text) {
  if (offset > image.size() || image.size() - offset <= text.size()) return false;
  return std::memcmp(image.data() + offset, text.data(), text.size()) == 0 &&
         image[offset + text.size()] == 0;
}

/// This process's own.
Bytes read_own_vdso() {
  const std::uint64_t base = getauxval(AT_SYSINFO_EHDR);
  if (base == 0) return {};
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  Bytes image;
  while (const auto more = read_bytes(getpid(), base + image.size(), page)) {
    image.insert(image.end(), more->begin(), more->end());
    if (image.size() >= 16 * page) break;
  }
  return image;
}

/// From the auxiliary vector; 0: the process has no vDSO. Absent: it cannot be told.
std::optional<std::uint64_t> find_base(pid_t thread) {
  const std::string path = "/proc/" + std::to_string(thread) + "/auxv";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<Elf64_auxv_t, 64> vector{};
  const ssize_t size = read(file.get(), vector.data(), sizeof vector);
  if (size <= 0) return std::nullopt;
  const auto found = std::find_if(vector.begin(), vector.end(), [](const Elf64_auxv_t& it) {
    return it.a_type == AT_SYSINFO_EHDR || it.a_type == AT_NULL;
  });
  if (found == vector.end() || found->a_type == AT_NULL) return 0;
  return found->a_un.a_val;
}

}  // namespace

/// By its section headers: a vDSO's hash table is of one kind or another
/// (arch/x86/entry/vdso/Makefile), its sections are always there.
std::optional<std::uint64_t> find_vdso_function(ByteView image, std::string_view name) {
  const auto header = part<Elf64_Ehdr>(image, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  if (header->e_machine != EM_X86_64) return std::nullopt;
  const auto section = [&](std::uint64_t index) {
    return part<Elf64_Shdr>(image, header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto symbols = section(i);
    if (!symbols || symbols->sh_type != SHT_DYNSYM) continue;
    const auto names = section(symbols->sh_link);
    if (!names) return std::nullopt;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size;
         at += sizeof(Elf64_Sym)) {
      const auto symbol = part<Elf64_Sym>(image, symbols->sh_offset + at);
      if (!symbol) return std::nullopt;
      if (is_text_at(image, names->sh_offset + symbol->st_name, name)) return symbol->st_value;
    }
  }
  return std::nullopt;
}

Bytes system_call_code(std::uint32_t number) {
  Bytes code = {0xB8, 0, 0, 0, 0, 0x0F, 0x05, 0xC3};
  std::memcpy(code.data() + 1, &number, sizeof number);
  return code;
}

VdsoPatch::VdsoPatch() {
  const Bytes image = read_own_vdso();
  const auto add = [&](std::string_view name, std::uint32_t number) {
    const auto offset = find_vdso_function(image, name);
    if (offset) functions_.push_back({*offset, system_call_code(number)});
  };
  add("__vdso_clock_gettime", SYS_clock_gettime);
  add("__vdso_gettimeofday", SYS_gettimeofday);
  add("__vdso_time", SYS_time);
}

bool VdsoPatch::is_applied(pid_t thread, std::uint64_t base) const {
  const Function& first = functions_.front();
  std::array<std::uint8_t, 8> found;
  return read_memory(thread, base + first.offset, found.data(), found.size()) &&
         std::equal(found.begin(), found.end(), first.code.begin());
}

/// Through /proc, which may write where the process itself may not: the page becomes its own copy
/// (mm/gup.c, FOLL_FORCE; the vDSO is VM_MAYWRITE for debuggers, arch/x86/entry/vdso/vma.c).
bool VdsoPatch::write(pid_t thread, std::uint64_t base) const {
  const std::string path = "/proc/" + std::to_string(thread) + "/mem";
  const Descriptor memory(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return std::all_of(functions_.begin(), functions_.end(), [&](const Function& it) {
    return pwrite(memory.get(), it.code.data(), it.code.size(),
                  static_cast<off_t>(base + it.offset)) == static_cast<ssize_t>(it.code.size());
  });
}

bool VdsoPatch::apply(pid_t thread) {
  const auto known = bases_.find(thread);
  if (known != bases_.end() && is_applied(thread, known->second)) return true;
  const std::optional<std::uint64_t> base = find_base(thread);
  if (!base) return false;
  if (*base == 0) return true;  // its C library makes system calls
  if (functions_.empty() || (!is_applied(thread, *base) && !write(thread, *base))) return false;
  if (bases_.size() >= threads_max) bases_.clear();
  bases_[thread] = *base;
  return true;
}

}  // namespace dfurig::attach
