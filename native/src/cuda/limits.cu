// Measures what the GPU can do at most: fp32 multiply-adds in registers, and reading.
#include <algorithm>

#include "core/best_rate.h"
#include "cuda/cuda_backend.h"
#include "cuda/simt.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int64_t kBlocksOfMultiprocessor = 8;
constexpr int kChains = 8;  // of a thread: more than a multiply-add's latency of 4 needs
constexpr int kUnrolled = 16;
constexpr int64_t kVectorBytes = 16;

struct LimitArgs {
  const uint4* data;
  int64_t vectors;
  int64_t rounds;
  uint32_t impossible;  // nothing adds up to it, but the compiler can't know
  float factor;
  uint32_t* out;
};

NRNN_KERNEL MultiplyAddKernel(LimitArgs args) {
  float sums[kChains];
  for (int c = 0; c < kChains; ++c) sums[c] = static_cast<float>(Thread() + c);
  for (int64_t round = 0; round < args.rounds; ++round) {
    NRNN_UNROLL
    for (int k = 0; k < kUnrolled; ++k) {
      NRNN_UNROLL
      for (int c = 0; c < kChains; ++c) sums[c] = sums[c] * args.factor + 1.0f;
    }
  }
  float all = 0;
  for (int c = 0; c < kChains; ++c) all += sums[c];
  if (all < 0) *args.out = 1;  // never: factor is positive
}

NRNN_KERNEL ReadKernel(LimitArgs args) {
  uint32_t sum = 0;
  for (int64_t round = 0; round < args.rounds; ++round) {
    for (int64_t k = GlobalThread(); k < args.vectors; k += GlobalThreads()) {
      const uint4 four = args.data[k];
      sum += (four.x ^ four.y) + (four.z ^ four.w) + static_cast<uint32_t>(round);
    }
  }
  if (sum == args.impossible) *args.out = sum;
}

}  // namespace

// working_set: of each multiprocessor, and together at most a quarter of the memory.
nrnn_device_limits CudaBackend::MeasureLimits(int64_t working_set) {
  const int64_t wanted = std::min(working_set * traits_.multiprocessors, traits_.memory / 4);
  const int64_t vectors = std::max<int64_t>(wanted / kVectorBytes, 1);
  const Scratch data = Borrow(vectors * kVectorBytes);
  const Scratch out = Borrow(int64_t{sizeof(uint32_t)});
  FillBytes(data.data(), 0, vectors * kVectorBytes, *stream_);
  const LaunchShape shape = {kBlocksOfMultiprocessor * traits_.multiprocessors, kThreads};
  LimitArgs args = {data.as<uint4>(), vectors, 0, 0xdeadbeef, 0.5f, out.as<uint32_t>()};

  const double add_rounds = BestRate([&](int64_t rounds) {
    args.rounds = rounds;
    Launch("MultiplyAddKernel", &MultiplyAddKernel, shape, args, *stream_);
    stream_->Synchronize();
  });
  const double passes = BestRate([&](int64_t rounds) {
    args.rounds = rounds;
    Launch("ReadKernel", &ReadKernel, shape, args, *stream_);
    stream_->Synchronize();
  });
  const double flops_per_round =
      2.0 * kChains * kUnrolled * kThreads * static_cast<double>(shape.blocks);
  const double bytes_per_pass = static_cast<double>(vectors * kVectorBytes);
  return {static_cast<float>(add_rounds * flops_per_round * 1e-9),
          static_cast<float>(passes * bytes_per_pass * 1e-9)};
}

}  // namespace nrnn::cuda
