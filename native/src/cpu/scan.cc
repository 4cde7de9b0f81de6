// Elementwise recurrences. All but IndRNN are linear in the state:
//
//   h = a h' + b                 minGRU: a = 1 - s(z), b = s(z) n     minLSTM: a = 1 - i', b = i' n
//   dh' = a (dy + dh)            with i' = s(i) / (s(f) + s(i))
//
// Time is the outer loop and the units of a block the inner one, so that the latency of one unit's
// chain hides behind the others. Backward computes the gates again from the pre-activations: they
// have to be read anyway, and keeping them would write and read 2 to 3 more numbers for each unit
// and step. A linear run also gives, where asked, the product of its factors and its result from
// zero, which is all that the steps behind it need to know (Blelloch 1990).
//
// minLSTM's quotient: with p = exp(-i), q = exp(-f): i' = (1 + q) / (2 + p + q), one division.
// Where both gates lie below -60 they are moved up together, which leaves the quotient as it is,
// and one below -85 counts as that, where its sigmoid no longer counts in the sum: p and q don't
// overflow.
//
// Loop bodies are forced inline: GCC leaves the larger ones as functions, where every load asks
// whether its vector is a whole one. That made minGRU's backward pass over 2,000 steps of 128 units
// take 1.9 times as long.
#include "cpu/scan.h"

#include "cpu/compiler.h"
#include "cpu/kernels.h"
#include "cpu/math-inl.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

// The pre-activations of one step and block.
struct Step {
  const float* gates;
  int64_t hidden;
  HWY_INLINE FloatVec Gate(int64_t gate, int64_t unit, size_t lanes) const {
    return Load(gates + gate * hidden + unit, lanes);
  }
};

// Each cell: what it computes from a step's pre-activations, h = a h' + b, and the gradients of
// these from dh, the gradient of h.
struct LinearCell {
  FloatVec a, b;
  HWY_INLINE LinearCell(const Step& step, int64_t unit, size_t lanes)
      : a(step.Gate(0, unit, lanes)), b(step.Gate(1, unit, lanes)) {}
  HWY_INLINE FloatVec Factor() const { return a; }
  HWY_INLINE FloatVec Next(FloatVec h) const { return hn::MulAdd(a, h, b); }
  HWY_INLINE void Gradients(FloatVec before, FloatVec dh, FloatVec* d) const {
    d[0] = hn::Mul(dh, before);
    d[1] = dh;
  }
  static constexpr int kGates = 2;
};

struct MinGruCell {
  FloatVec z, n, a;
  HWY_INLINE MinGruCell(const Step& step, int64_t unit, size_t lanes)
      : z(Sigmoid(kTag, step.Gate(0, unit, lanes))),
        n(step.Gate(1, unit, lanes)),
        a(hn::Sub(Constant(1.0f), z)) {}
  HWY_INLINE FloatVec Factor() const { return a; }
  HWY_INLINE FloatVec Next(FloatVec h) const { return hn::MulAdd(a, h, hn::Mul(z, n)); }
  HWY_INLINE void Gradients(FloatVec before, FloatVec dh, FloatVec* d) const {
    d[1] = hn::Mul(z, dh);
    d[0] = hn::Mul(hn::Mul(d[1], a), hn::Sub(n, before));
  }
  static constexpr int kGates = 2;
};

