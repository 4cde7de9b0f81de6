// Exp, Log, Tanh, Sigmoid and Softplus of float vectors. Largest distance from the exact value,
// over all 2^32 floats (the target full_accuracy): Exp 1.04 ulp, Log 0.84, Tanh 1.50, Sigmoid 2.00,
// Softplus 1.68, with and without FMA; Sigmoid's results below 2^-126 may be 0. NaN gives NaN,
// infinities their limits.
//
//   exp(x) = 2^n (1 + q),  n = round(x / ln 2),  r = x - n ln 2 in +-ln(2) / 2
//   q = expm1(r) = r + r^2 P(r)
//
// P is a least-squares polynomial of degree 4 (relative error of q below 2^-26). n comes from
// adding 1.5 * 2^23, which leaves it in the low bits of the sum: rounding and conversion in one
// addition, and shifting those bits by 23 makes the exponent of 2^n. ln 2 is held in two parts, the
// first of 15 bits, so that n times it is exact without FMA too. Sigmoid and Tanh keep n where 2^n
// is a normal number, and need one scale and one division.
//
// Included by kernel files only: everything lives in the namespace of the instruction set being
// compiled.
#ifndef NATIVERNN_CPU_MATH_INL_H_
#define NATIVERNN_CPU_MATH_INL_H_

#include <cstdint>

#include "hwy/highway.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace hn = hwy::HWY_NAMESPACE;

// min(x, bound) and max(x, bound) that let NaN through. x86's instructions return their second
// operand when one is NaN; NEON's return the number.
template <class D, class V>
HWY_INLINE V AtMost(D d, V x, float bound) {
#if HWY_ARCH_X86
  return hn::Min(hn::Set(d, bound), x);
#else
  const V limit = hn::Set(d, bound);
  return hn::IfThenElse(hn::Gt(x, limit), limit, x);
#endif
}

template <class D, class V>
HWY_INLINE V AtLeast(D d, V x, float bound) {
#if HWY_ARCH_X86
  return hn::Max(hn::Set(d, bound), x);
#else
  const V limit = hn::Set(d, bound);
  return hn::IfThenElse(hn::Lt(x, limit), limit, x);
#endif
}

// exp(x) = 2^n (1 + q).
template <class V>
struct ReducedExp {
  V shifted_n;  // n + 1.5 * 2^23
  V q;          // expm1(x - n ln 2)
};

// For |x| up to 2^21.
template <class D, class V>
HWY_INLINE ReducedExp<V> ReduceExp(D d, V x) {
  const V shift = hn::Set(d, 12582912.0f);  // 1.5 * 2^23
  const V shifted_n = hn::MulAdd(x, hn::Set(d, 1.44269502f), shift);
  const V n = hn::Sub(shifted_n, shift);
  V r = hn::NegMulAdd(n, hn::Set(d, 0.693145751953125f), x);
  r = hn::NegMulAdd(n, hn::Set(d, 1.42860677e-6f), r);
  V p = hn::MulAdd(r, hn::Set(d, 1.38633139e-3f), hn::Set(d, 8.366853e-3f));
  p = hn::MulAdd(r, p, hn::Set(d, 4.16675173e-2f));
  p = hn::MulAdd(r, p, hn::Set(d, 0.166665405f));
  p = hn::MulAdd(r, p, hn::Set(d, 0.49999997f));
  return {shifted_n, hn::MulAdd(hn::Mul(r, r), p, r)};
}

// 2^n for -127 <= n <= 128, where the ends give 0 and infinity.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V shifted_n) {
  const hn::RebindToSigned<D> di;
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted_n));
  return hn::BitCast(d, hn::Add(exponent, hn::Set(di, 0x3F800000)));
}

