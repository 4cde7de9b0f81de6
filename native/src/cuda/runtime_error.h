// What a failed call of the CUDA runtime becomes.
#ifndef NATIVERNN_CUDA_RUNTIME_ERROR_H_
#define NATIVERNN_CUDA_RUNTIME_ERROR_H_

#include <new>

#include "core/error.h"

namespace nrnn::cuda {

// The runtime's error numbers that mean something of their own here.
constexpr int kOutOfMemoryCode = 2;
constexpr int kNoDriverCode = 35;
constexpr int kNoDeviceCode = 100;
constexpr int kNoKernelImageCode = 209;

// call: the function or the kernel that failed; text: what the runtime says about code.
[[noreturn]] inline void ThrowRuntimeError(const char* call, int code, const char* text) {
  const std::string what = Text(call, ": ", text, " (CUDA error ", code, ")");
  switch (code) {
    case kOutOfMemoryCode:
      throw std::bad_alloc();
    case kNoDriverCode:
      throw Error(NRNN_UNSUPPORTED, "no NVIDIA driver, or one too old for this build: " + what);
    case kNoDeviceCode:
      throw Error(NRNN_UNSUPPORTED, "no GPU: " + what);
    case kNoKernelImageCode:
      throw Error(NRNN_UNSUPPORTED, "this build has no code for this GPU: " + what);
    default:
      throw Error(NRNN_DEVICE_FAILED, what);
  }
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RUNTIME_ERROR_H_
