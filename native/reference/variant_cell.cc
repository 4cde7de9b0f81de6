#include "reference/variant_cell.h"

#include "reference/activation.h"

namespace nrnn::reference {
namespace {

// Gates as indices into the four or three parts of [G H]; -1: the cell has none.
struct GateOrder {
  explicit GateOrder(const RnnShape& shape) {
    const int64_t first = shape.options.coupled ? 0 : 1;
    i = shape.options.coupled ? -1 : 0;
    f = first;
    g = first + 1;
    o = first + 2;
  }
  int64_t i, f, g, o;
};

// y[k] = sum_j weight[first + k][j] x[j]
template <class Real>
Array<Real> Product(const Real* weight, int64_t first, int64_t rows, const Array<Real>& x) {
  const auto columns = static_cast<int64_t>(x.size());
  Array<Real> y(rows);
  for (int64_t k = 0; k < rows; ++k)
    for (int64_t j = 0; j < columns; ++j) y[k] += weight[(first + k) * columns + j] * x[j];
  return y;
}

// The gradients of Product: dx += weight^T dy, dweight += dy x^T.
template <class Real>
void ProductBackward(const Real* weight, int64_t first, const Array<Real>& dy, const Array<Real>& x,
                     Array<Real>& dx, Real* dweight) {
  const auto columns = static_cast<int64_t>(x.size());
  for (size_t k = 0; k < dy.size(); ++k)
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t at = (first + static_cast<int64_t>(k)) * columns + j;
      dx[j] += weight[at] * dy[k];
      dweight[at] += dy[k] * x[j];
    }
}

// Each run of `units` numbers by itself.
template <class Real>
Normalized<Real> Normalize(const Array<Real>& v, int64_t units, Real epsilon) {
  Normalized<Real> norm{v, {}};
  for (size_t start = 0; start < v.size(); start += units) {
    Real mean = 0, variance = 0;
    for (int64_t k = 0; k < units; ++k) mean += v[start + k] / units;
    for (int64_t k = 0; k < units; ++k)
      variance += (v[start + k] - mean) * (v[start + k] - mean) / units;
    norm.scale.push_back(1 / std::sqrt(variance + epsilon));
    for (int64_t k = 0; k < units; ++k)
      norm.hat[start + k] = (v[start + k] - mean) * norm.scale.back();
  }
  return norm;
}

// dhat: of runs first .. of the hats; gives the gradient of what was normalised.
template <class Real>
Array<Real> NormalizeBackward(const Normalized<Real>& norm, int64_t first, int64_t units,
                              const Array<Real>& dhat) {
  Array<Real> dv(dhat.size());
  for (size_t start = 0; start < dhat.size(); start += units) {
    const Real* hat = norm.hat.data() + first * units + start;
    Real mean = 0, along = 0;
    for (int64_t k = 0; k < units; ++k) mean += dhat[start + k] / units;
    for (int64_t k = 0; k < units; ++k) along += dhat[start + k] * hat[k] / units;
    const Real scale = norm.scale[first + start / units];
    for (int64_t k = 0; k < units; ++k)
      dv[start + k] = scale * (dhat[start + k] - mean - hat[k] * along);
  }
  return dv;
}

// One product of a pre-activation, of gates first .. first + count - 1, with its normalisation and
// bias.
template <class Real>
struct Side {
  const RnnShape& shape;
  const VariantParams<Real>& params;
  int64_t weight, bias, gain;

  Array<Real> Forward(int64_t first, int64_t count, const Array<Real>& x,
                      Normalized<Real>& norm) const {
    const int64_t units = shape.hidden, at = first * units;
    auto a = Product(params.values + weight, at, count * units, x);
    if (gain >= 0) {
      const auto part = Normalize(a, units, Real(shape.options.norm_epsilon));
      norm.hat.insert(norm.hat.end(), part.hat.begin(), part.hat.end());
      norm.scale.insert(norm.scale.end(), part.scale.begin(), part.scale.end());
      for (size_t k = 0; k < a.size(); ++k) a[k] = part.hat[k] * params.values[gain + at + k];
    }
    for (size_t k = 0; bias >= 0 && k < a.size(); ++k) a[k] += params.values[bias + at + k];
    return a;
  }

