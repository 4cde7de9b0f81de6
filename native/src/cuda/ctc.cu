#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::CtcForward(const CtcArgs&, float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "CtcForward is not written yet");
}

void CudaBackend::CtcBackward(const CtcArgs&, const float*, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "CtcBackward is not written yet");
}

}  // namespace nrnn::cuda
