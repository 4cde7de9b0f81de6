#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::LayerNormForward(const LayerNormArgs&) {
  throw Error(NRNN_UNSUPPORTED, "LayerNormForward is not written yet");
}

void CudaBackend::LayerNormBackward(const LayerNormBackwardArgs&) {
  throw Error(NRNN_UNSUPPORTED, "LayerNormBackward is not written yet");
}

}  // namespace nrnn::cuda
