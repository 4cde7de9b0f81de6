// Copies and sums of strided planes and runs of floats: the part of elementwise.cc that moves and adds.
//
// A plane with unit strides along its rows is copied row by row in vectors; one whose source is contiguous along the
// other axis goes in blocks of 16 x 16 elements: 16 cache lines of either side, so that each line is fetched once
// although one side is walked across it. Sums run in double: each float vector is added to two vectors of doubles.
#ifndef NATIVERNN_CPU_STRIDED_INL_H_
#define NATIVERNN_CPU_STRIDED_INL_H_

#include "cpu/elementwise.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

constexpr int64_t kBlock = 16;  // floats in a cache line

template <bool kAccumulate>
HWY_INLINE void Assign(float value, float* to) {
  *to = kAccumulate ? *to + value : value;
}

// Both sides contiguous.
template <bool kAccumulate>
HWY_INLINE void Run(const float* source, float* destination, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec v = Load(source + k, lanes);
    Store(kAccumulate ? hn::Add(Load(destination + k, lanes), v) : v, destination + k, lanes);
  });
}

template <bool kAccumulate>
void Plane(const PlaneArgs& args) {
  if (args.source_column == 1 && args.destination_column == 1) {
    for (int64_t r = 0; r < args.rows; ++r) {
      Run<kAccumulate>(args.source + r * args.source_row,
                       args.destination + r * args.destination_row, args.columns);
    }
    return;
  }
  for (int64_t r = 0; r < args.rows; r += kBlock) {
    const int64_t r_end = r + kBlock < args.rows ? r + kBlock : args.rows;
    for (int64_t c = 0; c < args.columns; c += kBlock) {
      const int64_t c_end = c + kBlock < args.columns ? c + kBlock : args.columns;
      for (int64_t i = r; i < r_end; ++i) {
        const float* source = args.source + i * args.source_row;
        float* destination = args.destination + i * args.destination_row;
        for (int64_t j = c; j < c_end; ++j) {
          Assign<kAccumulate>(source[j * args.source_column],
                              destination + j * args.destination_column);
        }
      }
    }
  }
}

using DoubleTag = hn::ScalableTag<double>;
using DoubleVec = hn::Vec<DoubleTag>;
constexpr int64_t kDoubleLanes = static_cast<int64_t>(HWY_MAX_BYTES / sizeof(double));

// As many floats as a vector holds doubles.
HWY_INLINE DoubleVec LoadDoubles(const float* x) {
  const DoubleTag d;
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, DoubleTag>(), x));
}

static double Sum(const float* x, int64_t stride, int64_t count) {
  double total = 0.0;
  int64_t k = 0;
  if (stride == 1) {
    const DoubleTag d;
    DoubleVec sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (; k + 4 * kDoubleLanes <= count; k += 4 * kDoubleLanes) {
      for (int j = 0; j < 4; ++j) {
        sums[j] = hn::Add(sums[j], LoadDoubles(x + k + j * kDoubleLanes));
      }
    }
    const DoubleVec all = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
    total = hn::GetLane(hn::SumOfLanes(d, all));
  }
  for (; k < count; ++k) total += static_cast<double>(x[k * stride]);
  return total;
}

static void AddToSums(const float* x, int64_t stride, double* sums, int64_t count) {
  int64_t k = 0;
  if (stride == 1) {
    const DoubleTag d;
    for (; k + kDoubleLanes <= count; k += kDoubleLanes) {
      hn::StoreU(hn::Add(hn::LoadU(d, sums + k), LoadDoubles(x + k)), d, sums + k);
    }
  }
  for (; k < count; ++k) sums[k] += static_cast<double>(x[k * stride]);
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_STRIDED_INL_H_
