// The index of an element of a strided region, taken apart into the offsets of both operands.
#ifndef NATIVERNN_CUDA_STRIDED_CUH_
#define NATIVERNN_CUDA_STRIDED_CUH_

#include "core/strides.h"
#include "cuda/simt.cuh"

namespace nrnn::cuda {

// n / divisor for n < 2^31 and 1 <= divisor < 2^31 by a multiplication: with divisor <= 2^shift,
// multiplier = 2^32 (2^shift - divisor) / divisor + 1, rounded down (Granlund and Montgomery 1994).
struct Divider {
  uint32_t divisor, multiplier, shift;

  NRNN_HOST_DEVICE uint32_t Divide(uint32_t n) const {
    const uint32_t high = static_cast<uint32_t>(uint64_t{n} * multiplier >> 32);
    return (high + n) >> shift;
  }
};

inline Divider MakeDivider(int64_t divisor) {
  uint32_t shift = 0;
  while ((int64_t{1} << shift) < divisor) ++shift;
  const int64_t multiplier = (int64_t{1} << 32) * ((int64_t{1} << shift) - divisor) / divisor + 1;
  return {static_cast<uint32_t>(divisor), static_cast<uint32_t>(multiplier), shift};
}

// A region as kernels take it.
struct Axes {
  Region region;
  Divider dividers[kMaxRank];
  bool wide;  // 2^31 elements or more: 64-bit divisions
};

inline Axes MakeAxes(const Region& region) {
  Axes axes{};
  axes.region = region;
  axes.wide = region.Count(region.rank) > INT32_MAX;
  if (axes.wide) return axes;
  for (int axis = 0; axis < region.rank; ++axis) {
    axes.dividers[axis] = MakeDivider(region.sizes[axis]);
  }
  return axes;
}

struct Offsets {
  int64_t first, second;
};

// The offsets of element `index` in row-major order, 0 <= index < the region's count.
NRNN_HOST_DEVICE Offsets Locate(const Axes& axes, int64_t index) {
  const Region& region = axes.region;
  Offsets at{0, 0};
  for (int axis = region.rank - 1; axis > 0; --axis) {
    int64_t above;
    if (axes.wide) {
      above = index / region.sizes[axis];
    } else {
      above = axes.dividers[axis].Divide(static_cast<uint32_t>(index));
    }
    const int64_t k = index - above * region.sizes[axis];
    at.first += k * region.first[axis];
    at.second += k * region.second[axis];
    index = above;
  }
  if (region.rank > 0) {
    at.first += index * region.first[0];
    at.second += index * region.second[0];
  }
  return at;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_STRIDED_CUH_
