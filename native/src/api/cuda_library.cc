#include "api/cuda_library.h"

#include <mutex>
#include <string>
#include <vector>

#include "api/dynamic_library.h"
#include "core/error.h"

namespace nrnn {
namespace {

// What NATIVERNN_CUDA_LIBRARY names and nothing else, or the places where the library may be.
std::vector<std::string> Candidates() {
  const std::string named = EnvironmentPath("NATIVERNN_CUDA_LIBRARY");
  if (!named.empty()) return {named};
  const std::string file = LibraryFileName("nativernn_cuda");
  const std::string folder = OwnFolder();
  if (folder.empty()) return {file};
  return {folder + file, file};
}

template <class Function>
bool Find(void* library, const char* name, Function** function) {
  *function = reinterpret_cast<Function*>(FindFunction(library, name));
  return *function != nullptr;
}

// Whether the file is the library of this build; else why not. One that is not stays open: it may
// be in use elsewhere.
bool Load(const std::string& path, CudaLibrary* out, std::string* out_reason) {
  void* library = OpenLibrary(path, out_reason);
  if (library == nullptr) return false;
  CudaInterfaceVersion* version = nullptr;
  if (!Find(library, "nrnn_cuda_interface_version", &version)) {
    *out_reason = "it has no function nrnn_cuda_interface_version";
    return false;
  }
  if (version() != kCudaInterfaceVersion) {
    *out_reason = Text("it has version ", version(), " of the interface, this build needs ",
                       kCudaInterfaceVersion);
    return false;
  }
  if (!Find(library, "nrnn_cuda_count", &out->count) ||
      !Find(library, "nrnn_cuda_open", &out->open) ||
      !Find(library, "nrnn_cuda_call", &out->call)) {
    *out_reason = "it lacks a function of the interface";
    return false;
  }
  return true;
}

}  // namespace

const CudaLibrary& LoadCudaLibrary() {
  static std::mutex mutex;
  static CudaLibrary loaded = {};
  const std::lock_guard<std::mutex> lock(mutex);
  if (loaded.call != nullptr) return loaded;
  std::string tried;
  for (const std::string& path : Candidates()) {
    CudaLibrary found = {};
    std::string reason;
    if (Load(path, &found, &reason)) return loaded = found;
    tried += Text(tried.empty() ? "" : "; ", path, ": ", reason);
  }
  throw Error(NRNN_UNSUPPORTED, "kind is CUDA: its library was not found (" + tried + ")");
}

void ThrowIfFailed(nrnn_status status, const CudaMessage& message) {
  if (status == NRNN_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != NRNN_OK) throw Error(status, message.text);
}

}  // namespace nrnn
