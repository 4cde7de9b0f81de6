// Layer normalisation (Ba 2016) of a run of numbers: hat = (v - mean) / sqrt(variance + epsilon).
//
// backward, with e = gradient of hat:  dv = (e - mean(e) - hat mean(e hat)) / sqrt(variance +
// epsilon)
#ifndef NATIVERNN_CPU_VARIANT_NORM_INL_H_
#define NATIVERNN_CPU_VARIANT_NORM_INL_H_

#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

HWY_INLINE float SumOfRun(FloatVec v) { return hn::GetLane(hn::SumOfLanes(FloatTag(), v)); }

// v, with zeros behind its first lanes.
HWY_INLINE FloatVec KeepLanes(FloatVec v, size_t lanes) {
  return lanes == kLanes ? v : hn::IfThenElseZero(hn::FirstN(FloatTag(), lanes), v);
}

// Returns 1 / sqrt(variance + epsilon). y = hat gain + bias (bias null: 0); y may be v.
inline float NormalizeRun(const float* v, int64_t count, float epsilon, const float* gain,
                          const float* bias, float* hat, float* y) {
  const FloatTag d;
  const float each = 1.0f / static_cast<float>(count);
  FloatVec sum = hn::Zero(d);
  ForVectors(count, [&](int64_t k, size_t lanes) { sum = hn::Add(sum, Load(v + k, lanes)); });
  const FloatVec mean = Constant(SumOfRun(sum) * each);
  FloatVec squares = hn::Zero(d);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec apart = KeepLanes(hn::Sub(Load(v + k, lanes), mean), lanes);
    squares = hn::MulAdd(apart, apart, squares);
  });
  const FloatVec variance = Constant(SumOfRun(squares) * each + epsilon);
  const FloatVec scale = hn::Div(Constant(1.0f), hn::Sqrt(variance));
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec h = hn::Mul(hn::Sub(Load(v + k, lanes), mean), scale);
    const FloatVec shift = bias ? Load(bias + k, lanes) : hn::Zero(d);
    Store(h, hat + k, lanes);
    Store(hn::MulAdd(h, Load(gain + k, lanes), shift), y + k, lanes);
  });
  return hn::GetLane(scale);
}

// dv = the gradient of v, from dy of y; dv may be dy or hat.
inline void NormalizeRunBackward(const float* hat, float scale, const float* gain, const float* dy,
                                 int64_t count, float* dv) {
  const FloatTag d;
  const float each = 1.0f / static_cast<float>(count);
  FloatVec sum = hn::Zero(d), along = hn::Zero(d);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec e = hn::Mul(Load(dy + k, lanes), Load(gain + k, lanes));
    sum = hn::Add(sum, e);
    along = hn::MulAdd(e, Load(hat + k, lanes), along);
  });
  const FloatVec mean = Constant(SumOfRun(sum) * each);
  const FloatVec mean_along = Constant(SumOfRun(along) * each);
  const FloatVec factor = Constant(scale);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec e = hn::Mul(Load(dy + k, lanes), Load(gain + k, lanes));
    const FloatVec rest = hn::NegMulAdd(Load(hat + k, lanes), mean_along, hn::Sub(e, mean));
    Store(hn::Mul(rest, factor), dv + k, lanes);
  });
}

// The gates first .. first + count - 1 of a row, in place: sums become w n(sums) + b.
inline void NormalizeGates(int64_t hidden, int64_t first, int64_t count, float epsilon,
                           const float* gain, const float* bias, float* sums, float* hat,
                           float* scales) {
  for (int64_t gate = first; gate < first + count; ++gate) {
    const int64_t at = gate * hidden;
    scales[gate] = NormalizeRun(sums + at, hidden, epsilon, gain + at, bias ? bias + at : nullptr,
                                hat + at, sums + at);
  }
}

inline void NormalizeGatesBackward(int64_t hidden, int64_t first, int64_t count, const float* gain,
                                   const float* hat, const float* scales, const float* da,
                                   float* dsums) {
  for (int64_t gate = first; gate < first + count; ++gate) {
    const int64_t at = gate * hidden;
    NormalizeRunBackward(hat + at, scales[gate], gain + at, da + at, hidden, dsums + at);
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_VARIANT_NORM_INL_H_
