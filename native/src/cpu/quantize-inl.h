// Inputs of int8 weights, quantised at run time: x[k] is about scale q[k], q in +-range.
//
// The range is the widest at which the sum of k products with weights of +-127 stays within 32
// bits; up to k = 520 that is all of int16, so that what the inputs lose is small beside what the
// weights lost.
#ifndef NATIVERNN_CPU_QUANTIZE_INL_H_
#define NATIVERNN_CPU_QUANTIZE_INL_H_

#include <limits>

#include "cpu/sequence-inl.h"
#include "cpu/storage-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

HWY_INLINE float InputRange(int64_t k) {
  const int64_t widest = std::numeric_limits<int32_t>::max() / (127 * k);
  return static_cast<float>(widest < 32767 ? widest : 32767);
}

// The bits of the largest |x[k]|: those of floats without a sign order like integers, NaN and
// infinity above all.
HWY_INLINE int32_t LargestBits(const float* x, int64_t count) {
  const IntTag di;
  IntVec largest = hn::Zero(di);
  ForEachUnit(count, [&](int64_t k, auto lanes) NRNN_INLINE_LAMBDA {
    largest = hn::Max(largest, hn::BitCast(di, hn::Abs(lanes.Load(x + k))));
  });
  return hn::GetLane(hn::MaxOfLanes(di, largest));
}

// Writes q up to a whole vector and sets all of row but x.
HWY_INLINE void QuantizeRow(const float* x, int64_t count, int16_t* q, InputRow* row) {
  const FloatTag d;
  constexpr float kTiny = 1e-30f;  // below, 1 / scale would overflow; such inputs count as zeros
  constexpr int32_t kInfinityBits = 0x7F800000;
  const int32_t bits = LargestBits(x, count);
  float largest;
  std::memcpy(&largest, &bits, sizeof(largest));
  const bool finite = bits < kInfinityBits;
  const bool usable = finite && largest >= kTiny;
  const float range = InputRange(count);
  row->quantized = q;
  row->scale = usable ? largest / range : finite ? 0.0f : std::numeric_limits<float>::quiet_NaN();
  const FloatVec inverse = hn::Set(d, usable ? range / largest : 0.0f);

  ForEachUnit(count, [&](int64_t k, auto lanes) NRNN_INLINE_LAMBDA {
    const hn::Rebind<int16_t, FloatTag> half;
    const IntVec rounded = hn::NearestInt(hn::Mul(lanes.Load(x + k), inverse));
    hn::StoreU(hn::DemoteTo(half, rounded), half, q + k);
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_QUANTIZE_INL_H_
