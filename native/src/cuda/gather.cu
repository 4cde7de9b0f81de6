#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::Gather(const Axis&, int64_t, const float*, const int32_t*, float*) {
  throw Error(NRNN_UNSUPPORTED, "Gather is not written yet");
}

void CudaBackend::ScatterAdd(const Axis&, int64_t, const float*, const int32_t*, float*) {
  throw Error(NRNN_UNSUPPORTED, "ScatterAdd is not written yet");
}

}  // namespace nrnn::cuda
