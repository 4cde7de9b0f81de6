// Loops over runs of floats: whole vectors, then one partial vector.
#ifndef NATIVERNN_CPU_RUNS_INL_H_
#define NATIVERNN_CPU_RUNS_INL_H_

#include "cpu/lanes-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

// The first lanes elements, zeros after them; lanes <= kLanes.
HWY_INLINE FloatVec Load(const float* x, size_t lanes) {
  return lanes == kLanes ? hn::LoadU(FloatTag(), x) : LoadPart(x, lanes);
}

HWY_INLINE void Store(FloatVec v, float* y, size_t lanes) {
  if (lanes == kLanes) {
    hn::StoreU(v, FloatTag(), y);
  } else {
    StorePart(v, y, lanes);
  }
}

HWY_INLINE FloatVec Constant(float value) { return hn::Set(FloatTag(), value); }

// body(k, lanes) for each vector of a run of count elements: elements k .. k + lanes - 1. Inlined,
// lanes is a constant in the loop over whole vectors.
template <class Body>
HWY_INLINE void ForVectors(int64_t count, const Body& body) {
  constexpr int64_t step = static_cast<int64_t>(kLanes);
  int64_t k = 0;
  for (; k + step <= count; k += step) body(k, kLanes);
  if (k < count) body(k, static_cast<size_t>(count - k));
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_RUNS_INL_H_
