// The cells' epilogues of a stream's step: from the pre-activations of one row to its new state, in
// place. The equations stand in lstm-inl.h, gru-inl.h and simple_rnn-inl.h.
//
// Layout: gates [G padded], h and c [padded]: whole vectors, so padded units compute along and are
// never read.
#ifndef NATIVERNN_CPU_STREAM_CELLS_INL_H_
#define NATIVERNN_CPU_STREAM_CELLS_INL_H_

#include "cpu/lanes-inl.h"
#include "cpu/math-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

constexpr int64_t kUnitStep = static_cast<int64_t>(kLanes);

inline void LstmStreamRow(const float* gates, int64_t padded, float* h, float* c) {
  const FloatTag d;
  for (int64_t u = 0; u < padded; u += kUnitStep) {
    const float* a = gates + u;
    const FloatVec i = Sigmoid(d, hn::Load(d, a));
    const FloatVec f = Sigmoid(d, hn::Load(d, a + padded));
    const FloatVec g = Tanh(d, hn::Load(d, a + 2 * padded));
    const FloatVec o = Sigmoid(d, hn::Load(d, a + 3 * padded));
    const FloatVec c_next = hn::MulAdd(f, hn::Load(d, c + u), hn::Mul(i, g));
    hn::Store(c_next, d, c + u);
    hn::Store(hn::Mul(o, Tanh(d, c_next)), d, h + u);
  }
}

// h = n + z (h' - n).
HWY_INLINE void GruStreamState(FloatVec z, FloatVec n, float* h) {
  const FloatTag d;
  hn::Store(hn::MulAdd(z, hn::Sub(hn::Load(d, h), n), n), d, h);
}

// Reset after. q: h' W_hn + b_hn.
inline void GruStreamRow(const float* gates, const float* q, int64_t padded, float* h) {
  const FloatTag d;
  for (int64_t u = 0; u < padded; u += kUnitStep) {
    const FloatVec r = Sigmoid(d, hn::Load(d, gates + u));
    const FloatVec z = Sigmoid(d, hn::Load(d, gates + padded + u));
    const FloatVec a = hn::MulAdd(r, hn::Load(d, q + u), hn::Load(d, gates + 2 * padded + u));
    GruStreamState(z, Tanh(d, a), h + u);
  }
}

// Reset before, first half: rh = r h', what n's product takes.
inline void GruStreamReset(const float* gates, const float* h, int64_t padded, float* rh) {
  const FloatTag d;
  for (int64_t u = 0; u < padded; u += kUnitStep) {
    const FloatVec r = Sigmoid(d, hn::Load(d, gates + u));
    hn::Store(hn::Mul(r, hn::Load(d, h + u)), d, rh + u);
  }
}

// Second half.
inline void GruStreamUpdate(const float* gates, int64_t padded, float* h) {
  const FloatTag d;
  for (int64_t u = 0; u < padded; u += kUnitStep) {
    const FloatVec z = Sigmoid(d, hn::Load(d, gates + padded + u));
    GruStreamState(z, Tanh(d, hn::Load(d, gates + 2 * padded + u)), h + u);
  }
}

template <bool kRelu>
inline void SimpleRnnStreamRow(const float* gates, int64_t padded, float* h) {
  const FloatTag d;
  const FloatVec zero = hn::Zero(d);
  for (int64_t u = 0; u < padded; u += kUnitStep) {
    const FloatVec a = hn::Load(d, gates + u);
    // Lets NaN through: x86's max returns its second operand when one is NaN.
    hn::Store(kRelu ? hn::IfThenElse(hn::Lt(a, zero), zero, a) : Tanh(d, a), d, h + u);
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_STREAM_CELLS_INL_H_
