#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::MaxForward(const Axis&, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "MaxForward is not written yet");
}

void CudaBackend::MaxBackward(const Axis&, const float*, const float*, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "MaxBackward is not written yet");
}

}  // namespace nrnn::cuda
