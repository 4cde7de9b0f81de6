// The maximum over an axis in the middle, and its gradient: the part of rows.cc that compares.
//
//   y[o,i] = max over j of x[o,j,i]
//   dx[o,j,i] = dy[o,i] / (number of maxima) where x[o,j,i] = y[o,i], else 0
//
// inner > 1: vectors along inner, one after the other, the axis inside. inner = 1: vectors along
// the axis. A NaN on the axis is its maximum, and gets the gradient.
#ifndef NATIVERNN_CPU_MAX_INL_H_
#define NATIVERNN_CPU_MAX_INL_H_

#include "core/ops.h"
#include "cpu/lanes-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

constexpr int64_t kMaxLanes = static_cast<int64_t>(kLanes);

HWY_INLINE size_t LanesFrom(int64_t k, int64_t count) {
  return static_cast<size_t>(count - k < kMaxLanes ? count - k : kMaxLanes);
}

// The larger of the two, or NaN if one of them is.
HWY_INLINE FloatVec Larger(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Or(hn::Gt(b, a), hn::IsNaN(b)), b, a);
}

HWY_INLINE hn::Mask<FloatTag> IsMaximum(FloatVec x, FloatVec y) {
  return hn::Or(hn::Eq(x, y), hn::And(hn::IsNaN(x), hn::IsNaN(y)));
}

static float MaxOfRun(const float* x, int64_t count) {
  const FloatTag d;
  FloatVec largest = hn::Set(d, x[0]);
  for (int64_t k = 0; k < count; k += kMaxLanes) {
    const size_t lanes = LanesFrom(k, count);
    const FloatVec v = LoadPart(x + k, lanes);
    largest = hn::IfThenElse(hn::FirstN(d, lanes), Larger(largest, v), largest);
  }
  HWY_ALIGN float values[kLanes];
  hn::Store(largest, d, values);
  float result = values[0];
  for (size_t k = 1; k < kLanes; ++k) {
    if (values[k] > result || values[k] != values[k]) result = values[k];
  }
  return result;
}

static void Max(const Axis& axis, const float* x, float* y) {
  for (int64_t o = 0; o < axis.outer; ++o, x += axis.length * axis.inner, y += axis.inner) {
    if (axis.inner == 1) {
      *y = MaxOfRun(x, axis.length);
      continue;
    }
    for (int64_t i = 0; i < axis.inner; i += kMaxLanes) {
      const size_t lanes = LanesFrom(i, axis.inner);
      FloatVec largest = LoadPart(x + i, lanes);
      for (int64_t j = 1; j < axis.length; ++j) {
        largest = Larger(largest, LoadPart(x + j * axis.inner + i, lanes));
      }
      StorePart(largest, y + i, lanes);
    }
  }
}

// One run of the axis: dx = dy / (number of maxima) at the maxima.
static void MaxBackwardOfRun(const float* x, float y, float dy, int64_t count, float* dx) {
  const FloatTag d;
  const FloatVec largest = hn::Set(d, y);
  size_t maxima = 0;
  for (int64_t k = 0; k < count; k += kMaxLanes) {
    const size_t lanes = LanesFrom(k, count);
    const auto found = hn::And(hn::FirstN(d, lanes), IsMaximum(LoadPart(x + k, lanes), largest));
    maxima += hn::CountTrue(d, found);
  }
  const FloatVec share = hn::Set(d, maxima ? dy / static_cast<float>(maxima) : 0.0f);
  for (int64_t k = 0; k < count; k += kMaxLanes) {
    const size_t lanes = LanesFrom(k, count);
    StorePart(hn::IfThenElseZero(IsMaximum(LoadPart(x + k, lanes), largest), share), dx + k, lanes);
  }
}

static void MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                        float* dx) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  const int64_t plane = axis.length * axis.inner;
  for (int64_t o = 0; o < axis.outer; ++o, x += plane, dx += plane) {
    const float* largest = y + o * axis.inner;
    const float* gradient = dy + o * axis.inner;
    if (axis.inner == 1) {
      MaxBackwardOfRun(x, *largest, *gradient, axis.length, dx);
      continue;
    }
    for (int64_t i = 0; i < axis.inner; i += kMaxLanes) {
      const size_t lanes = LanesFrom(i, axis.inner);
      const FloatVec m = LoadPart(largest + i, lanes);
      FloatVec maxima = hn::Zero(d);
      for (int64_t j = 0; j < axis.length; ++j) {
        const auto found = IsMaximum(LoadPart(x + j * axis.inner + i, lanes), m);
        maxima = hn::Add(maxima, hn::IfThenElseZero(found, one));
      }
      const FloatVec share = hn::Div(LoadPart(gradient + i, lanes), hn::Max(maxima, one));
      for (int64_t j = 0; j < axis.length; ++j) {
        const int64_t at = j * axis.inner + i;
        const auto found = IsMaximum(LoadPart(x + at, lanes), m);
        StorePart(hn::IfThenElseZero(found, share), dx + at, lanes);
      }
    }
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_MAX_INL_H_
