#include "reference/scan.h"

#include <algorithm>
#include <cmath>

namespace nrnn::reference {
namespace {

template <class Real>
Real Sigmoid(Real x) {
  return 1 / (1 + std::exp(-x));
}

// One row, direction and unit.
struct Lane {
  int64_t steps;         // that are valid
  int64_t time, stride;  // the step that comes first, and from one to the next
  int64_t row, direction, unit;
};

int64_t RowAt(const ScanShape& shape, const Lane& lane, int64_t k) {
  const int64_t t = lane.time + k * lane.stride;
  return shape.batch_first ? lane.row * shape.steps + t : t * shape.batch + lane.row;
}

int64_t GateAt(const ScanShape& shape, const Lane& lane, int64_t k, int64_t gate) {
  const int64_t gates = shape.Gates(), row = RowAt(shape, lane, k);
  return ((row * shape.directions + lane.direction) * gates + gate) * shape.hidden + lane.unit;
}

int64_t OutputAt(const ScanShape& shape, const Lane& lane, int64_t k) {
  return (RowAt(shape, lane, k) * shape.directions + lane.direction) * shape.hidden + lane.unit;
}

int64_t StateAt(const ScanShape& shape, const Lane& lane) {
  return (lane.direction * shape.batch + lane.row) * shape.hidden + lane.unit;
}

template <class Body>
void ForLanes(const ScanShape& shape, const Array<int32_t>& lengths, const Body& body) {
  for (int64_t d = 0; d < shape.directions; ++d) {
    for (int64_t b = 0; b < shape.batch; ++b) {
      const int64_t steps = lengths.empty() ? shape.steps : lengths[static_cast<size_t>(b)];
      for (int64_t unit = 0; unit < shape.hidden; ++unit) {
        body(Lane{steps, d == 0 ? 0 : steps - 1, d == 0 ? 1 : -1, b, d, unit});
      }
    }
  }
}

// What a step computes from its pre-activations a[0 .. G-1] and the state before, and the
// gradients of all of these.
template <class Real>
Real Next(nrnn_scan_kind kind, const Real* a, Real u, Real before) {
  switch (kind) {
    case NRNN_SCAN_LINEAR:
      return a[0] * before + a[1];
    case NRNN_SCAN_MIN_GRU: {
      const Real z = Sigmoid(a[0]);
      return (1 - z) * before + z * a[1];
    }
    case NRNN_SCAN_MIN_LSTM: {
      const Real f = Sigmoid(a[0]), i = Sigmoid(a[1]);
      return (f * before + i * a[2]) / (f + i);
    }
    case NRNN_SCAN_IND_RNN_TANH:
      return std::tanh(a[0] + u * before);
    default:
      return std::max<Real>(a[0] + u * before, 0);
  }
}

template <class Real>
struct StepGradients {
  Real da[3];
  Real du;
  Real dbefore;
};

template <class Real>
StepGradients<Real> Gradients(nrnn_scan_kind kind, const Real* a, Real u, Real before, Real dh) {
  switch (kind) {
    case NRNN_SCAN_LINEAR:
      return {{dh * before, dh, 0}, 0, dh * a[0]};
    case NRNN_SCAN_MIN_GRU: {
      const Real z = Sigmoid(a[0]);
      return {{dh * (a[1] - before) * z * (1 - z), dh * z, 0}, 0, dh * (1 - z)};
    }
    case NRNN_SCAN_MIN_LSTM: {
      const Real f = Sigmoid(a[0]), i = Sigmoid(a[1]), sum = f + i;
      const Real df = dh * i * (before - a[2]) / (sum * sum);
      const Real di = dh * f * (a[2] - before) / (sum * sum);
      return {{df * f * (1 - f), di * i * (1 - i), dh * i / sum}, 0, dh * f / sum};
    }
    default: {
      const Real h = Next(kind, a, u, before);
      const Real slope = kind == NRNN_SCAN_IND_RNN_TANH ? 1 - h * h : h > 0 ? 1 : 0;
      const Real da = dh * slope;
      return {{da, 0, 0}, da * before, da * u};
    }
  }
}

template <class Real>
void Load(const ScanShape& shape, const ScanInputs<Real>& inputs, const Lane& lane, int64_t k,
          Real* a) {
  for (int64_t gate = 0; gate < shape.Gates(); ++gate) {
    a[gate] = inputs.gates[static_cast<size_t>(GateAt(shape, lane, k, gate))];
  }
}

template <class Real>
Real Recurrent(const ScanShape& shape, const ScanInputs<Real>& inputs, const Lane& lane) {
  const int64_t at = lane.direction * shape.hidden + lane.unit;
  return inputs.u.empty() ? Real(0) : inputs.u[static_cast<size_t>(at)];
}

template <class Real>
Real Start(const Array<Real>& states, const ScanShape& shape, const Lane& lane) {
  return states.empty() ? Real(0) : states[static_cast<size_t>(StateAt(shape, lane))];
}

}  // namespace

template <class Real>
ScanOutputs<Real> ScanForward(const ScanShape& shape, const ScanInputs<Real>& inputs) {
  const auto states = static_cast<size_t>(shape.directions * shape.batch * shape.hidden);
  ScanOutputs<Real> outputs{Array<Real>(states * static_cast<size_t>(shape.steps)),
                            Array<Real>(states)};
  ForLanes(shape, inputs.lengths, [&](const Lane& lane) {
    Real h = Start(inputs.h0, shape, lane);
    for (int64_t k = 0; k < lane.steps; ++k) {
      Real a[3];
      Load(shape, inputs, lane, k, a);
      h = Next(shape.kind, a, Recurrent(shape, inputs, lane), h);
      outputs.y[static_cast<size_t>(OutputAt(shape, lane, k))] = h;
    }
    outputs.hn[static_cast<size_t>(StateAt(shape, lane))] = h;
  });
  return outputs;
}

template <class Real>
ScanGradients<Real> ScanBackward(const ScanShape& shape, const ScanInputs<Real>& inputs,
                                 const ScanOutputs<Real>& outputs) {
  const Array<Real> y = ScanForward(shape, inputs).y;
  ScanGradients<Real> gradients{Array<Real>(inputs.gates.size()), Array<Real>(inputs.u.size()),
                                Array<Real>(outputs.hn.size())};
  ForLanes(shape, inputs.lengths, [&](const Lane& lane) {
    Real dh = Start(outputs.hn, shape, lane);
    for (int64_t k = lane.steps - 1; k >= 0; --k) {
      Real a[3];
      Load(shape, inputs, lane, k, a);
      const Real before = k == 0 ? Start(inputs.h0, shape, lane)
                                 : y[static_cast<size_t>(OutputAt(shape, lane, k - 1))];
      dh += outputs.y[static_cast<size_t>(OutputAt(shape, lane, k))];
      const auto step = Gradients(shape.kind, a, Recurrent(shape, inputs, lane), before, dh);
      for (int64_t gate = 0; gate < shape.Gates(); ++gate) {
        gradients.dgates[static_cast<size_t>(GateAt(shape, lane, k, gate))] = step.da[gate];
      }
      if (shape.IsIndRnn()) {
        gradients.du[static_cast<size_t>(lane.direction * shape.hidden + lane.unit)] += step.du;
      }
      dh = step.dbefore;
    }
    gradients.dh0[static_cast<size_t>(StateAt(shape, lane))] = dh;
  });
  return gradients;
}

#define NRNN_INSTANTIATE(Real)                                                         \
  template ScanOutputs<Real> ScanForward(const ScanShape&, const ScanInputs<Real>&);   \
  template ScanGradients<Real> ScanBackward(const ScanShape&, const ScanInputs<Real>&, \
                                            const ScanOutputs<Real>&);
NRNN_INSTANTIATE(double)
NRNN_INSTANTIATE(float)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
