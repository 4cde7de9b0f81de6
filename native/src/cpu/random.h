// Philox 4x32-10 (Salmon 2011) and what is made of its words: dropout, uniform and normal numbers.
//
// Element k of a stream takes word k % 4 of the block whose counter is offset + k / 4 (64 bits, in
// the low two words of four) under the key seed (64 bits, low word first). u is word >> 8 times
// 2^-24, in [0, 1).
//
//   dropout  y = u >= rate ? x / (1 - rate) : 0
//   uniform  low + u (high - low), computed in double and kept below high
//   normal   with r = sqrt(-2 log(u + 2^-24)) of word 2j and a = 2 pi u of word 2j + 1 of a block:
//            r cos a for element 2j, r sin a for element 2j + 1; times deviation, plus mean
#ifndef NATIVERNN_CPU_RANDOM_H_
#define NATIVERNN_CPU_RANDOM_H_

#include <stdint.h>

namespace nrnn::cpu {

struct RandomStream {
  int64_t seed;
  int64_t offset;  // in blocks of four elements
  int64_t first;   // the stream's element that stands at index 0 of the call's pointers
};

struct RandomKernels {
  // y may be x. The same bits on every machine, like uniform and normal.
  void (*dropout)(const RandomStream& stream, float rate, const float* x, float* y, int64_t count);
  void (*uniform)(const RandomStream& stream, float low, float high, float* y, int64_t count);
  void (*normal)(const RandomStream& stream, float mean, float deviation, float* y, int64_t count);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RANDOM_H_
