#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

float CudaBackend::ClipGlobalNorm(const GradientSpan*, int64_t, float) {
  throw Error(NRNN_UNSUPPORTED, "ClipGlobalNorm is not written yet");
}

void CudaBackend::ClipValues(const GradientSpan*, int64_t, float) {
  throw Error(NRNN_UNSUPPORTED, "ClipValues is not written yet");
}

float CudaBackend::Regularize(const PenaltyPart*, int64_t) {
  throw Error(NRNN_UNSUPPORTED, "Regularize is not written yet");
}

void CudaBackend::MaxNorm(const Axis&, float, float*) {
  throw Error(NRNN_UNSUPPORTED, "MaxNorm is not written yet");
}

void CudaBackend::MovingAverage(const AveragePart*, int64_t, float) {
  throw Error(NRNN_UNSUPPORTED, "MovingAverage is not written yet");
}

}  // namespace nrnn::cuda