struct MinLstmCell {
  FloatVec n, f, i, p, q;  // f and i: normalised, their sum is 1; p and q: over 2 + p + q
  HWY_INLINE MinLstmCell(const Step& step, int64_t unit, size_t lanes)
      : n(step.Gate(2, unit, lanes)) {
    const FloatVec forget = step.Gate(0, unit, lanes), input = step.Gate(1, unit, lanes);
    const FloatVec one = Constant(1.0f);
    const FloatVec shift = AtMost(kTag, hn::Add(hn::Max(forget, input), Constant(60.0f)), 0.0f);
    q = ExpFlushed(kTag, AtMost(kTag, hn::Sub(shift, forget), 85.0f));
    p = ExpFlushed(kTag, AtMost(kTag, hn::Sub(shift, input), 85.0f));
    const FloatVec up = hn::Add(one, p), uq = hn::Add(one, q);
    const FloatVec scale = hn::Div(one, hn::Add(up, uq));
    f = hn::Mul(up, scale);
    i = hn::Mul(uq, scale);
    p = hn::Mul(p, scale);
    q = hn::Mul(q, scale);
  }
  HWY_INLINE FloatVec Factor() const { return f; }
  HWY_INLINE FloatVec Next(FloatVec h) const { return hn::MulAdd(f, h, hn::Mul(i, n)); }
  // 1 - s(f) = q / (1 + q), so that f' i' (1 - s(f)) = f' q; the same with i and p.
  HWY_INLINE void Gradients(FloatVec before, FloatVec dh, FloatVec* d) const {
    const FloatVec change = hn::Mul(dh, hn::Sub(before, n));
    d[0] = hn::Mul(hn::Mul(change, f), q);
    d[1] = hn::Neg(hn::Mul(hn::Mul(change, i), p));
    d[2] = hn::Mul(i, dh);
  }
  static constexpr int kGates = 3;
};

template <class Cell, bool kState, bool kSummary>
void LinearForward(const ScanRun& run) {
  if constexpr (kSummary) {
    for (int64_t unit = 0; unit < run.units; ++unit) run.factor[unit] = 1, run.local[unit] = 0;
  }
  for (int64_t k = 0; k < run.count; ++k) {
    const Step step{run.gates + k * run.gates_stride, run.hidden};
    float* y = run.y + k * run.y_stride;
    ForVectors(run.units, [&](int64_t unit, size_t lanes) NRNN_INLINE_LAMBDA {
      const Cell cell(step, unit, lanes);
      if constexpr (kState) {
        const FloatVec h = cell.Next(Load(run.h + unit, lanes));
        Store(h, run.h + unit, lanes);
        Store(h, y + unit, lanes);
      }
      if constexpr (kSummary) {
        Store(hn::Mul(cell.Factor(), Load(run.factor + unit, lanes)), run.factor + unit, lanes);
        Store(cell.Next(Load(run.local + unit, lanes)), run.local + unit, lanes);
      }
    });
  }
}

template <class Cell, bool kState, bool kSummary>
void LinearBackward(const ScanBackwardRun& run) {
  if constexpr (kSummary) {
    for (int64_t unit = 0; unit < run.units; ++unit) run.factor[unit] = 1, run.local[unit] = 0;
  }
  for (int64_t k = run.count - 1; k >= 0; --k) {
    const Step step{run.gates + k * run.gates_stride, run.hidden};
    const float* before = k == 0 ? run.before : run.y + (k - 1) * run.y_stride;
    const float* dy = run.dy ? run.dy + k * run.y_stride : nullptr;
    float* dgates = run.dgates + k * run.gates_stride;
    ForVectors(run.units, [&](int64_t unit, size_t lanes) NRNN_INLINE_LAMBDA {
      const Cell cell(step, unit, lanes);
      const FloatVec given = dy ? Load(dy + unit, lanes) : hn::Zero(kTag);
      if constexpr (kState) {
        const FloatVec dh = hn::Add(given, Load(run.dh + unit, lanes));
        FloatVec d[Cell::kGates];
        cell.Gradients(Load(before + unit, lanes), dh, d);
        for (int gate = 0; gate < Cell::kGates; ++gate) {
          Store(d[gate], dgates + gate * run.hidden + unit, lanes);
        }
        Store(hn::Mul(cell.Factor(), dh), run.dh + unit, lanes);
      }
      if constexpr (kSummary) {
        Store(hn::Mul(cell.Factor(), Load(run.factor + unit, lanes)), run.factor + unit, lanes);
        const FloatVec local = hn::Add(given, Load(run.local + unit, lanes));
        Store(hn::Mul(cell.Factor(), local), run.local + unit, lanes);
      }
    });
  }
}

// max(x, 0), NaN for NaN.
HWY_INLINE FloatVec Relu(FloatVec x) { return AtLeast(kTag, x, 0.0f); }