  // da: of those gates.
  void Backward(int64_t first, Array<Real> da, const Array<Real>& x, const Normalized<Real>& norm,
                Array<Real>& dx, Array<Real>& dparams) const {
    const int64_t units = shape.hidden, at = first * units;
    for (size_t k = 0; bias >= 0 && k < da.size(); ++k) dparams[bias + at + k] += da[k];
    if (gain >= 0) {
      for (size_t k = 0; k < da.size(); ++k) {
        dparams[gain + at + k] += da[k] * norm.hat[at + k];
        da[k] *= params.values[gain + at + k];
      }
      da = NormalizeBackward(norm, first, units, da);
    }
    ProductBackward(params.values + weight, at, da, x, dx, dparams.data() + weight);
  }
};

template <class Real>
Side<Real> InputSide(const RnnShape& shape, const VariantParams<Real>& params) {
  return {shape, params, params.at.weight_ih, params.at.bias_ih, params.at.norm_ih};
}

template <class Real>
Side<Real> HiddenSide(const RnnShape& shape, const VariantParams<Real>& params) {
  return {shape, params, params.at.weight_hh, params.at.bias_hh, params.at.norm_hh};
}

// gates[k] = f(a[k]) of one gate.
template <class Real>
void Activate(const Activation& f, int64_t gate, int64_t units, VariantStep<Real>& step) {
  for (int64_t k = gate * units; k < (gate + 1) * units; ++k) step.gates[k] = Apply(f, step.a[k]);
}

template <class Real>
void LstmForward(const RnnShape& shape, const VariantParams<Real>& params,
                 VariantStep<Real>& step) {
  const RnnOptions& options = shape.options;
  const int64_t units = shape.hidden;
  const GateOrder at(shape);
  const Real* peephole = options.peephole ? params.values + params.at.peephole : nullptr;
  for (size_t k = 0; k < step.a.size(); ++k) step.a[k] += step.ah[k];
  // Peepholes lie as the gates do, without g.
  for (int64_t k = 0; peephole && k < at.g * units; ++k)
    step.a[k] += peephole[k] * step.c_before[k % units];
  for (int64_t gate = 0; gate < at.g; ++gate) Activate(options.gate, gate, units, step);
  Activate(options.candidate, at.g, units, step);
  step.c_new.resize(units);
  for (int64_t j = 0; j < units; ++j) {
    const Real f = step.gates[at.f * units + j], g = step.gates[at.g * units + j];
    const Real i = options.coupled ? 1 - f : step.gates[at.i * units + j];
    Real c = f * step.c_before[j] + i * g;
    const Real limit = options.cell_clip;
    if (limit > 0) c = std::max(-limit, std::min(limit, c));
    step.c_new[j] = c;
    if (peephole) step.a[at.o * units + j] += peephole[at.g * units + j] * c;
  }
  Activate(options.gate, at.o, units, step);
  step.c_normed = step.c_new;
  if (options.layer_norm) {
    step.norm_c = Normalize(step.c_new, units, Real(options.norm_epsilon));
    for (int64_t j = 0; j < units; ++j)
      step.c_normed[j] = step.norm_c.hat[j] * params.values[params.at.norm_cell + j] +
                         params.values[params.at.norm_cell_bias + j];
  }
  step.c_output.resize(units);
  for (int64_t j = 0; j < units; ++j) {
    step.c_output[j] = Apply(options.output, step.c_normed[j]);
    step.hidden[j] = step.gates[at.o * units + j] * step.c_output[j];
  }
}

// dhidden: of o tanh(c). dc: of c before its zoneout, 0 or more. Returns the gradient of a; adds to
// dc_before.
template <class Real>
Array<Real> LstmBackward(const RnnShape& shape, const VariantParams<Real>& params,
                         const VariantStep<Real>& step, const Array<Real>& dhidden, Array<Real> dc,
                         Array<Real>& dc_before, Array<Real>& dparams) {
  const RnnOptions& options = shape.options;
  const int64_t units = shape.hidden;
  const GateOrder at(shape);
  Array<Real> da(step.a.size()), dnormed(units);
  for (int64_t j = 0; j < units; ++j) {
    const int64_t o = at.o * units + j;
    dnormed[j] = dhidden[j] * step.gates[o] * Slope(options.output, step.c_normed[j]);
    da[o] = dhidden[j] * step.c_output[j] * Slope(options.gate, step.a[o]);
  }
  if (options.layer_norm) {
    for (int64_t j = 0; j < units; ++j) {
      dparams[params.at.norm_cell_bias + j] += dnormed[j];
      dparams[params.at.norm_cell + j] += dnormed[j] * step.norm_c.hat[j];
      dnormed[j] *= params.values[params.at.norm_cell + j];
    }
    dnormed = NormalizeBackward(step.norm_c, 0, units, dnormed);
  }
  const Real* peephole = options.peephole ? params.values + params.at.peephole : nullptr;
  for (int64_t j = 0; j < units; ++j) {
    const int64_t f = at.f * units + j, g = at.g * units + j, o = at.o * units + j;
    dc[j] += dnormed[j];
    if (peephole) dc[j] += da[o] * peephole[at.g * units + j];
    if (peephole) dparams[params.at.peephole + at.g * units + j] += da[o] * step.c_new[j];
    if (options.cell_clip > 0 && std::abs(step.c_new[j]) >= Real(options.cell_clip)) dc[j] = 0;
    const Real gate_i = options.coupled ? 1 - step.gates[f] : step.gates[at.i * units + j];
    const Real di = dc[j] * step.gates[g], df = dc[j] * step.c_before[j];
    da[g] = dc[j] * gate_i * Slope(options.candidate, step.a[g]);
    da[f] = (options.coupled ? df - di : df) * Slope(options.gate, step.a[f]);
    if (!options.coupled) da[j] = di * Slope(options.gate, step.a[j]);
    dc_before[j] += dc[j] * step.gates[f];
  }
  for (int64_t k = 0; peephole && k < at.g * units; ++k) {
    dparams[params.at.peephole + k] += da[k] * step.c_before[k % units];
    dc_before[k % units] += da[k] * peephole[k];
  }
  return da;
}

template <class Real>
void GruForward(const RnnShape& shape, const VariantParams<Real>& params, VariantStep<Real>& step) {
  const int64_t units = shape.hidden;
  const bool after = shape.cell == Cell::kGru;
  for (int64_t k = 0; k < 2 * units; ++k) step.a[k] += step.ah[k];
  for (const int64_t gate : {0, 1}) Activate(shape.options.gate, gate, units, step);
  auto h_in = step.h_dropped;
  for (int64_t j = 0; !after && j < units; ++j) h_in[j] *= step.gates[j];
  const auto q = HiddenSide(shape, params).Forward(2, 1, h_in, step.norm_h);
  step.ah.insert(step.ah.end(), q.begin(), q.end());
  for (int64_t j = 0; j < units; ++j) step.a[2 * units + j] += (after ? step.gates[j] : 1) * q[j];
  Activate(shape.options.candidate, 2, units, step);
  for (int64_t j = 0; j < units; ++j) {
    const Real z = step.gates[units + j], n = step.gates[2 * units + j];
    step.hidden[j] = (1 - z) * n + z * step.h_before[j];
  }
}

// Returns the gradient of a. Adds to that of h' and of what W_hh multiplied, h_dropped.
template <class Real>
Array<Real> GruBackward(const RnnShape& shape, const VariantParams<Real>& params,
                        const VariantStep<Real>& step, const Array<Real>& dhidden,
                        Array<Real>& dh_before, Array<Real>& dh_dropped, Array<Real>& dparams) {
  const int64_t units = shape.hidden;
  const bool after = shape.cell == Cell::kGru;
  const auto side = HiddenSide(shape, params);
  const Real* r = step.gates.data();
  Array<Real> da(3 * units), dq(units), dr(units);
  for (int64_t j = 0; j < units; ++j) {
    const Real z = step.gates[units + j], n = step.gates[2 * units + j];
    da[2 * units + j] =
        dhidden[j] * (1 - z) * Slope(shape.options.candidate, step.a[2 * units + j]);
    da[units + j] =
        dhidden[j] * (step.h_before[j] - n) * Slope(shape.options.gate, step.a[units + j]);
    dh_before[j] += dhidden[j] * z;
    dq[j] = da[2 * units + j] * (after ? r[j] : 1);
  }
  if (after) {
    side.Backward(2, dq, step.h_dropped, step.norm_h, dh_dropped, dparams);
    for (int64_t j = 0; j < units; ++j) dr[j] = da[2 * units + j] * step.ah[2 * units + j];
  } else {
    Array<Real> h_in(units), dh_in(units);
    for (int64_t j = 0; j < units; ++j) h_in[j] = r[j] * step.h_dropped[j];
    side.Backward(2, dq, h_in, step.norm_h, dh_in, dparams);
    for (int64_t j = 0; j < units; ++j) {
      dr[j] = dh_in[j] * step.h_dropped[j];
      dh_dropped[j] += dh_in[j] * r[j];
    }
  }
  for (int64_t j = 0; j < units; ++j) da[j] = dr[j] * Slope(shape.options.gate, step.a[j]);
  const Array<Real> da_rz(da.begin(), da.begin() + 2 * units);
  side.Backward(0, da_rz, step.h_dropped, step.norm_h, dh_dropped, dparams);
  return da;
}

// y = keep before + (1 - keep) fresh
template <class Real>
Array<Real> Mix(const Array<Real>& keep, const Array<Real>& before, const Array<Real>& fresh) {
  Array<Real> y = fresh;
  for (size_t k = 0; k < keep.size(); ++k) y[k] = keep[k] * before[k] + (1 - keep[k]) * fresh[k];
  return y;
}

// Splits dy into the parts of before and of fresh.
template <class Real>
void MixBackward(const Array<Real>& keep, Array<Real>& dbefore, Array<Real>& dy) {
  for (size_t k = 0; k < keep.size(); ++k) {
    dbefore[k] += keep[k] * dy[k];
    dy[k] *= 1 - keep[k];
  }
}

bool IsGru(const RnnShape& shape) { return GateCount(shape.cell) == 3; }

}  // namespace

