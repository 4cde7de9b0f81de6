// Exp, Log, Tanh, Sigmoid and Softplus of a float, and the normal distribution: the polynomials of
// cpu/math-inl.h with the same fused multiply-adds, so that their largest distances from the exact
// value hold here too: Exp 1.04 ulp, Log 0.84, Tanh 1.50, Sigmoid 2.00, Softplus 1.68. NaN gives
// NaN, infinities their limits. 15 to 30 instructions and at most one division each, without a
// branch: as many as a GPU computes while it reads and writes a float.
//
//   exp(x) = 2^n (1 + q),  n = round(x / ln 2),  r = x - n ln 2 in +-ln(2) / 2
//   q = expm1(r) = r + r^2 P(r)
#ifndef NATIVERNN_CUDA_MATH_CUH_
#define NATIVERNN_CUDA_MATH_CUH_

#include <math.h>
#include <string.h>

#include "cuda/simt.cuh"

namespace nrnn::cuda {

NRNN_HOST_DEVICE int32_t BitsOf(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
NRNN_HOST_DEVICE float FloatOf(int32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// value 2^23, to an exponent's place; what does not fit is cut off.
NRNN_DEVICE int32_t ShiftLeft23(int32_t value) {
  return static_cast<int32_t>(static_cast<uint32_t>(value) << 23);
}
NRNN_DEVICE int32_t SubtractBits(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}

NRNN_DEVICE float NotANumber() { return FloatOf(0x7FC00000); }
NRNN_DEVICE float Infinity() { return FloatOf(0x7F800000); }
NRNN_DEVICE bool IsNaN(float x) { return x != x; }

// A product, a sum and those of doubles that no compiler fuses to a multiply-add: results with them
// are the same bits as on the CPU.
#if defined(NRNN_EMULATED)
NRNN_DEVICE float Multiply(float a, float b) { return a * b; }
NRNN_DEVICE float Add(float a, float b) { return a + b; }
NRNN_DEVICE double Multiply(double a, double b) { return a * b; }
NRNN_DEVICE double Add(double a, double b) { return a + b; }
#else
NRNN_DEVICE float Multiply(float a, float b) { return __fmul_rn(a, b); }
NRNN_DEVICE float Add(float a, float b) { return __fadd_rn(a, b); }
NRNN_DEVICE double Multiply(double a, double b) { return __dmul_rn(a, b); }
NRNN_DEVICE double Add(double a, double b) { return __dadd_rn(a, b); }
#endif

// min(x, bound) and max(x, bound) that let NaN through.
NRNN_DEVICE float AtMost(float x, float bound) { return x > bound ? bound : x; }
NRNN_DEVICE float AtLeast(float x, float bound) { return x < bound ? bound : x; }

// exp(x) = 2^n (1 + q).
struct ReducedExp {
  float shifted_n;  // n + 1.5 * 2^23
  float q;          // expm1(x - n ln 2)
};

// For |x| up to 2^21.
NRNN_DEVICE ReducedExp ReduceExp(float x) {
  constexpr float kShift = 12582912.0f;  // 1.5 * 2^23
  const float shifted_n = fmaf(x, 1.44269502f, kShift);
  const float n = Add(shifted_n, -kShift);
  float r = fmaf(-n, 0.693145751953125f, x);
  r = fmaf(-n, 1.42860677e-6f, r);
  float p = fmaf(r, 1.38633139e-3f, 8.366853e-3f);
  p = fmaf(r, p, 4.16675173e-2f);
  p = fmaf(r, p, 0.166665405f);
  p = fmaf(r, p, 0.49999997f);
  return {shifted_n, fmaf(r * r, p, r)};
}

// 2^exponent for -127 <= exponent <= 128, where the ends give 0 and infinity.
NRNN_DEVICE float PowerOfTwo(int32_t exponent) { return FloatOf(ShiftLeft23(exponent + 127)); }

NRNN_DEVICE int32_t WholePart(const ReducedExp& reduced) {
  return SubtractBits(BitsOf(reduced.shifted_n), 0x4B400000);
}

// Results below 2^-126 are rounded to the nearest subnormal number.
NRNN_DEVICE float Exp(float x) {
  const ReducedExp reduced = ReduceExp(AtLeast(AtMost(x, 89.0f), -105.0f));
  // 2^n in two factors: n = 128 and n < -126 have results that are finite but factors that are not
  // normal.
  const int32_t n = WholePart(reduced), half = n >> 1;
  return (reduced.q + 1.0f) * PowerOfTwo(half) * PowerOfTwo(n - half);
}

// exp(x) for x <= 88, with 0 for x below -87.68: what softmax needs, in fewer instructions than
// Exp.
NRNN_DEVICE float ExpFlushed(float x) {
  const ReducedExp reduced = ReduceExp(AtLeast(x, -88.0f));
  return (reduced.q + 1.0f) * PowerOfTwo(WholePart(reduced));
}

// 1 / (1 + exp(-x)), with 0 for x below -88.37, where the exact value is under 2^-127. 1 + exp(-x)
// is summed as 2^n + (2^n q + 1): one rounding less than through exp(-x).
NRNN_DEVICE float Sigmoid(float x) {
  const ReducedExp reduced = ReduceExp(AtLeast(AtMost(-x, 88.5f), -80.0f));
  const float power = PowerOfTwo(WholePart(reduced));
  const float y = 1.0f / (power + fmaf(power, reduced.q, 1.0f));
  return x < -88.37f ? 0.0f : y;
}

// e / (e + 2) with e = expm1(2 |x|) = 2^n q + (2^n - 1): 1 from |x| = 9.1 on. The factor 2 is in
// the constants: r = |x| - n ln(2) / 2, and q's polynomial has coefficients times 2^k. Below 0.35,
// where the quotient would lose 2.6 ulp: x + x^3 Q(x^2).
NRNN_DEVICE float Tanh(float x) {
  constexpr float kShift = 12582912.0f;
  const float a = AtMost(fabsf(x), 9.1f);
  const float shifted_n = fmaf(a, 2.88539004f, kShift);
  const float n = Add(shifted_n, -kShift);
  float r = fmaf(-n, 0.3465728759765625f, a);
  r = fmaf(-n, 7.14303385e-7f, r);
  float p = fmaf(r, 8.87252049e-2f, 0.267739296f);
  p = fmaf(r, p, 0.666680277f);
  p = fmaf(r, p, 1.33332324f);
  p = fmaf(r, p, 1.99999988f);
  const float q = fmaf(r * r, p, r + r);
  const float power = PowerOfTwo(SubtractBits(BitsOf(shifted_n), 0x4B400000));
  const float e = fmaf(power, q, power - 1.0f);
  const float quotient = e / (e + 2.0f);
  const float z = Multiply(a, a);
  float series = fmaf(z, 1.93750374e-2f, -5.3712111e-2f);
  series = fmaf(z, series, 0.133322746f);
  series = fmaf(z, series, -0.333333194f);
  series = fmaf(Multiply(a, z), series, a);
  return copysignf(a < 0.35f ? series : quotient, x);
}

// k ln 2 + log(1 + f) for -0.293 <= f <= 0.4143. With s = f / (2 + f) and h = f^2 / 2:
// log(1 + f) = 2 atanh(s) = f - h + s (h + R), R = 2 (atanh(s) / s - 1), a polynomial in s^2.
NRNN_DEVICE float LogOnePlus(float f, float k) {
  const float s = f / (f + 2.0f);
  const float z = Multiply(s, s);
  float rest = fmaf(z, 0.298712373f, 0.399775743f);
  rest = Multiply(z, fmaf(z, rest, 0.666667759f));
  const float h = Multiply(0.5f, Multiply(f, f));
  const float low = fmaf(k, 1.42860677e-6f, Multiply(s, Add(h, rest)));
  return fmaf(k, 0.693145751953125f, f - (h - low));
}

// Negative numbers give NaN, both zeros -infinity.
NRNN_DEVICE float Log(float x) {
  const bool subnormal = x < 1.17549435e-38f;
  const int32_t bits = BitsOf(subnormal ? x * 33554432.0f : x);   // 2^25
  const int32_t exponent = SubtractBits(bits, 0x3F3504F3) >> 23;  // relative to sqrt(1/2)
  const float mantissa = FloatOf(SubtractBits(bits, ShiftLeft23(exponent)));
  const float k = static_cast<float>(exponent) - (subnormal ? 25.0f : 0.0f);
  const float log = LogOnePlus(mantissa - 1.0f, k);
  const float special = x == 0.0f ? -Infinity() : x < 0.0f ? NotANumber() : x;
  return x > 0.0f && x < Infinity() ? log : special;
}

// max(x, 0) + log(1 + t), t = exp(-|x|). log(1 + t) is ln 2 + log(1 + (t - 1) / 2) for t above
// sqrt(2) - 1.
NRNN_DEVICE float Softplus(float x) {
  const float t = Exp(-fabsf(x));
  const bool upper = t > 0.41421357f;
  const float f = upper ? 0.5f * (t - 1.0f) : t;
  return AtLeast(x, 0.0f) + LogOnePlus(f, upper ? 1.0f : 0.0f);
}

// The normal distribution at x.
struct NormalAt {
  float density;       // exp(-x^2 / 2) / sqrt(2 pi)
  float distribution;  // erfc(-x / sqrt 2) / 2
};

// erfc(z) = t P(t) exp(-z^2), t = 1 / (1 + 0.3275911 z), z >= 0 (Abramowitz and Stegun 7.1.26,
// after Hastings 1955). The approximation is within 7e-8 of the distribution function, with the
// rounding of floats 2.5e-7; below -13.3 it is 0.
NRNN_DEVICE NormalAt Normal(float x) {
  const float bell = ExpFlushed(x * x * -0.5f);
  // 0.3275911 / sqrt 2, and P's coefficients are halved.
  const float t = 1.0f / fmaf(fabsf(x), 0.23164189f, 1.0f);
  float p = fmaf(t, 0.530702715f, -0.7265760135f);
  p = fmaf(t, p, 0.7107068705f);
  p = fmaf(t, p, -0.142248368f);
  p = fmaf(t, p, 0.127414796f);
  const float tail = t * p * bell;
  return {bell * 0.398942280f, x < 0.0f ? tail : 1.0f - tail};
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_MATH_CUH_
