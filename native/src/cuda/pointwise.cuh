// Loops over runs of floats: y[k] = op(x0[k], x1[k], ..). Such a loop is bound by reading and
// writing its arrays once. Elements go four at a time, 16 bytes an access, where all arrays lie
// alike relative to 16 bytes; else one at a time, 128 bytes an access of a warp.
#ifndef NATIVERNN_CUDA_POINTWISE_CUH_
#define NATIVERNN_CUDA_POINTWISE_CUH_

#include "cuda/cuda_backend.h"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {

// Floats of an address beyond the last multiple of 16 bytes: 0..3.
inline int64_t Misalignment(const float* at) {
  return static_cast<int64_t>(reinterpret_cast<uintptr_t>(at) % 16 / sizeof(float));
}

// A run in elements before the first aligned four, fours, and elements after them.
struct Run {
  int64_t length, head, fours;
};

// A run of arrays that begin at y and at each x.
template <int kInputs>
Run SplitRun(int64_t length, const float* const (&x)[kInputs], const float* y) {
  const int64_t misalignment = Misalignment(y), head = (4 - misalignment) % 4;
  bool alike = length >= head + 4;
  for (const float* input : x) alike = alike && Misalignment(input) == misalignment;
  return alike ? Run{length, head, (length - head) / 4} : Run{length, 0, 0};
}

// Op: trivially copyable, with kInputs and float Of(const float (&x)[kInputs]) const.
template <class Op>
struct MapArgs {
  Op op;
  const float* x[Op::kInputs];
  float* y;
  Run run;
};

template <class Op>
NRNN_DEVICE void MapOne(const MapArgs<Op>& args, int64_t k) {
  float x[Op::kInputs];
  NRNN_UNROLL
  for (int i = 0; i < Op::kInputs; ++i) x[i] = args.x[i][k];
  args.y[k] = args.op.Of(x);
}

template <class Op>
NRNN_DEVICE void MapFour(const MapArgs<Op>& args, int64_t k) {
  Four in[Op::kInputs], out;
  NRNN_UNROLL
  for (int i = 0; i < Op::kInputs; ++i) in[i] = LoadFour<true>(args.x[i], k, k + 4);
  NRNN_UNROLL
  for (int j = 0; j < 4; ++j) {
    float x[Op::kInputs];
    NRNN_UNROLL
    for (int i = 0; i < Op::kInputs; ++i) x[i] = in[i].at[j];
    out.at[j] = args.op.Of(x);
  }
  StoreFour<true>(out, args.y, k, k + 4);
}

template <class Op>
NRNN_KERNEL MapKernel(MapArgs<Op> args) {
  const Run& run = args.run;
  for (int64_t k = GlobalThread(); k < run.fours; k += GlobalThreads()) {
    MapFour(args, run.head + 4 * k);
  }
  // What lies before the fours and after them.
  const int64_t covered = 4 * run.fours, rest = run.length - covered;
  for (int64_t k = GlobalThread(); k < rest; k += GlobalThreads()) {
    MapOne(args, k < run.head ? k : k + covered);
  }
}

// y[k] = op(x[..][k]), k < length; y may be any of x. name: for messages.
template <class Op>
void Map(const char* name, CudaBackend& backend, int64_t length, const Op& op,
         const float* const (&x)[Op::kInputs], float* y) {
  if (length == 0) return;
  MapArgs<Op> args{};
  args.op = op;
  for (int i = 0; i < Op::kInputs; ++i) args.x[i] = x[i];
  args.y = y;
  args.run = SplitRun(length, x, y);
  const int64_t rest = length - 4 * args.run.fours;
  const LaunchShape shape = backend.LoopShape(args.run.fours > rest ? args.run.fours : rest);
  Launch(name, &MapKernel<Op>, shape, args, backend.stream());
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_POINTWISE_CUH_
