#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::CopyStrided(const CopyArgs&) {
  throw Error(NRNN_UNSUPPORTED, "CopyStrided is not written yet");
}

}  // namespace nrnn::cuda
