#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::AdamStep(const AdamArgs&, StepParts) {
  throw Error(NRNN_UNSUPPORTED, "AdamStep is not written yet");
}

void CudaBackend::SgdStep(const SgdArgs&, StepParts) {
  throw Error(NRNN_UNSUPPORTED, "SgdStep is not written yet");
}

void CudaBackend::RmspropStep(const RmspropArgs&, StepParts) {
  throw Error(NRNN_UNSUPPORTED, "RmspropStep is not written yet");
}

void CudaBackend::AdagradStep(const AdagradArgs&, StepParts) {
  throw Error(NRNN_UNSUPPORTED, "AdagradStep is not written yet");
}

void CudaBackend::LionStep(const LionArgs&, StepParts) {
  throw Error(NRNN_UNSUPPORTED, "LionStep is not written yet");
}

}  // namespace nrnn::cuda
