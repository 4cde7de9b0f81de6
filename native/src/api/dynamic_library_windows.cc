// dynamic_library.h on Windows. Its functions take UTF-16; paths are UTF-8 everywhere else here.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <cstdlib>

#include "api/dynamic_library.h"
#include "core/error.h"

namespace nrnn {
namespace {

std::wstring Wide(const std::string& text) {
  const int bytes = static_cast<int>(text.size());
  std::wstring wide(text.size(), L'\0');  // never longer than UTF-8
  const int length =
      bytes == 0 ? 0 : MultiByteToWideChar(CP_UTF8, 0, text.data(), bytes, wide.data(), bytes);
  wide.resize(static_cast<size_t>(length));
  return wide;
}

std::string Utf8(const std::wstring& wide) {
  const int units = static_cast<int>(wide.size());
  std::string text(wide.size() * 3, '\0');
  const int length = units == 0
                         ? 0
                         : WideCharToMultiByte(CP_UTF8, 0, wide.data(), units, text.data(),
                                               static_cast<int>(text.size()), nullptr, nullptr);
  text.resize(static_cast<size_t>(length));
  return text;
}

// The system's words for an error, without the end of the line.
std::string Reason(DWORD error) {
  wchar_t words[512];
  const DWORD length =
      FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, error, 0,
                     words, static_cast<DWORD>(sizeof words / sizeof *words), nullptr);
  std::string text = Utf8(std::wstring(words, length));
  while (!text.empty() && text.find_last_of("\r\n .") == text.size() - 1) text.pop_back();
  return Text(text.empty() ? "it can't be opened" : text, " (error ", error, ")");
}

}  // namespace

std::string LibraryFileName(const std::string& name) { return "lib" + name + ".dll"; }

std::string EnvironmentPath(const char* name) {
  const wchar_t* value = _wgetenv(Wide(name).c_str());
  return value == nullptr ? "" : Utf8(value);
}

std::string OwnFolder() {
  HMODULE own = nullptr;
  const DWORD by_address =
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  if (!GetModuleHandleExW(by_address, reinterpret_cast<LPCWSTR>(&OwnFolder), &own)) return "";
  std::wstring file(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length = GetModuleFileNameW(own, file.data(), static_cast<DWORD>(file.size()));
    if (length == 0) return "";
    if (length < file.size()) {
      file.resize(length);
      break;
    }
    file.resize(2 * file.size());  // it was cut off
  }
  const size_t slash = file.find_last_of(L"\\/");
  return slash == std::wstring::npos ? "" : Utf8(file.substr(0, slash + 1));
}

void* OpenLibrary(const std::string& path, std::string* out_reason) {
  const HMODULE library = LoadLibraryW(Wide(path).c_str());
  if (library == nullptr) *out_reason = Reason(GetLastError());
  return library;
}

void* FindFunction(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}

}  // namespace nrnn
