#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::Gemm(const GemmArgs&) {
  throw Error(NRNN_UNSUPPORTED, "Gemm is not written yet");
}

}  // namespace nrnn::cuda
