// The library nativernn_cuda, opened when a GPU is first asked for and never closed.
#ifndef NATIVERNN_API_CUDA_LIBRARY_H_
#define NATIVERNN_API_CUDA_LIBRARY_H_

#include "core/cuda_interface.h"

namespace nrnn {

struct CudaLibrary {
  CudaCount* count;
  CudaOpen* open;
  CudaCall* call;
};

// Throws UNSUPPORTED with what was looked for where and why it did not do. A later call tries
// again.
const CudaLibrary& LoadCudaLibrary();

// Throws Error(status, message) unless OK; std::bad_alloc for OUT_OF_MEMORY.
void ThrowIfFailed(nrnn_status status, const CudaMessage& message);

}  // namespace nrnn

#endif  // NATIVERNN_API_CUDA_LIBRARY_H_
