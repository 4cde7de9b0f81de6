// Strided regions: walking the indices of a shape for several operands at once, and merging axes
// that lie together.
#ifndef NATIVERNN_CPU_STRIDES_H_
#define NATIVERNN_CPU_STRIDES_H_

#include <cstdint>

#include "core/ops.h"

namespace nrnn::cpu {

// A shape and the strides of two operands along its axes.
struct Region {
  int rank;
  int64_t sizes[kMaxRank];
  int64_t first[kMaxRank];
  int64_t second[kMaxRank];

  int64_t Count(int axes) const {
    int64_t count = 1;
    for (int axis = 0; axis < axes; ++axis) count *= sizes[axis];
    return count;
  }

  void Append(int64_t size, int64_t first_stride, int64_t second_stride) {
    sizes[rank] = size;
    first[rank] = first_stride;
    second[rank] = second_stride;
    ++rank;
  }

  // Leaves axes of size 1 out and merges neighbours that both operands walk as one axis.
  Region Merged() const {
    Region merged{};
    for (int axis = 0; axis < rank; ++axis) {
      if (sizes[axis] == 1) continue;
      const int last = merged.rank - 1;
      if (last >= 0 && merged.first[last] == first[axis] * sizes[axis] &&
          merged.second[last] == second[axis] * sizes[axis]) {
        merged.sizes[last] *= sizes[axis];
        merged.first[last] = first[axis];
        merged.second[last] = second[axis];
      } else {
        merged.Append(sizes[axis], first[axis], second[axis]);
      }
    }
    return merged;
  }
};

// The offsets of both operands at the indices of a region's first axes, in row-major order from a
// given one on.
class Odometer {
 public:
  Odometer(const Region& region, int axes, int64_t start) : region_(region), axes_(axes) {
    for (int axis = axes - 1; axis >= 0; --axis) {
      index_[axis] = start % region.sizes[axis];
      start /= region.sizes[axis];
      first_ += index_[axis] * region.first[axis];
      second_ += index_[axis] * region.second[axis];
    }
  }

  int64_t first() const { return first_; }
  int64_t second() const { return second_; }

  void Next() {
    for (int axis = axes_ - 1; axis >= 0; --axis) {
      first_ += region_.first[axis];
      second_ += region_.second[axis];
      if (++index_[axis] < region_.sizes[axis]) return;
      first_ -= region_.sizes[axis] * region_.first[axis];
      second_ -= region_.sizes[axis] * region_.second[axis];
      index_[axis] = 0;
    }
  }

 private:
  const Region& region_;
  int axes_;
  int64_t index_[kMaxRank] = {};
  int64_t first_ = 0, second_ = 0;
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_STRIDES_H_
