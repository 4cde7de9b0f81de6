#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::LinearForward(const LinearArgs&) {
  throw Error(NRNN_UNSUPPORTED, "LinearForward is not written yet");
}

void CudaBackend::LinearBackward(const LinearBackwardArgs&) {
  throw Error(NRNN_UNSUPPORTED, "LinearBackward is not written yet");
}

}  // namespace nrnn::cuda
