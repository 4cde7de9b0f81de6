#include "api/cuda_library.h"

#include "core/error.h"

namespace nrnn {

const CudaLibrary& LoadCudaLibrary() {
  throw Error(NRNN_UNSUPPORTED, "kind is CUDA: this build has no CUDA kernels; open CPU");
}

void ThrowIfFailed(nrnn_status status, const CudaMessage& message) {
  if (status == NRNN_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != NRNN_OK) throw Error(status, message.text);
}

}  // namespace nrnn