// Results below 2^-126 are rounded to the nearest subnormal number.
template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  const hn::RebindToSigned<D> di;
  const auto reduced = ReduceExp(d, AtLeast(d, AtMost(d, x, 89.0f), -105.0f));
  // 2^n in two factors: n = 128 and n < -126 have results that are finite but factors that are not
  // normal.
  const auto n = hn::Sub(hn::BitCast(di, reduced.shifted_n), hn::Set(di, 0x4B400000));
  const auto half = hn::ShiftRight<1>(n);
  const auto one = hn::Set(di, 0x3F800000);
  const V first = hn::BitCast(d, hn::Add(hn::ShiftLeft<23>(half), one));
  const V second = hn::BitCast(d, hn::Add(hn::ShiftLeft<23>(hn::Sub(n, half)), one));
  return hn::Mul(hn::Mul(hn::Add(reduced.q, hn::Set(d, 1.0f)), first), second);
}

// exp(x) for x <= 88, with 0 for x below -87.68: what softmax needs, in fewer instructions than
// Exp.
template <class D, class V>
HWY_INLINE V ExpFlushed(D d, V x) {
  const auto reduced = ReduceExp(d, AtLeast(d, x, -88.0f));
  return hn::Mul(hn::Add(reduced.q, hn::Set(d, 1.0f)), PowerOfTwo(d, reduced.shifted_n));
}

// 1 / (1 + exp(-x)), with 0 for x below -88.37, where the exact value is under 2^-127. 1 + exp(-x)
// is summed as 2^n + (2^n q + 1): one rounding less than through exp(-x).
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const auto reduced = ReduceExp(d, AtLeast(d, hn::Neg(x), -80.0f));
  const V power = PowerOfTwo(d, reduced.shifted_n);
  const V y = hn::Div(one, hn::Add(power, hn::MulAdd(power, reduced.q, one)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -88.37f)), y);
}

// e / (e + 2) with e = expm1(2 |x|) = 2^n q + (2^n - 1): 1 from |x| = 9.1 on. The factor 2 is in
// the constants: r = |x| - n ln(2) / 2, and q's polynomial has coefficients times 2^k. Below 0.35,
// where the quotient would lose 2.6 ulp: x + x^3 Q(x^2).
template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V a = AtMost(d, hn::Abs(x), 9.1f);
  const V shift = hn::Set(d, 12582912.0f);
  const V shifted_n = hn::MulAdd(a, hn::Set(d, 2.88539004f), shift);
  const V n = hn::Sub(shifted_n, shift);
  V r = hn::NegMulAdd(n, hn::Set(d, 0.3465728759765625f), a);
  r = hn::NegMulAdd(n, hn::Set(d, 7.14303385e-7f), r);
  V p = hn::MulAdd(r, hn::Set(d, 8.87252049e-2f), hn::Set(d, 0.267739296f));
  p = hn::MulAdd(r, p, hn::Set(d, 0.666680277f));
  p = hn::MulAdd(r, p, hn::Set(d, 1.33332324f));
  p = hn::MulAdd(r, p, hn::Set(d, 1.99999988f));
  const V q = hn::MulAdd(hn::Mul(r, r), p, hn::Add(r, r));
  const V power = PowerOfTwo(d, shifted_n);
  const V e = hn::MulAdd(power, q, hn::Sub(power, hn::Set(d, 1.0f)));
  const V quotient = hn::Div(e, hn::Add(e, hn::Set(d, 2.0f)));
  const V z = hn::Mul(a, a);
  V series = hn::MulAdd(z, hn::Set(d, 1.93750374e-2f), hn::Set(d, -5.3712111e-2f));
  series = hn::MulAdd(z, series, hn::Set(d, 0.133322746f));
  series = hn::MulAdd(z, series, hn::Set(d, -0.333333194f));
  series = hn::MulAdd(hn::Mul(a, z), series, a);
  const auto small = hn::Lt(a, hn::Set(d, 0.35f));
  return hn::CopySignToAbs(hn::IfThenElse(small, series, quotient), x);
}

