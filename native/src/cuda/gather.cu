// Gather along an axis, and its gradient.
//
//   y[o,j,i] = x[o, indices[o,j,i], i]            x: [outer, length, inner]
//   x[o, indices[o,j,i], i] += y[o,j,i]           y, indices: [outer, count, inner]
//
// Gather: a thread for each element of y, bound by memory. ScatterAdd: several elements may add to
// one, so that a thread has an (o,i) and adds in the order of j, as the CPU does, to the same bits.
// Where there are few (o,i), several threads share one: each reads all its indices and adds where
// the index leaves its remainder.
#include <algorithm>

#include "cuda/cuda_backend.h"
#include "cuda/fault.cuh"
#include "cuda/math.cuh"
#include "cuda/strided.cuh"

namespace nrnn::cuda {
namespace {

struct GatherArgs {
  Axes at;  // of y's elements; first: of [o, 0, i] in x
  int64_t elements, length, inner;
  const float* x;
  const int32_t* indices;
  float* y;
  Fault* fault;
};

NRNN_KERNEL GatherKernel(GatherArgs args) {
  for (int64_t k = GlobalThread(); k < args.elements; k += GlobalThreads()) {
    const int32_t index = args.indices[k];
    const bool inside = CheckValue(args.fault, Argument::kIndices, k, index, 0, args.length - 1);
    const int64_t start = Locate(args.at, k).first;
    args.y[k] = inside ? args.x[start + index * args.inner] : NotANumber();
  }
}

struct ScatterArgs {
  Axis axis;
  int64_t count;
  int32_t shares;  // threads of an (o,i)
  const float* y;
  const int32_t* indices;
  float* x;
  Fault* fault;
};

NRNN_KERNEL ScatterAddKernel(ScatterArgs args) {
  const int64_t inner = args.axis.inner, columns = args.axis.outer * inner;
  for (int64_t k = GlobalThread(); k < columns * args.shares; k += GlobalThreads()) {
    const int64_t column = k % columns, outer = column / inner, i = column % inner;
    const int32_t share = static_cast<int32_t>(k / columns);
    float* x = args.x + outer * args.axis.length * inner + i;
    for (int64_t j = 0; j < args.count; ++j) {
      const int64_t at = (outer * args.count + j) * inner + i;
      const int32_t index = args.indices[at];
      if (index < 0 || index >= args.axis.length) {
        CheckValue(args.fault, Argument::kIndices, at, index, 0, args.axis.length - 1);
      } else if (index % args.shares == share) {
        x[index * inner] += args.y[at];
      }
    }
  }
}

// Threads of an (o,i): as many as keep a GPU busy, of four indices or more each.
int32_t SharesOf(const Axis& axis, int64_t count) {
  constexpr int64_t kBusyThreads = 1 << 15;
  const int64_t wanted = kBusyThreads / (axis.outer * axis.inner);
  const int64_t most = std::min(axis.length, count / 4);
  return static_cast<int32_t>(std::clamp<int64_t>(wanted, 1, std::max<int64_t>(most, 1)));
}

}  // namespace

void CudaBackend::Gather(const Axis& axis, int64_t count, const float* x, const int32_t* indices,
                         float* y) {
  const int64_t elements = axis.outer * count * axis.inner;
  if (elements == 0) return;
  Region region{};
  region.Append(axis.outer, axis.length * axis.inner, 0);
  region.Append(count, 0, 0);
  region.Append(axis.inner, 1, 0);
  const GatherArgs args{MakeAxes(region), elements, axis.length, axis.inner, x,
                        indices,          y,        fault()};
  Launch("Gather", &GatherKernel, LoopShape(elements), args, stream());
}

void CudaBackend::ScatterAdd(const Axis& axis, int64_t count, const float* y,
                             const int32_t* indices, float* x) {
  if (axis.outer * count * axis.inner == 0) return;
  const ScatterArgs args{axis, count, SharesOf(axis, count), y, indices, x, fault()};
  const int64_t threads = axis.outer * axis.inner * args.shares;
  Launch("ScatterAdd", &ScatterAddKernel, LoopShape(threads), args, stream());
}

}  // namespace nrnn::cuda
