// Copies and sums of strided planes and runs of floats: the part of elementwise.cc that moves and
// adds.
//
// A plane with unit strides along its rows is copied row by row in vectors; one whose source is
// contiguous along the other axis is transposed in blocks of 16 x 16 elements, 16 cache lines of
// either side, so that each line is fetched once. Sums run in double: each float vector is added to
// two vectors of doubles.
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

// to[r to_row + c] = from[r + c from_column] for r, c < 4.
HWY_INLINE void Transpose4x4(const float* from, int64_t from_column, float* to, int64_t to_row) {
  const hn::FixedTag<float, 4> d;
  const auto c0 = hn::LoadU(d, from), c1 = hn::LoadU(d, from + from_column);
  const auto c2 = hn::LoadU(d, from + 2 * from_column), c3 = hn::LoadU(d, from + 3 * from_column);
  const auto low01 = hn::InterleaveLower(d, c0, c1), low23 = hn::InterleaveLower(d, c2, c3);
  const auto high01 = hn::InterleaveUpper(d, c0, c1), high23 = hn::InterleaveUpper(d, c2, c3);
  hn::StoreU(hn::ConcatLowerLower(d, low23, low01), d, to);
  hn::StoreU(hn::ConcatUpperUpper(d, low23, low01), d, to + to_row);
  hn::StoreU(hn::ConcatLowerLower(d, high23, high01), d, to + 2 * to_row);
  hn::StoreU(hn::ConcatUpperUpper(d, high23, high01), d, to + 3 * to_row);
}

// A whole block of a source that is contiguous along its rows' axis and a destination that is along
// its columns. Through a tile in L1: straight from one to the other, 16 lines a power of two apart
// push each other out of L1 (measured with AVX-512, one thread: 1.6 instead of 5.1 GB/s at 4096 x
// 4096, 6.5 instead of 33 at 512 x 512).
template <bool kAccumulate>
HWY_INLINE void TransposeBlock(const float* source, int64_t source_column, float* destination,
                               int64_t destination_row) {
  HWY_ALIGN float tile[kBlock * kBlock];
  for (int64_t c = 0; c < kBlock; c += 4) {
    for (int64_t r = 0; r < kBlock; r += 4) {
      Transpose4x4(source + r + c * source_column, source_column, tile + r * kBlock + c, kBlock);
    }
  }
  for (int64_t r = 0; r < kBlock; ++r) {
    Run<kAccumulate>(tile + r * kBlock, destination + r * destination_row, kBlock);
  }
}

// rows and columns of a block's size or less, any strides.
template <bool kAccumulate>
HWY_INLINE void PartialBlock(const PlaneArgs& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* source = args.source + r * args.source_row;
    float* destination = args.destination + r * args.destination_row;
    for (int64_t c = 0; c < args.columns; ++c) {
      Assign<kAccumulate>(source[c * args.source_column],
                          destination + c * args.destination_column);
    }
  }
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
  const bool transposes = args.source_row == 1 && args.destination_column == 1;
  for (int64_t r = 0; r < args.rows; r += kBlock) {
    for (int64_t c = 0; c < args.columns; c += kBlock) {
      PlaneArgs block = args;
      block.rows = args.rows - r < kBlock ? args.rows - r : kBlock;
      block.columns = args.columns - c < kBlock ? args.columns - c : kBlock;
      block.source += r * args.source_row + c * args.source_column;
      block.destination += r * args.destination_row + c * args.destination_column;
      if (transposes && block.rows == kBlock && block.columns == kBlock) {
        TransposeBlock<kAccumulate>(block.source, args.source_column, block.destination,
                                    args.destination_row);
      } else {
        PartialBlock<kAccumulate>(block);
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
