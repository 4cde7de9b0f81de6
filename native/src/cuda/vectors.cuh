// Loads and stores of four floats at a time: with one instruction where the pointers allow it
// (buffers are 64-byte aligned, but slices of them start anywhere). Which thread has which elements
// does not depend on that, so neither do the bits of sums.
#ifndef NATIVERNN_CUDA_VECTORS_CUH_
#define NATIVERNN_CUDA_VECTORS_CUH_

#include "cuda/simt.cuh"

namespace nrnn::cuda {

struct alignas(16) Four {
  float at[4];
};

// Elements k .. k + 3 of those before end, and zeros. kAligned: from + k is 16-byte aligned.
template <bool kAligned>
NRNN_DEVICE Four LoadFour(const float* from, int64_t k, int64_t end) {
  if (kAligned && k + 4 <= end) return *reinterpret_cast<const Four*>(from + k);
  Four values;
  for (int i = 0; i < 4; ++i) values.at[i] = k + i < end ? from[k + i] : 0.0f;
  return values;
}

// The same, or otherwise where from is null.
template <bool kAligned>
NRNN_DEVICE Four LoadFourOr(const float* from, int64_t k, int64_t end, float otherwise) {
  if (!from) return {{otherwise, otherwise, otherwise, otherwise}};
  return LoadFour<kAligned>(from, k, end);
}

template <bool kAligned>
NRNN_DEVICE void StoreFour(const Four& values, float* to, int64_t k, int64_t end) {
  if (kAligned && k + 4 <= end) {
    *reinterpret_cast<Four*>(to + k) = values;
    return;
  }
  for (int i = 0; i < 4; ++i) {
    if (k + i < end) to[k + i] = values.at[i];
  }
}

// Whether all of these are 16-byte aligned; null is.
template <class... Pointers>
NRNN_HOST_DEVICE bool FourAligned(Pointers... pointers) {
  return ((reinterpret_cast<uintptr_t>(pointers) | ... | uintptr_t{0}) & 15) == 0;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_VECTORS_CUH_