// k ln 2 + log(1 + f) for -0.293 <= f <= 0.4143. With s = f / (2 + f) and h = f^2 / 2:
// log(1 + f) = 2 atanh(s) = f - h + s (h + R), R = 2 (atanh(s) / s - 1), a polynomial in s^2.
template <class D, class V>
HWY_INLINE V LogOnePlus(D d, V f, V k) {
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0f)));
  const V z = hn::Mul(s, s);
  V rest = hn::MulAdd(z, hn::Set(d, 0.298712373f), hn::Set(d, 0.399775743f));
  rest = hn::Mul(z, hn::MulAdd(z, rest, hn::Set(d, 0.666667759f)));
  const V h = hn::Mul(hn::Set(d, 0.5f), hn::Mul(f, f));
  const V low = hn::MulAdd(k, hn::Set(d, 1.42860677e-6f), hn::Mul(s, hn::Add(h, rest)));
  const V tail = hn::Sub(f, hn::Sub(h, low));
  return hn::MulAdd(k, hn::Set(d, 0.693145751953125f), tail);
}

// Negative numbers give NaN, both zeros -infinity.
template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V zero = hn::Zero(d);
  const auto subnormal = hn::Lt(x, hn::Set(d, 1.17549435e-38f));
  const V normal = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 33554432.0f)), x);  // * 2^25
  const auto bits = hn::BitCast(di, normal);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3F3504F3)));  // sqrt(1/2)
  const V mantissa = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const V k = hn::Sub(hn::ConvertTo(d, exponent), hn::IfThenElseZero(subnormal, hn::Set(d, 25.0f)));
  const V log = LogOnePlus(d, hn::Sub(mantissa, hn::Set(d, 1.0f)), k);
  const V infinity = hn::Inf(d);
  const V special = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity),
                                   hn::IfThenElse(hn::Lt(x, zero), hn::NaN(d), x));
  return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Lt(x, infinity)), log, special);
}

// max(x, 0) + log(1 + t), t = exp(-|x|). log(1 + t) is ln 2 + log(1 + (t - 1) / 2) for t above
// sqrt(2) - 1.
template <class D, class V>
HWY_INLINE V Softplus(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V t = Exp(d, hn::Neg(hn::Abs(x)));
  const auto upper = hn::Gt(t, hn::Set(d, 0.41421357f));
  const V f = hn::IfThenElse(upper, hn::Mul(hn::Set(d, 0.5f), hn::Sub(t, one)), t);
  return hn::Add(AtLeast(d, x, 0.0f), LogOnePlus(d, f, hn::IfThenElseZero(upper, one)));
}

// The normal distribution at x.
template <class V>
struct NormalAt {
  V density;       // exp(-x^2 / 2) / sqrt(2 pi)
  V distribution;  // erfc(-x / sqrt 2) / 2
};

// erfc(z) = t P(t) exp(-z^2), t = 1 / (1 + 0.3275911 z), z >= 0 (Abramowitz and Stegun 7.1.26,
// after Hastings 1955). The approximation is within 7e-8 of the distribution function, with the
// rounding of floats 2.5e-7; below -13.3 it is 0.
template <class D, class V>
HWY_INLINE NormalAt<V> Normal(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V bell = ExpFlushed(d, hn::Mul(hn::Mul(x, x), hn::Set(d, -0.5f)));
  // 0.3275911 / sqrt 2, and P's coefficients are halved.
  const V t = hn::Div(one, hn::MulAdd(hn::Abs(x), hn::Set(d, 0.23164189f), one));
  V p = hn::MulAdd(t, hn::Set(d, 0.530702715f), hn::Set(d, -0.7265760135f));
  p = hn::MulAdd(t, p, hn::Set(d, 0.7107068705f));
  p = hn::MulAdd(t, p, hn::Set(d, -0.142248368f));
  p = hn::MulAdd(t, p, hn::Set(d, 0.127414796f));
  const V tail = hn::Mul(hn::Mul(t, p), bell);
  const V distribution = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
  return {hn::Mul(bell, hn::Set(d, 0.398942280f)), distribution};
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_MATH_INL_H_
