// Vectors of the instruction set that is compiled, and the loads and stores of the last, partial
// one: they touch only the elements that are there.
#ifndef NATIVERNN_CPU_LANES_INL_H_
#define NATIVERNN_CPU_LANES_INL_H_

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"

namespace nrnn::cpu::NRNN_TARGET {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;
constexpr size_t kLanes = HWY_MAX_BYTES / sizeof(float);  // exact on every target that is built

// The first count elements, zeros after them; 0 < count <= kLanes.
HWY_INLINE FloatVec LoadPart(const float* from, size_t count) {
  const FloatTag d;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else
  // Without masked loads, MaskedLoad would read past the end.
  HWY_ALIGN float lanes[kLanes] = {};
  for (size_t k = 0; k < count; ++k) lanes[k] = from[k];
  return hn::Load(d, lanes);
#endif
}

// Writes the first count elements; 0 < count <= kLanes.
HWY_INLINE void StorePart(FloatVec v, float* to, size_t count) {
  const FloatTag d;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
  HWY_ALIGN float lanes[kLanes];
  hn::Store(v, d, lanes);
  for (size_t k = 0; k < count; ++k) to[k] = lanes[k];
#endif
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_LANES_INL_H_
