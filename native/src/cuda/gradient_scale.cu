// The largest finite magnitude of the gradients that enter a recurrence, as kMaxima partial ones: a
// maximum does not depend on the order.
//
// Layout: dy [T,B,H] with strides; dhn, dcn [B,H]. Plan: a warp takes a row of H at a time; bound
// by reading dy.
#include "cuda/gradient_scale.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kThreads = 256;

NRNN_DEVICE float Larger(float largest, float value) {
  const float magnitude = fabsf(value);
  return magnitude > largest && magnitude < Infinity() ? magnitude : largest;
}

struct MaximaArgs {
  RecurrentBackwardCall call;
  float* maxima;
};

NRNN_DEVICE float LargestOfRow(const float* row, int64_t length) {
  float largest = 0.0f;
  for (int64_t j = Lane(); j < length; j += kWarp) largest = Larger(largest, row[j]);
  return largest;
}

NRNN_KERNEL GradientMaximaKernel(MaximaArgs args) {
  const RecurrentBackwardCall& call = args.call;
  const int64_t first = Block() * Warps() + Warp(), all = Blocks() * Warps();
  float largest = 0.0f;
  for (int64_t row = first; call.dy && row < call.steps * call.batch; row += all) {
    const int64_t t = row / call.batch, b = row % call.batch;
    if (call.lengths && t >= call.lengths[b]) continue;
    largest =
        fmaxf(largest, LargestOfRow(call.dy + t * call.dy_step + b * call.dy_row, call.hidden));
  }
  for (int64_t b = first; b < call.batch; b += all) {
    const int64_t at = b * call.hidden;
    if (call.dhn) largest = fmaxf(largest, LargestOfRow(call.dhn + at, call.hidden));
    if (call.dcn) largest = fmaxf(largest, LargestOfRow(call.dcn + at, call.hidden));
  }
  float* shared = SharedMemory<float>();
  largest = WarpMax(largest);
  if (Lane() == 0) shared[Warp()] = largest;
  SyncBlock();
  if (Thread() != 0) return;
  for (int warp = 0; warp < Warps(); ++warp) largest = fmaxf(largest, shared[warp]);
  args.maxima[Block()] = largest;
}

}  // namespace

void FindMaxima(const RecurrentBackwardCall& call, float* maxima) {
  const MaximaArgs args{call, maxima};
  const LaunchShape shape{kMaxima, kThreads, kThreads / kWarp * int64_t{sizeof(float)}};
  Launch("GradientMaximaKernel", &GradientMaximaKernel, shape, args, *call.stream);
}

}  // namespace nrnn::cuda
