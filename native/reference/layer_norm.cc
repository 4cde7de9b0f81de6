#include "reference/layer_norm.h"

#include <cmath>

namespace nrnn::reference {
namespace {

template <class Real>
struct RowStatistics {
  Real mean, scale;
};

template <class Real>
RowStatistics<Real> StatisticsOf(const LayerNormShape& shape, const Real* x) {
  const Real columns = static_cast<Real>(shape.columns);
  Real mean = 0, variance = 0;
  for (int64_t c = 0; c < shape.columns; ++c) mean += x[c] / columns;
  for (int64_t c = 0; c < shape.columns; ++c) variance += (x[c] - mean) * (x[c] - mean) / columns;
  return {mean, 1 / std::sqrt(variance + static_cast<Real>(shape.epsilon))};
}

}  // namespace

template <class Real>
Array<Real> LayerNormForward(const LayerNormShape& shape, const Array<Real>& x,
                             const Array<Real>& weight, const Array<Real>& bias) {
  Array<Real> y(x.size());
  for (int64_t r = 0; r < shape.rows; ++r) {
    const int64_t first = r * shape.columns;
    const RowStatistics<Real> row = StatisticsOf(shape, x.data() + first);
    for (int64_t c = 0; c < shape.columns; ++c) {
      const Real normal = (x[first + c] - row.mean) * row.scale;
      y[first + c] = normal * (weight.empty() ? 1 : weight[c]) + (bias.empty() ? 0 : bias[c]);
    }
  }
  return y;
}

// y depends on x[c] directly, through the mean and through the variance.
template <class Real>
LayerNormGradients<Real> LayerNormBackward(const LayerNormShape& shape, const Array<Real>& x,
                                           const Array<Real>& weight, const Array<Real>& dy) {
  const Real columns = static_cast<Real>(shape.columns);
  LayerNormGradients<Real> gradients{Array<Real>(x.size()), Array<Real>(shape.columns),
                                     Array<Real>(shape.columns)};
  for (int64_t r = 0; r < shape.rows; ++r) {
    const int64_t first = r * shape.columns;
    const RowStatistics<Real> row = StatisticsOf(shape, x.data() + first);
    Real through_mean = 0, through_variance = 0;
    for (int64_t c = 0; c < shape.columns; ++c) {
      const Real normal = (x[first + c] - row.mean) * row.scale;
      const Real gain = weight.empty() ? 1 : weight[c];
      gradients.dweight[c] += dy[first + c] * normal;
      gradients.dbias[c] += dy[first + c];
      through_mean += dy[first + c] * gain / columns;
      through_variance += dy[first + c] * gain * normal / columns;
    }
    for (int64_t c = 0; c < shape.columns; ++c) {
      const Real normal = (x[first + c] - row.mean) * row.scale;
      const Real direct = dy[first + c] * (weight.empty() ? 1 : weight[c]);
      gradients.dx[first + c] = row.scale * (direct - through_mean - normal * through_variance);
    }
  }
  return gradients;
}

template Array<double> LayerNormForward(const LayerNormShape&, const Array<double>&,
                                        const Array<double>&, const Array<double>&);
template LayerNormGradients<double> LayerNormBackward(const LayerNormShape&, const Array<double>&,
                                                      const Array<double>&, const Array<double>&);

}  // namespace nrnn::reference
