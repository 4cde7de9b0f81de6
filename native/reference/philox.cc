#include "reference/philox.h"

#include <cmath>

namespace nrnn::reference {

PhiloxBlock Philox(PhiloxBlock counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t product1 = uint64_t{0xCD9E8D57} * counter[2];
    const auto high0 = static_cast<uint32_t>(product0 >> 32);
    const auto high1 = static_cast<uint32_t>(product1 >> 32);
    counter = {high1 ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               high0 ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key[0] += 0x9E3779B9;  // the golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

uint32_t RandomWord(int64_t seed, int64_t offset, int64_t element) {
  const auto key = static_cast<uint64_t>(seed);
  const uint64_t block = static_cast<uint64_t>(offset) + static_cast<uint64_t>(element / 4);
  return Philox({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 0, 0},
                {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)})[element % 4];
}

double Fraction(uint32_t word) { return (word >> 8) * 0x1p-24; }

bool DropoutKeeps(float rate, int64_t seed, int64_t offset, int64_t element) {
  return Fraction(RandomWord(seed, offset, element)) >= rate;
}

template <class Real>
Array<Real> Dropout(const Array<Real>& x, float rate, int64_t seed, int64_t offset) {
  Array<Real> y(x.size());
  for (size_t k = 0; k < x.size(); ++k) {
    const bool keep = DropoutKeeps(rate, seed, offset, static_cast<int64_t>(k));
    y[k] = keep ? x[k] / (Real(1) - Real(rate)) : Real(0);
  }
  return y;
}

template <class Real>
Array<Real> RandomUniform(int64_t length, Real low, Real high, int64_t seed, int64_t offset) {
  Array<Real> y(length);
  for (int64_t k = 0; k < length; ++k) {
    y[k] = static_cast<Real>(Fraction(RandomWord(seed, offset, k))) * (high - low) + low;
  }
  return y;
}

template <class Real>
Array<Real> RandomNormal(int64_t length, Real mean, Real deviation, int64_t seed, int64_t offset) {
  constexpr double kTwoPi = 6.283185307179586;
  Array<Real> y(length);
  for (int64_t k = 0; k < length; ++k) {
    const int64_t pair = k - k % 2;
    const double u = Fraction(RandomWord(seed, offset, pair)) + 0x1p-24;  // in (0, 1]
    const double v = Fraction(RandomWord(seed, offset, pair + 1));
    const double angle = kTwoPi * v;
    const double radius = std::sqrt(-2 * std::log(u));
    const double z = radius * (k % 2 == 0 ? std::cos(angle) : std::sin(angle));
    y[k] = mean + deviation * static_cast<Real>(z);
  }
  return y;
}

template Array<float> Dropout(const Array<float>&, float, int64_t, int64_t);
template Array<double> Dropout(const Array<double>&, float, int64_t, int64_t);
template Array<float> RandomUniform(int64_t, float, float, int64_t, int64_t);
template Array<double> RandomUniform(int64_t, double, double, int64_t, int64_t);
template Array<float> RandomNormal(int64_t, float, float, int64_t, int64_t);
template Array<double> RandomNormal(int64_t, double, double, int64_t, int64_t);

}  // namespace nrnn::reference
