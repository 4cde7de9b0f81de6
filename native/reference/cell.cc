#include "reference/cell.h"

#include <cmath>

namespace nrnn::reference {
namespace {

template <class Real>
Real Sigmoid(Real a) {
  return Real(1) / (Real(1) + std::exp(-a));
}

// rows of weight x (+ bias, if any), rows from first on.
template <class Real>
Array<Real> Project(const Real* weight, const Real* bias, int64_t first, int64_t rows,
                    const Array<Real>& x) {
  const auto columns = static_cast<int64_t>(x.size());
  Array<Real> a(rows);
  for (int64_t j = 0; j < rows; ++j) {
    const Real* row = weight + (first + j) * columns;
    Real sum = 0;
    for (int64_t k = 0; k < columns; ++k) sum += row[k] * x[k];
    a[j] = bias == nullptr ? sum : sum + bias[first + j];
  }
  return a;
}

// The gradients of Project: dx += weight^T da, dweight += da x^T, dbias += da.
template <class Real>
void ProjectBackward(const Real* weight, int64_t first, const Array<Real>& da, const Array<Real>& x,
                     Array<Real>& dx, Real* dweight, Real* dbias) {
  const auto columns = static_cast<int64_t>(x.size());
  for (size_t j = 0; j < da.size(); ++j) {
    const int64_t at = (first + static_cast<int64_t>(j)) * columns;
    for (int64_t k = 0; k < columns; ++k) {
      dx[k] += weight[at + k] * da[j];
      dweight[at + k] += da[j] * x[k];
    }
    if (dbias != nullptr) dbias[first + j] += da[j];
  }
}

template <class Real>
Array<Real> Product(const Real* a, const Array<Real>& b) {
  Array<Real> y(b.size());
  for (size_t j = 0; j < b.size(); ++j) y[j] = a[j] * b[j];
  return y;
}

template <class Real>
void LstmForward(const Array<Real>& ax, const Array<Real>& ah, CellStep<Real>& step) {
  const auto hidden = static_cast<int64_t>(step.h_before.size());
  for (int64_t j = 0; j < hidden; ++j) {
    const int64_t at_i = j, at_f = hidden + j, at_g = 2 * hidden + j, at_o = 3 * hidden + j;
    const Real i = Sigmoid(ax[at_i] + ah[at_i]);
    const Real f = Sigmoid(ax[at_f] + ah[at_f]);
    const Real g = std::tanh(ax[at_g] + ah[at_g]);
    const Real o = Sigmoid(ax[at_o] + ah[at_o]);
    step.gates[at_i] = i;
    step.gates[at_f] = f;
    step.gates[at_g] = g;
    step.gates[at_o] = o;
    step.c[j] = f * step.c_before[j] + i * g;
    step.h[j] = o * std::tanh(step.c[j]);
  }
}

// da: of all gates' pre-activations.
template <class Real>
void LstmBackward(const CellStep<Real>& step, const Array<Real>& dh, const Array<Real>& dc,
                  Array<Real>& da, StepGradients<Real>& gradients) {
  const auto hidden = static_cast<int64_t>(step.h.size());
  for (int64_t j = 0; j < hidden; ++j) {
    const Real i = step.gates[j], f = step.gates[hidden + j];
    const Real g = step.gates[2 * hidden + j], o = step.gates[3 * hidden + j];
    const Real tanh_c = std::tanh(step.c[j]);
    const Real dc_all = dc[j] + dh[j] * o * (1 - tanh_c * tanh_c);
    da[j] = dc_all * g * i * (1 - i);
    da[hidden + j] = dc_all * step.c_before[j] * f * (1 - f);
    da[2 * hidden + j] = dc_all * i * (1 - g * g);
    da[3 * hidden + j] = dh[j] * tanh_c * o * (1 - o);
    gradients.dc_before[j] = dc_all * f;
  }
}

template <class Real>
void GruForward(Cell cell, const CellParams<const Real>& params, const Array<Real>& ax,
                CellStep<Real>& step) {
  const auto hidden = static_cast<int64_t>(step.h_before.size());
  const auto ah = Project(params.weight_hh, params.bias_hh, 0, 2 * hidden, step.h_before);
  for (int64_t j = 0; j < 2 * hidden; ++j) step.gates[j] = Sigmoid(ax[j] + ah[j]);
  const Real* r = step.gates.data();
  const Real* z = r + hidden;
  const auto& h_in = cell == Cell::kGru ? step.h_before : Product(r, step.h_before);
  const auto m = Project(params.weight_hh, params.bias_hh, 2 * hidden, hidden, h_in);
  if (cell == Cell::kGru) step.n_hidden = m;
  const auto gated = cell == Cell::kGru ? Product(r, m) : m;
  for (int64_t j = 0; j < hidden; ++j) {
    const Real n = std::tanh(ax[2 * hidden + j] + gated[j]);
    step.gates[2 * hidden + j] = n;
    step.h[j] = (1 - z[j]) * n + z[j] * step.h_before[j];
  }
}

// da: of the pre-activations as the input's projection sees them. Does the hidden projections'
// gradients itself, since n's hidden part differs from its input part (reset after) or takes r h'
// (reset before).
template <class Real>
void GruBackward(Cell cell, const CellParams<const Real>& params, const CellStep<Real>& step,
                 const Array<Real>& dh, Array<Real>& da, StepGradients<Real>& gradients,
                 const CellParams<Real>& dparams) {
  const auto hidden = static_cast<int64_t>(step.h.size());
  const Real* r = step.gates.data();
  const Real* z = r + hidden;
  const Real* n = z + hidden;
  Array<Real> da_n(hidden), dr(hidden);
  for (int64_t j = 0; j < hidden; ++j) {
    da_n[j] = dh[j] * (1 - z[j]) * (1 - n[j] * n[j]);
    da[2 * hidden + j] = da_n[j];
    da[hidden + j] = dh[j] * (step.h_before[j] - n[j]) * z[j] * (1 - z[j]);
    gradients.dh_before[j] += dh[j] * z[j];
  }
  if (cell == Cell::kGru) {
    const auto dm = Product(r, da_n);
    dr = Product(step.n_hidden.data(), da_n);
    ProjectBackward(params.weight_hh, 2 * hidden, dm, step.h_before, gradients.dh_before,
                    dparams.weight_hh, dparams.bias_hh);
  } else {
    Array<Real> drh(hidden);
    ProjectBackward(params.weight_hh, 2 * hidden, da_n, Product(r, step.h_before), drh,
                    dparams.weight_hh, dparams.bias_hh);
    dr = Product(step.h_before.data(), drh);
    for (int64_t j = 0; j < hidden; ++j) gradients.dh_before[j] += r[j] * drh[j];
  }
  for (int64_t j = 0; j < hidden; ++j) da[j] = dr[j] * r[j] * (1 - r[j]);
  const Array<Real> da_rz(da.begin(), da.begin() + 2 * hidden);
  ProjectBackward(params.weight_hh, 0, da_rz, step.h_before, gradients.dh_before, dparams.weight_hh,
                  dparams.bias_hh);
}

template <class Real>
void RnnStepForward(Cell cell, const Array<Real>& ax, const Array<Real>& ah, CellStep<Real>& step) {
  for (size_t j = 0; j < step.h.size(); ++j) {
    const Real a = ax[j] + ah[j];
    step.h[j] = cell == Cell::kRnnTanh ? std::tanh(a) : a < 0 ? Real(0) : a;  // NaN stays NaN
  }
  step.gates = step.h;
}

template <class Real>
void RnnStepBackward(Cell cell, const CellStep<Real>& step, const Array<Real>& dh,
                     Array<Real>& da) {
  for (size_t j = 0; j < dh.size(); ++j) {
    const Real h = step.h[j];
    da[j] = dh[j] * (cell == Cell::kRnnTanh ? 1 - h * h : Real(h > 0));
  }
}

}  // namespace

template <class Real>
CellStep<Real> StepForward(Cell cell, const CellParams<const Real>& params, const Array<Real>& x,
                           const Array<Real>& h_before, const Array<Real>& c_before) {
  const auto hidden = static_cast<int64_t>(h_before.size());
  const int64_t rows = GateCount(cell) * hidden;
  CellStep<Real> step{x, h_before, c_before, Array<Real>(rows), {}, Array<Real>(hidden), {}};
  const auto ax = Project(params.weight_ih, params.bias_ih, 0, rows, x);
  if (cell == Cell::kGru || cell == Cell::kGruResetBefore) {
    GruForward(cell, params, ax, step);
    return step;
  }
  const auto ah = Project(params.weight_hh, params.bias_hh, 0, rows, h_before);
  if (cell == Cell::kLstm) {
    step.c.resize(hidden);
    LstmForward(ax, ah, step);
  } else {
    RnnStepForward(cell, ax, ah, step);
  }
  return step;
}

template <class Real>
StepGradients<Real> StepBackward(Cell cell, const CellParams<const Real>& params,
                                 const CellStep<Real>& step, const Array<Real>& dh,
                                 const Array<Real>& dc, const CellParams<Real>& dparams) {
  StepGradients<Real> gradients{Array<Real>(step.x.size()), Array<Real>(step.h.size()),
                                Array<Real>(step.c.size())};
  Array<Real> da(step.gates.size());
  if (cell == Cell::kGru || cell == Cell::kGruResetBefore) {
    GruBackward(cell, params, step, dh, da, gradients, dparams);
  } else {
    if (cell == Cell::kLstm) {
      LstmBackward(step, dh, dc, da, gradients);
    } else {
      RnnStepBackward(cell, step, dh, da);
    }
    ProjectBackward(params.weight_hh, 0, da, step.h_before, gradients.dh_before, dparams.weight_hh,
                    dparams.bias_hh);
  }
  ProjectBackward(params.weight_ih, 0, da, step.x, gradients.dx, dparams.weight_ih,
                  dparams.bias_ih);
  return gradients;
}

#define NRNN_INSTANTIATE(Real)                                                                 \
  template CellStep<Real> StepForward(Cell, const CellParams<const Real>&, const Array<Real>&, \
                                      const Array<Real>&, const Array<Real>&);                 \
  template StepGradients<Real> StepBackward(Cell, const CellParams<const Real>&,               \
                                            const CellStep<Real>&, const Array<Real>&,         \
                                            const Array<Real>&, const CellParams<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