template <class Real>
VariantStep<Real> VariantForward(const RnnShape& shape, const VariantParams<Real>& params,
                                 const Array<Real>& x, const Array<Real>& h_before,
                                 const Array<Real>& c_before, const StepMasks<Real>& masks) {
  VariantStep<Real> step{};
  step.x = x;
  step.h_before = step.h_dropped = h_before;
  step.c_before = c_before;
  step.masks = masks;
  for (size_t k = 0; k < masks.recurrent.size(); ++k) step.h_dropped[k] *= masks.recurrent[k];
  step.a = InputSide(shape, params).Forward(0, shape.Gates(), x, step.norm_x);
  step.ah = HiddenSide(shape, params)
                .Forward(0, IsGru(shape) ? 2 : shape.Gates(), step.h_dropped, step.norm_h);
  step.gates.resize(shape.GateRows());
  step.hidden.resize(shape.hidden);
  if (shape.cell == Cell::kLstm) {
    LstmForward(shape, params, step);
    step.c = Mix(masks.keep_c, c_before, step.c_new);
  } else if (IsGru(shape)) {
    GruForward(shape, params, step);
  } else {
    for (size_t k = 0; k < step.a.size(); ++k) step.a[k] += step.ah[k];
    Activate(shape.options.candidate, 0, shape.hidden, step);
    step.hidden = step.gates;
  }
  auto fresh = step.hidden;
  if (shape.options.projection > 0) {
    fresh = step.projected =
        Product(params.values + params.at.weight_hr, 0, shape.options.projection, step.hidden);
    const Real limit = shape.options.projection_clip;
    for (Real& value : fresh)
      if (limit > 0) value = std::max(-limit, std::min(limit, value));
  }
  step.h = Mix(masks.keep_h, h_before, fresh);
  return step;
}

