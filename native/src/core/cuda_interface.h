// What the library nativernn_cuda exports to nativernn. Both must come from one build. No exception
// crosses: nrnn_cuda_call makes a GPU the calling thread's and runs a function that calls its
// Backend, and catches what that throws in the library that threw it.
#ifndef NATIVERNN_CORE_CUDA_INTERFACE_H_
#define NATIVERNN_CORE_CUDA_INTERFACE_H_

#include <cstdint>

#include "core/backend.h"

namespace nrnn {

// Raised with every change of Backend or of what its methods take.
constexpr int32_t kCudaInterfaceVersion = 1;

// Where a failed call leaves its message, cut off where it is longer.
struct CudaMessage {
  static constexpr int64_t kCapacity = 1024;
  char text[kCapacity];
};

using CudaInterfaceVersion = int32_t();
using CudaCount = nrnn_status(int32_t* out_count, CudaMessage* out_message);
using CudaOpen = nrnn_status(int32_t index, int32_t precision,
                             std::shared_ptr<Backend>* out_backend, CudaMessage* out_message);
using CudaCall = nrnn_status(int32_t index, void (*body)(void* context), void* context,
                             CudaMessage* out_message);

}  // namespace nrnn

#endif  // NATIVERNN_CORE_CUDA_INTERFACE_H_
