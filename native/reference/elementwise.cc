#include "reference/elementwise.h"

#include <cmath>
#include <cstdlib>

namespace nrnn::reference {
namespace {

template <class Real>
Real NormalDistribution(Real x) {
  return std::erfc(-x * Real(0.70710678118654752440)) / 2;
}

template <class Real>
Real Apply(nrnn_unary_op op, Real x) {
  switch (op) {
    case NRNN_UNARY_NEGATE:
      return -x;
    case NRNN_UNARY_EXP:
      return std::exp(x);
    case NRNN_UNARY_LOG:
      return std::log(x);
    case NRNN_UNARY_TANH:
      return std::tanh(x);
    case NRNN_UNARY_SIGMOID:
      return 1 / (1 + std::exp(-x));
    case NRNN_UNARY_RELU:
      return x < 0 ? Real(0) : x;  // NaN stays NaN
    case NRNN_UNARY_ABS:
      return std::abs(x);
    case NRNN_UNARY_SQUARE:
      return x * x;
    case NRNN_UNARY_SQRT:
      return std::sqrt(x);
    case NRNN_UNARY_SOFTPLUS:  // log(1 + exp(x)), also where exp(x) overflows
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    case NRNN_UNARY_GELU:
      return x * NormalDistribution(x);
  }
  std::abort();
}

// op'(x), with y = op(x).
template <class Real>
Real Derivative(nrnn_unary_op op, Real x, Real y) {
  switch (op) {
    case NRNN_UNARY_NEGATE:
      return -1;
    case NRNN_UNARY_EXP:
      return y;
    case NRNN_UNARY_LOG:
      return 1 / x;
    case NRNN_UNARY_TANH:
      return 1 - y * y;
    case NRNN_UNARY_SIGMOID:
      return y * (1 - y);
    case NRNN_UNARY_RELU:
      return x > 0 ? 1 : 0;
    case NRNN_UNARY_ABS:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case NRNN_UNARY_SQUARE:
      return 2 * x;
    case NRNN_UNARY_SQRT:
      return 1 / (2 * y);
    case NRNN_UNARY_SOFTPLUS:
      return 1 / (1 + std::exp(-x));
    case NRNN_UNARY_GELU:  // the derivative of the distribution is the density
      return NormalDistribution(x) + x * std::exp(-x * x / 2) * Real(0.39894228040143267794);
  }
  std::abort();
}

template <class Real>
Real Apply(nrnn_binary_op op, Real a, Real b) {
  switch (op) {
    case NRNN_BINARY_ADD:
      return a + b;
    case NRNN_BINARY_SUBTRACT:
      return a - b;
    case NRNN_BINARY_MULTIPLY:
      return a * b;
    case NRNN_BINARY_DIVIDE:
      return a / b;
    case NRNN_BINARY_GREATER:
      return a > b ? 1 : 0;
    case NRNN_BINARY_LESS:
      return a < b ? 1 : 0;
    case NRNN_BINARY_EQUAL:
      return a == b ? 1 : 0;
  }
  std::abort();
}

// Calls body(index) for every index of a shape, the last axis fastest.
template <class Body>
void ForEachIndex(const Array<int64_t>& sizes, const Body& body) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  Array<int64_t> index(sizes.size());
  for (int64_t flat = 0; flat < count; ++flat) {
    int64_t rest = flat;
    for (size_t axis = sizes.size(); axis-- > 0;) {
      index[axis] = rest % sizes[axis];
      rest /= sizes[axis];
    }
    body(index);
  }
}

int64_t Dot(const Array<int64_t>& index, const Array<int64_t>& strides) {
  int64_t sum = 0;
  for (size_t axis = 0; axis < index.size(); ++axis) sum += index[axis] * strides[axis];
  return sum;
}

}  // namespace

template <class Real>
Array<Real> UnaryForward(nrnn_unary_op op, const Array<Real>& x) {
  Array<Real> y(x.size());
  for (size_t k = 0; k < x.size(); ++k) y[k] = Apply(op, x[k]);
  return y;
}

template <class Real>
Array<Real> UnaryBackward(nrnn_unary_op op, const Array<Real>& x, const Array<Real>& y,
                          const Array<Real>& dy) {
  Array<Real> dx(x.size());
  for (size_t k = 0; k < x.size(); ++k) dx[k] = dy[k] * Derivative(op, x[k], y[k]);
  return dx;
}

template <class Real>
Array<Real> Affine(const Array<Real>& x, Real scale, Real shift) {
  Array<Real> y(x.size());
  for (size_t k = 0; k < x.size(); ++k) y[k] = scale * x[k] + shift;
  return y;
}

template <class Real>
Array<Real> Binary(nrnn_binary_op op, const BinaryShape& shape, const Array<Real>& a,
                   const Array<Real>& b) {
  Array<Real> y;
  ForEachIndex(shape.sizes, [&](const Array<int64_t>& index) {
    y.push_back(Apply(op, a[Dot(index, shape.a_strides)], b[Dot(index, shape.b_strides)]));
  });
  return y;
}

template <class Real>
void CopyStrided(const CopyShape& shape, const Array<Real>& source, Array<Real>& destination) {
  ForEachIndex(shape.sizes, [&](const Array<int64_t>& index) {
    const Real value = source[shape.source_offset + Dot(index, shape.source_strides)];
    Real& to = destination[shape.destination_offset + Dot(index, shape.destination_strides)];
    to = shape.accumulate ? to + value : value;
  });
}

template <class Real>
Array<Real> Where(const Array<Real>& condition, const Array<Real>& a, const Array<Real>& b) {
  Array<Real> y(a.size());
  for (size_t k = 0; k < a.size(); ++k) y[k] = condition[k] != 0 ? a[k] : b[k];
  return y;
}

#define NRNN_INSTANTIATE(Real)                                                              \
  template Array<Real> UnaryForward(nrnn_unary_op, const Array<Real>&);                     \
  template Array<Real> UnaryBackward(nrnn_unary_op, const Array<Real>&, const Array<Real>&, \
                                     const Array<Real>&);                                   \
  template Array<Real> Affine(const Array<Real>&, Real, Real);                              \
  template Array<Real> Binary(nrnn_binary_op, const BinaryShape&, const Array<Real>&,       \
                              const Array<Real>&);                                          \
  template void CopyStrided(const CopyShape&, const Array<Real>&, Array<Real>&);            \
  template Array<Real> Where(const Array<Real>&, const Array<Real>&, const Array<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