template <class Real>
StepGradients<Real> VariantBackward(const RnnShape& shape, const VariantParams<Real>& params,
                                    const VariantStep<Real>& step, const Array<Real>& dh,
                                    const Array<Real>& dc, Array<Real>& dparams) {
  StepGradients<Real> gradients{Array<Real>(step.x.size()), Array<Real>(step.h.size()),
                                Array<Real>(step.c.size())};
  auto dhidden = dh;
  MixBackward(step.masks.keep_h, gradients.dh_before, dhidden);
  if (shape.options.projection > 0) {
    const Real limit = shape.options.projection_clip;
    for (size_t k = 0; limit > 0 && k < dhidden.size(); ++k)
      if (std::abs(step.projected[k]) >= limit) dhidden[k] = 0;
    const auto dprojected = dhidden;
    dhidden.assign(shape.hidden, 0);
    ProductBackward(params.values + params.at.weight_hr, 0, dprojected, step.hidden, dhidden,
                    dparams.data() + params.at.weight_hr);
  }
  Array<Real> da, dh_dropped(step.h.size());
  if (IsGru(shape)) {
    da = GruBackward(shape, params, step, dhidden, gradients.dh_before, dh_dropped, dparams);
  } else {
    if (shape.cell == Cell::kLstm) {
      auto dc_new = dc;
      MixBackward(step.masks.keep_c, gradients.dc_before, dc_new);
      da = LstmBackward(shape, params, step, dhidden, dc_new, gradients.dc_before, dparams);
    } else {
      da = dhidden;
      for (size_t k = 0; k < da.size(); ++k) da[k] *= Slope(shape.options.candidate, step.a[k]);
    }
    HiddenSide(shape, params).Backward(0, da, step.h_dropped, step.norm_h, dh_dropped, dparams);
  }
  InputSide(shape, params).Backward(0, da, step.x, step.norm_x, gradients.dx, dparams);
  for (size_t k = 0; k < dh_dropped.size(); ++k) {
    gradients.dh_before[k] +=
        step.masks.recurrent.empty() ? dh_dropped[k] : dh_dropped[k] * step.masks.recurrent[k];
  }
  return gradients;
}

#define NRNN_INSTANTIATE(Real)                                                               \
  template VariantStep<Real> VariantForward(const RnnShape&, const VariantParams<Real>&,     \
                                            const Array<Real>&, const Array<Real>&,          \
                                            const Array<Real>&, const StepMasks<Real>&);     \
  template StepGradients<Real> VariantBackward(const RnnShape&, const VariantParams<Real>&,  \
                                               const VariantStep<Real>&, const Array<Real>&, \
                                               const Array<Real>&, Array<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
