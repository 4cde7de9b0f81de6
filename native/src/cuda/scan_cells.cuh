// The cells of elementwise recurrences: what a step computes from its pre-activations, and backward
// the gradients of these. s: sigmoid.
//
//   LINEAR     a b     h = a h' + b
//   MIN_GRU    z n     h = a h' + b,  a = 1 - s(z),  b = s(z) n
//   MIN_LSTM   f i n   h = a h' + b,  a = 1 - i',  b = i' n,  i' = s(i) / (s(f) + s(i))
//   IND_RNN    a       h = tanh or relu (a + u h')
//
// Bounded: linear cells whose factor a is between 0 and 1, so that products of factors can't
// overflow.
#ifndef NATIVERNN_CUDA_SCAN_CELLS_CUH_
#define NATIVERNN_CUDA_SCAN_CELLS_CUH_

#include "cuda/math.cuh"

namespace nrnn::cuda {

// What a cell's backward step takes: the states before and behind it and the gradient of the
// latter.
struct ScanStep {
  float before, h, dh;
};

// Each cell: Next gives h from h'. Back sets d, the gradients of the pre-activations, adds to du
// where there is a u, and returns the gradient of h'.
struct LinearCell {
  static constexpr int kGates = 2;
  static constexpr bool kBounded = false;
  float a, b;
  NRNN_DEVICE LinearCell(const float* gates, float) : a(gates[0]), b(gates[1]) {}
  NRNN_DEVICE float Factor() const { return a; }
  NRNN_DEVICE float Next(float h) const { return fmaf(a, h, b); }
  NRNN_DEVICE float Back(const ScanStep& step, float* d, float*) const {
    d[0] = step.dh * step.before;
    d[1] = step.dh;
    return a * step.dh;
  }
};

struct MinGruCell {
  static constexpr int kGates = 2;
  static constexpr bool kBounded = true;
  float z, n, a;
  NRNN_DEVICE MinGruCell(const float* gates, float)
      : z(Sigmoid(gates[0])), n(gates[1]), a(Add(1.0f, -z)) {}
  NRNN_DEVICE float Factor() const { return a; }
  NRNN_DEVICE float Next(float h) const { return fmaf(a, h, Multiply(z, n)); }
  NRNN_DEVICE float Back(const ScanStep& step, float* d, float*) const {
    d[1] = Multiply(z, step.dh);
    d[0] = d[1] * a * (n - step.before);
    return Multiply(a, step.dh);
  }
};

// With p = exp(-i), q = exp(-f): i' = (1 + q) / (2 + p + q), one division. Where both gates lie
// below -60 they are moved up together, which leaves the quotient as it is, and one below -85
// counts as that, where its sigmoid no longer counts in the sum: p and q don't overflow.
struct MinLstmCell {
  static constexpr int kGates = 3;
  static constexpr bool kBounded = true;
  float n, f, i, p, q;  // f and i: normalised, their sum is 1; p and q: over 2 + p + q
  NRNN_DEVICE MinLstmCell(const float* gates, float) : n(gates[2]) {
    const float larger = gates[0] > gates[1] ? gates[0] : gates[1];
    const float shift = AtMost(Add(larger, 60.0f), 0.0f);
    q = ExpFlushed(AtMost(Add(shift, -gates[0]), 85.0f));
    p = ExpFlushed(AtMost(Add(shift, -gates[1]), 85.0f));
    const float up = Add(1.0f, p), uq = Add(1.0f, q);
    const float scale = 1.0f / Add(up, uq);
    f = Multiply(up, scale);
    i = Multiply(uq, scale);
    p *= scale;
    q *= scale;
  }
  NRNN_DEVICE float Factor() const { return f; }
  NRNN_DEVICE float Next(float h) const { return fmaf(f, h, Multiply(i, n)); }
  // 1 - s(f) = q / (1 + q), so that f' i' (1 - s(f)) = f' q; the same with i and p.
  NRNN_DEVICE float Back(const ScanStep& step, float* d, float*) const {
    const float change = step.dh * (step.before - n);
    d[0] = change * f * q;
    d[1] = -(change * i * p);
    d[2] = i * step.dh;
    return Multiply(f, step.dh);
  }
};

template <bool kTanh>
struct IndRnnCell {
  static constexpr int kGates = 1;
  static constexpr bool kBounded = false;
  float a, u;
  NRNN_DEVICE IndRnnCell(const float* gates, float weight) : a(gates[0]), u(weight) {}
  NRNN_DEVICE float Factor() const { return u; }
  NRNN_DEVICE float Next(float h) const {
    const float sum = fmaf(u, h, a);
    return kTanh ? Tanh(sum) : AtLeast(sum, 0.0f);
  }
  NRNN_DEVICE float Back(const ScanStep& step, float* d, float* du) const {
    if constexpr (kTanh) {
      d[0] = step.dh * fmaf(-step.h, step.h, 1.0f);
    } else {
      d[0] = step.h <= 0.0f ? 0.0f : step.dh;  // NaN in h leaves dh
    }
    *du = fmaf(d[0], step.before, *du);
    return d[0] * u;
  }
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_SCAN_CELLS_CUH_
