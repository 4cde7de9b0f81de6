#include "accuracy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

namespace nrnn::test {
namespace {

// The exact functions are quick ones in double: 2^32 floats take a minute, not an hour. Where the
// value is known without exp, they don't ask for it.

double ExactExp(double x) {
  // Beyond: infinity, and what rounds to 0.
  if (x > 90) return std::numeric_limits<double>::infinity();
  if (x < -110) return 0;
  return std::exp(x);
}

double ExactLog(double x) {
  return x >= 0 ? std::log(x) : std::numeric_limits<double>::quiet_NaN();
}

double ExactSigmoid(double x) {
  if (std::abs(x) < 1e-8) return 0.5 + x / 4;
  if (std::abs(x) > 120) return x > 0 ? 1 : 0;
  return 1 / (1 + std::exp(-x));
}

double ExactTanh(double x) {
  if (std::abs(x) > 25) return x > 0 ? 1 : -1;
  const double z = x * x;
  // The next term is 62 x^8 / 2835: 2e-18.
  if (z < 1e-4) return x * (1 - z * (1.0 / 3 - z * (2.0 / 15 - z * (17.0 / 315))));
  const double e = std::exp(2 * x);
  return (e - 1) / (e + 1);
}

double ExactSoftplus(double x) {
  if (std::abs(x) < 1e-10) return 0.69314718055994530942 + x / 2;
  if (std::abs(x) > 120) return x > 0 ? x : 0;
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

float FloatOfBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

}  // namespace

const std::array<ElementaryFunction, 5> kElementaryFunctions = {{
    {"exp", NRNN_UNARY_EXP, &ExactExp, 2, false},
    {"log", NRNN_UNARY_LOG, &ExactLog, 2, false},
    {"sigmoid", NRNN_UNARY_SIGMOID, &ExactSigmoid, 2, true},
    {"tanh", NRNN_UNARY_TANH, &ExactTanh, 2, false},
    {"softplus", NRNN_UNARY_SOFTPLUS, &ExactSoftplus, 2, false},
}};

std::string WorstError::Text() const {
  std::ostringstream text;
  text << ulp << " ulp at x = " << x << " (" << std::hexfloat << x << "): " << y << ", exactly "
       << exact;
  return text.str();
}

double UlpError(float got, double exact) {
  constexpr double kInfinity = 340282366920938463463374607431768211456.0;  // 2^128
  if (std::isnan(got) || std::isnan(exact)) {
    return std::isnan(got) && std::isnan(exact) ? 0 : std::numeric_limits<double>::infinity();
  }
  const double value = std::clamp(static_cast<double>(got), -kInfinity, kInfinity);
  const double want = std::clamp(exact, -kInfinity, kInfinity);
  if (value == want) return 0;
  // 2^e for 2^e <= |want| < 2^(e + 1), by the bits of the double.
  const double size = std::max(std::abs(want), double{std::numeric_limits<float>::min()});
  uint64_t bits;
  std::memcpy(&bits, &size, sizeof(bits));
  bits &= uint64_t{0x7FF} << 52;
  double power;
  std::memcpy(&power, &bits, sizeof(power));
  return std::abs(value - want) / power * 8388608;  // 2^23
}

WorstError MeasureError(const Device& device, const ElementaryFunction& function,
                        const FloatRange& range) {
  constexpr int64_t kChunk = 1 << 15;  // x and y stay in L2
  std::vector<float> x(static_cast<size_t>(kChunk)), y(x.size());
  const Buffer buffer(device, kChunk);
  WorstError worst;
  uint32_t bits = range.first;
  for (int64_t done = 0; done < range.count; done += kChunk) {
    const int64_t count = std::min(kChunk, range.count - done);
    for (size_t k = 0; k < x.size(); ++k, bits += range.stride) x[k] = FloatOfBits(bits);
    Check(nrnn_buffer_write(buffer.get(), 0, x.data(), kChunk));
    Check(nrnn_unary_forward(function.op, buffer.get(), buffer.get()));
    Check(nrnn_buffer_read(buffer.get(), 0, y.data(), kChunk));
    for (size_t k = 0; k < static_cast<size_t>(count); ++k) {
      const double exact = function.exact(static_cast<double>(x[k]));
      if (function.flushes && y[k] == 0 && std::abs(exact) < std::numeric_limits<float>::min()) {
        continue;
      }
      const double error = UlpError(y[k], exact);
      if (error > worst.ulp) worst = {error, x[k], y[k], exact};
    }
  }
  return worst;
}

}  // namespace nrnn::test
