// Philox 4x32-10 (Salmon 2011): the words of cpu/random.h, so that masks and numbers are the same
// bits as on the CPU. Element k of a stream takes word k % 4 of the block whose counter is offset +
// k / 4, under the key seed.
#ifndef NATIVERNN_CUDA_PHILOX_CUH_
#define NATIVERNN_CUDA_PHILOX_CUH_

#include "cuda/simt.cuh"

namespace nrnn::cuda {

struct PhiloxWords {
  uint32_t word[4];
};

NRNN_HOST_DEVICE PhiloxWords Philox(uint64_t counter, uint64_t seed) {
  uint32_t c0 = static_cast<uint32_t>(counter), c1 = static_cast<uint32_t>(counter >> 32);
  uint32_t c2 = 0, c3 = 0;
  uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53u} * c0, product1 = uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<uint32_t>(product1 >> 32) ^ c1 ^ key0;
    c2 = static_cast<uint32_t>(product0 >> 32) ^ c3 ^ key1;
    c1 = static_cast<uint32_t>(product1);
    c3 = static_cast<uint32_t>(product0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// The counter of an element's block.
NRNN_HOST_DEVICE uint64_t PhiloxCounter(int64_t offset, int64_t element) {
  return static_cast<uint64_t>(offset) + static_cast<uint64_t>(element / 4);
}

// The word of one element; elements 4 k .. 4 k + 3 share the work of Philox.
NRNN_HOST_DEVICE uint32_t RandomWord(int64_t seed, int64_t offset, int64_t element) {
  const PhiloxWords words = Philox(PhiloxCounter(offset, element), static_cast<uint64_t>(seed));
  const int64_t k = element % 4;
  return k == 0 ? words.word[0] : k == 1 ? words.word[1] : k == 2 ? words.word[2] : words.word[3];
}

// u 2^24, u in [0, 1): exact.
NRNN_HOST_DEVICE float Fraction24(uint32_t word) { return static_cast<float>(word >> 8); }

// Whether dropout with a rate drops an element: u < rate. threshold: rate 2^24.
NRNN_HOST_DEVICE bool IsDropped(uint32_t word, float threshold) {
  return Fraction24(word) < threshold;
}
inline float DropoutThreshold(float rate) { return rate * 16777216.0f; }
// What kept elements are multiplied by.
inline float DropoutFactor(float rate) {
  return static_cast<float>(1.0 / (1.0 - static_cast<double>(rate)));
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_PHILOX_CUH_
