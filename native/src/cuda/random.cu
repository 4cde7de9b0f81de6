#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::Dropout(int64_t, const float*, float, int64_t, int64_t, float*) {
  throw Error(NRNN_UNSUPPORTED, "Dropout is not written yet");
}

void CudaBackend::RandomUniform(int64_t, float, float, int64_t, int64_t, float*) {
  throw Error(NRNN_UNSUPPORTED, "RandomUniform is not written yet");
}

void CudaBackend::RandomNormal(int64_t, float, float, int64_t, int64_t, float*) {
  throw Error(NRNN_UNSUPPORTED, "RandomNormal is not written yet");
}

}  // namespace nrnn::cuda
