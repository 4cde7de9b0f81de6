#include "reference/dense.h"

namespace nrnn::reference {

template <class Real>
void Gemm(const GemmShape& shape, const Array<Real>& a, const Array<Real>& b, Array<Real>& c) {
  const int64_t m = shape.m, n = shape.n, k = shape.k;
  for (int64_t i = 0; i < shape.batch; ++i) {
    const Real* a_i = a.data() + (shape.share_a ? 0 : i * m * k);
    const Real* b_i = b.data() + (shape.share_b ? 0 : i * k * n);
    for (int64_t row = 0; row < m; ++row) {
      for (int64_t column = 0; column < n; ++column) {
        Real sum = 0;
        for (int64_t at = 0; at < k; ++at) {
          sum += (shape.transpose_a ? a_i[at * m + row] : a_i[row * k + at]) *
                 (shape.transpose_b ? b_i[column * k + at] : b_i[at * n + column]);
        }
        Real& to = c[(i * m + row) * n + column];
        to = shape.accumulate ? to + sum : sum;
      }
    }
  }
}

template <class Real>
Array<Real> LinearForward(const LinearShape& shape, const Array<Real>& x, const Array<Real>& weight,
                          const Array<Real>& bias) {
  Array<Real> y(shape.rows * shape.output);
  for (int64_t r = 0; r < shape.rows; ++r) {
    for (int64_t o = 0; o < shape.output; ++o) {
      Real sum = 0;
      for (int64_t i = 0; i < shape.input; ++i) {
        sum += x[r * shape.input + i] * weight[o * shape.input + i];
      }
      y[r * shape.output + o] = bias.empty() ? sum : sum + bias[o];
    }
  }
  return y;
}

template <class Real>
LinearGradients<Real> LinearBackward(const LinearShape& shape, const Array<Real>& x,
                                     const Array<Real>& weight, const Array<Real>& dy) {
  LinearGradients<Real> gradients{Array<Real>(x.size()), Array<Real>(weight.size()),
                                  Array<Real>(shape.output)};
  for (int64_t r = 0; r < shape.rows; ++r) {
    for (int64_t o = 0; o < shape.output; ++o) {
      const Real d = dy[r * shape.output + o];
      gradients.dbias[o] += d;
      for (int64_t i = 0; i < shape.input; ++i) {
        gradients.dx[r * shape.input + i] += d * weight[o * shape.input + i];
        gradients.dweight[o * shape.input + i] += d * x[r * shape.input + i];
      }
    }
  }
  return gradients;
}

template <class Real>
Array<Real> EmbeddingForward(int64_t dimension, const Array<Real>& table,
                             const Array<int32_t>& indices) {
  Array<Real> y;
  for (const int32_t index : indices) {
    const auto row = table.begin() + index * dimension;
    y.insert(y.end(), row, row + dimension);
  }
  return y;
}

template <class Real>
void EmbeddingBackward(int64_t dimension, int64_t padding, const Array<Real>& dy,
                       const Array<int32_t>& indices, Array<Real>& dtable) {
  for (size_t r = 0; r < indices.size(); ++r) {
    if (indices[r] == padding) continue;
    for (int64_t d = 0; d < dimension; ++d) {
      dtable[indices[r] * dimension + d] += dy[r * dimension + d];
    }
  }
}

#define NRNN_INSTANTIATE(Real)                                                                   \
  template void Gemm(const GemmShape&, const Array<Real>&, const Array<Real>&, Array<Real>&);    \
  template Array<Real> LinearForward(const LinearShape&, const Array<Real>&, const Array<Real>&, \
                                     const Array<Real>&);                                        \
  template LinearGradients<Real> LinearBackward(const LinearShape&, const Array<Real>&,          \
                                                const Array<Real>&, const Array<Real>&);         \
  template Array<Real> EmbeddingForward(int64_t, const Array<Real>&, const Array<int32_t>&);     \
  template void EmbeddingBackward(int64_t, int64_t, const Array<Real>&, const Array<int32_t>&,   \
                                  Array<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
