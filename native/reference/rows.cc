#include "reference/rows.h"

#include <cmath>

namespace nrnn::reference {
namespace {

template <class Real>
Real RowMaximum(const Real* x, int64_t columns) {
  Real maximum = x[0];
  for (int64_t c = 1; c < columns; ++c) {
    if (std::isnan(x[c]) || x[c] > maximum) maximum = x[c];  // NaN, once there, stays
  }
  return maximum;
}

// log of the sum of exp over a row.
template <class Real>
Real LogSumExp(const Real* x, int64_t columns) {
  const Real maximum = RowMaximum(x, columns);
  Real sum = 0;
  for (int64_t c = 0; c < columns; ++c) sum += std::exp(x[c] - maximum);
  return maximum + std::log(sum);
}

template <class Real>
Real TargetProbability(const CrossEntropyShape& shape, int32_t target, int64_t column) {
  const double uniform = shape.label_smoothing / static_cast<double>(shape.columns);
  return static_cast<Real>((column == target ? 1 - shape.label_smoothing : 0) + uniform);
}

}  // namespace

template <class Real>
Array<Real> SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const Array<Real>& x) {
  Array<Real> y(x.size());
  for (int64_t r = 0; r < rows; ++r) {
    const Real log_sum = LogSumExp(x.data() + r * columns, columns);
    for (int64_t at = r * columns; at < (r + 1) * columns; ++at) {
      y[at] = logarithm ? x[at] - log_sum : std::exp(x[at] - log_sum);
    }
  }
  return y;
}

template <class Real>
Array<Real> SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const Array<Real>& y,
                            const Array<Real>& dy) {
  Array<Real> dx(y.size());
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t first = r * columns, end = first + columns;
    Real sum = 0;
    for (int64_t at = first; at < end; ++at) sum += logarithm ? dy[at] : dy[at] * y[at];
    for (int64_t at = first; at < end; ++at) {
      dx[at] = logarithm ? dy[at] - std::exp(y[at]) * sum : y[at] * (dy[at] - sum);
    }
  }
  return dx;
}

template <class Real>
Array<Real> CrossEntropyForward(const CrossEntropyShape& shape, const Array<Real>& logits,
                                const Array<int32_t>& targets) {
  Array<Real> losses(shape.rows);
  for (int64_t r = 0; r < shape.rows; ++r) {
    if (targets[r] == shape.ignore_index) continue;
    const Real* row = logits.data() + r * shape.columns;
    const Real log_sum = LogSumExp(row, shape.columns);
    for (int64_t c = 0; c < shape.columns; ++c) {
      losses[r] += TargetProbability<Real>(shape, targets[r], c) * (log_sum - row[c]);
    }
  }
  return losses;
}

template <class Real>
Array<Real> CrossEntropyBackward(const CrossEntropyShape& shape, const Array<Real>& logits,
                                 const Array<int32_t>& targets, const Array<Real>& dlosses) {
  Array<Real> dlogits(logits.size());
  for (int64_t r = 0; r < shape.rows; ++r) {
    if (targets[r] == shape.ignore_index) continue;
    const Real* row = logits.data() + r * shape.columns;
    const Real log_sum = LogSumExp(row, shape.columns);
    for (int64_t c = 0; c < shape.columns; ++c) {
      const Real softmax = std::exp(row[c] - log_sum);
      dlogits[r * shape.columns + c] =
          dlosses[r] * (softmax - TargetProbability<Real>(shape, targets[r], c));
    }
  }
  return dlogits;
}

template <class Real>
Array<Real> MaxForward(const Axis& axis, const Array<Real>& x) {
  Array<Real> y;
  for (int64_t o = 0; o < axis.outer; ++o) {
    for (int64_t i = 0; i < axis.inner; ++i) {
      Array<Real> row;
      for (int64_t j = 0; j < axis.length; ++j) {
        row.push_back(x[(o * axis.length + j) * axis.inner + i]);
      }
      y.push_back(RowMaximum(row.data(), axis.length));
    }
  }
  return y;
}

template <class Real>
Array<Real> MaxBackward(const Axis& axis, const Array<Real>& x, const Array<Real>& y,
                        const Array<Real>& dy) {
  Array<Real> dx(x.size());
  for (int64_t o = 0; o < axis.outer; ++o) {
    for (int64_t i = 0; i < axis.inner; ++i) {
      const int64_t first = o * axis.length * axis.inner + i, to = o * axis.inner + i;
      int64_t equal = 0;
      for (int64_t j = 0; j < axis.length; ++j) equal += x[first + j * axis.inner] == y[to];
      for (int64_t j = 0; j < axis.length; ++j) {
        const int64_t at = first + j * axis.inner;
        if (x[at] == y[to]) dx[at] = dy[to] / static_cast<Real>(equal);
      }
    }
  }
  return dx;
}

template <class Real>
Array<Real> Gather(const Axis& axis, int64_t count, const Array<Real>& x,
                   const Array<int32_t>& indices) {
  Array<Real> y(axis.outer * count * axis.inner);
  for (int64_t o = 0; o < axis.outer; ++o) {
    for (int64_t j = 0; j < count; ++j) {
      for (int64_t i = 0; i < axis.inner; ++i) {
        const int64_t at = (o * count + j) * axis.inner + i;
        y[at] = x[(o * axis.length + indices[at]) * axis.inner + i];
      }
    }
  }
  return y;
}

template <class Real>
void ScatterAdd(const Axis& axis, int64_t count, const Array<Real>& y,
                const Array<int32_t>& indices, Array<Real>& x) {
  for (int64_t o = 0; o < axis.outer; ++o) {
    for (int64_t j = 0; j < count; ++j) {
      for (int64_t i = 0; i < axis.inner; ++i) {
        const int64_t at = (o * count + j) * axis.inner + i;
        x[(o * axis.length + indices[at]) * axis.inner + i] += y[at];
      }
    }
  }
}

#define NRNN_INSTANTIATE(Real)                                                                  \
  template Array<Real> SoftmaxForward(int64_t, int64_t, bool, const Array<Real>&);              \
  template Array<Real> SoftmaxBackward(int64_t, int64_t, bool, const Array<Real>&,              \
                                       const Array<Real>&);                                     \
  template Array<Real> CrossEntropyForward(const CrossEntropyShape&, const Array<Real>&,        \
                                           const Array<int32_t>&);                              \
  template Array<Real> CrossEntropyBackward(const CrossEntropyShape&, const Array<Real>&,       \
                                            const Array<int32_t>&, const Array<Real>&);         \
  template Array<Real> MaxForward(const Axis&, const Array<Real>&);                             \
  template Array<Real> MaxBackward(const Axis&, const Array<Real>&, const Array<Real>&,         \
                                   const Array<Real>&);                                         \
  template Array<Real> Gather(const Axis&, int64_t, const Array<Real>&, const Array<int32_t>&); \
  template void ScatterAdd(const Axis&, int64_t, const Array<Real>&, const Array<int32_t>&,     \
                           Array<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