template <bool kTanh>
void IndRnnForward(const ScanRun& run) {
  for (int64_t k = 0; k < run.count; ++k) {
    const Step step{run.gates + k * run.gates_stride, run.hidden};
    float* y = run.y + k * run.y_stride;
    ForVectors(run.units, [&](int64_t unit, size_t lanes) NRNN_INLINE_LAMBDA {
      const FloatVec sum = hn::MulAdd(Load(run.u + unit, lanes), Load(run.h + unit, lanes),
                                      step.Gate(0, unit, lanes));
      FloatVec h;
      if constexpr (kTanh) {
        h = Tanh(kTag, sum);
      } else {
        h = Relu(sum);
      }
      Store(h, run.h + unit, lanes);
      Store(h, y + unit, lanes);
    });
  }
}

template <bool kTanh>
void IndRnnBackward(const ScanBackwardRun& run) {
  for (int64_t k = run.count - 1; k >= 0; --k) {
    const float* before = k == 0 ? run.before : run.y + (k - 1) * run.y_stride;
    const float* y = run.y + k * run.y_stride;
    const float* dy = run.dy ? run.dy + k * run.y_stride : nullptr;
    float* dgates = run.dgates + k * run.gates_stride;
    ForVectors(run.units, [&](int64_t unit, size_t lanes) NRNN_INLINE_LAMBDA {
      const FloatVec h = Load(y + unit, lanes);
      FloatVec da = Load(run.dh + unit, lanes);
      if (dy) da = hn::Add(da, Load(dy + unit, lanes));
      if constexpr (kTanh) {
        da = hn::Mul(da, hn::NegMulAdd(h, h, Constant(1.0f)));
      } else {
        da = hn::IfThenZeroElse(hn::Le(h, hn::Zero(kTag)), da);  // NaN in h leaves da
      }
      const FloatVec dh = hn::Mul(da, Load(run.u + unit, lanes));
      Store(da, dgates + unit, lanes);
      Store(hn::MulAdd(da, Load(before + unit, lanes), Load(run.du + unit, lanes)), run.du + unit,
            lanes);
      Store(dh, run.dh + unit, lanes);
    });
  }
}

template <class Cell>
void LinearForwardOf(const ScanRun& run) {
  if (!run.h) {
    LinearForward<Cell, false, true>(run);
  } else if (run.factor) {
    LinearForward<Cell, true, true>(run);
  } else {
    LinearForward<Cell, true, false>(run);
  }
}

template <class Cell>
void LinearBackwardOf(const ScanBackwardRun& run) {
  if (!run.dh) {
    LinearBackward<Cell, false, true>(run);
  } else if (run.factor) {
    LinearBackward<Cell, true, true>(run);
  } else {
    LinearBackward<Cell, true, false>(run);
  }
}

void Forward(nrnn_scan_kind kind, const ScanRun& run) {
  switch (kind) {
    case NRNN_SCAN_LINEAR:
      return LinearForwardOf<LinearCell>(run);
    case NRNN_SCAN_MIN_GRU:
      return LinearForwardOf<MinGruCell>(run);
    case NRNN_SCAN_MIN_LSTM:
      return LinearForwardOf<MinLstmCell>(run);
    case NRNN_SCAN_IND_RNN_TANH:
      return IndRnnForward<true>(run);
    case NRNN_SCAN_IND_RNN_RELU:
      return IndRnnForward<false>(run);
  }
}

void Backward(nrnn_scan_kind kind, const ScanBackwardRun& run) {
  switch (kind) {
    case NRNN_SCAN_LINEAR:
      return LinearBackwardOf<LinearCell>(run);
    case NRNN_SCAN_MIN_GRU:
      return LinearBackwardOf<MinGruCell>(run);
    case NRNN_SCAN_MIN_LSTM:
      return LinearBackwardOf<MinLstmCell>(run);
    case NRNN_SCAN_IND_RNN_TANH:
      return IndRnnBackward<true>(run);
    case NRNN_SCAN_IND_RNN_RELU:
      return IndRnnBackward<false>(run);
  }
}

void Carry(const float* factor, const float* local, int64_t units, float* h) {
  ForVectors(units, [&](int64_t unit, size_t lanes) NRNN_INLINE_LAMBDA {
    Store(hn::MulAdd(Load(factor + unit, lanes), Load(h + unit, lanes), Load(local + unit, lanes)),
          h + unit, lanes);
  });
}

constexpr ScanKernels kKernels = {&Forward, &Backward, &Carry};

}  // namespace

const ScanKernels& GetScanKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
