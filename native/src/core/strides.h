// Strided regions: walking the indices of a shape for two operands at once, and what is done to the
// axes before.
#ifndef NATIVERNN_CORE_STRIDES_H_
#define NATIVERNN_CORE_STRIDES_H_

#include <algorithm>
#include <cstdint>

#include "core/ops.h"

namespace nrnn {

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

// Of copies, the first operand is the source and the second the destination.

inline int64_t Magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

// The larger destination strides first.
inline Region SortedByDestination(const Region& region) {
  int order[kMaxRank];
  for (int axis = 0; axis < region.rank; ++axis) order[axis] = axis;
  std::stable_sort(order, order + region.rank, [&](int a, int b) {
    return Magnitude(region.second[a]) > Magnitude(region.second[b]);
  });
  Region sorted{};
  for (int axis = 0; axis < region.rank; ++axis) {
    const int from = order[axis];
    sorted.Append(region.sizes[from], region.first[from], region.second[from]);
  }
  return sorted;
}

// Whether every index of a sorted region surely has a destination element of its own.
inline bool IsDisjoint(const Region& sorted) {
  int64_t extent = 0;
  for (int axis = sorted.rank - 1; axis >= 0; --axis) {
    const int64_t stride = Magnitude(sorted.second[axis]);
    if (stride <= extent) return false;
    extent += stride * (sorted.sizes[axis] - 1);
  }
  return true;
}

// Takes an axis out and puts it in again at `to`.
inline void MoveAxis(Region& region, int from, int to) {
  const int64_t size = region.sizes[from], first = region.first[from], second = region.second[from];
  const int step = from < to ? 1 : -1;
  for (int axis = from; axis != to; axis += step) {
    region.sizes[axis] = region.sizes[axis + step];
    region.first[axis] = region.first[axis + step];
    region.second[axis] = region.second[axis + step];
  }
  region.sizes[to] = size;
  region.first[to] = first;
  region.second[to] = second;
}

// The axis with the smallest source stride.
inline int NearestAxis(const Region& region) {
  int nearest = 0;
  for (int axis = 1; axis < region.rank; ++axis) {
    if (Magnitude(region.first[axis]) <= Magnitude(region.first[nearest])) nearest = axis;
  }
  return nearest;
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_STRIDES_H_
