#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::ScanForward(const ScanArgs&, float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "ScanForward is not written yet");
}

void CudaBackend::ScanBackward(const ScanArgs&, const ScanGradients&) {
  throw Error(NRNN_UNSUPPORTED, "ScanBackward is not written yet");
}

}  // namespace nrnn::cuda
