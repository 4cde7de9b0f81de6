#include "api/dynamic_library.h"

#include <dlfcn.h>

#include <cstdlib>

namespace nrnn {

std::string LibraryFileName(const std::string& name) {
#if defined(__APPLE__)
  return "lib" + name + ".dylib";
#else
  return "lib" + name + ".so";
#endif
}

std::string EnvironmentPath(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string OwnFolder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&OwnFolder), &info) == 0 || info.dli_fname == nullptr) {
    return "";
  }
  const std::string file = info.dli_fname;
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash + 1);
}

void* OpenLibrary(const std::string& path, std::string* out_reason) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    *out_reason = reason == nullptr ? "it can't be opened" : reason;
  }
  return library;
}

void* FindFunction(void* library, const char* name) { return dlsym(library, name); }

}  // namespace nrnn
