#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::SoftmaxForward(int64_t, int64_t, bool, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "SoftmaxForward is not written yet");
}

void CudaBackend::SoftmaxBackward(int64_t, int64_t, bool, const float*, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "SoftmaxBackward is not written yet");
}

void CudaBackend::CrossEntropyForward(const CrossEntropyArgs&, float*) {
  throw Error(NRNN_UNSUPPORTED, "CrossEntropyForward is not written yet");
}

void CudaBackend::CrossEntropyBackward(const CrossEntropyArgs&, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "CrossEntropyBackward is not written yet");
}

}  // namespace nrnn::cuda
