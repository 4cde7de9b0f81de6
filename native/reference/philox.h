// Philox 4x32-10, a counter-based random generator (Salmon et al., "Parallel random numbers: as
// easy as 1, 2, 3", 2011), and the numbers that the library makes of its words.
#ifndef NATIVERNN_REFERENCE_PHILOX_H_
#define NATIVERNN_REFERENCE_PHILOX_H_

#include <array>
#include <cstdint>

#include "reference/array.h"

namespace nrnn::reference {

using PhiloxBlock = std::array<uint32_t, 4>;

// The ten rounds: four random words from a counter of four words and a key of two.
PhiloxBlock Philox(PhiloxBlock counter, std::array<uint32_t, 2> key);

// The word of one element: word element % 4 of the block with counter offset + element / 4 (in the
// low two counter words, the upper two are 0) and the seed as key, low word first.
uint32_t RandomWord(int64_t seed, int64_t offset, int64_t element);

// The upper 24 bits of a word as a fraction in [0, 1).
double Fraction(uint32_t word);

// Whether dropout keeps the element: its fraction is at least rate.
bool DropoutKeeps(float rate, int64_t seed, int64_t offset, int64_t element);

// y[k] = x[k] / (1 - rate) where kept, else 0.
template <class Real>
Array<Real> Dropout(const Array<Real>& x, float rate, int64_t seed, int64_t offset);

// fraction (high - low) + low.
template <class Real>
Array<Real> RandomUniform(int64_t length, Real low, Real high, int64_t seed, int64_t offset);

// Box and Muller 1958, on words 0, 1 and words 2, 3 of each block: with u = (w0 >> 8 + 1) 2^-24 and
// v = (w1 >> 8) 2^-24, sqrt(-2 log u) cos(2 pi v) and sqrt(-2 log u) sin(2 pi v).
template <class Real>
Array<Real> RandomNormal(int64_t length, Real mean, Real deviation, int64_t seed, int64_t offset);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_PHILOX_H_
