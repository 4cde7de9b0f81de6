// Matrix products, linear layers and embeddings. Argument order and shapes: nativernn.h.
#ifndef NATIVERNN_REFERENCE_DENSE_H_
#define NATIVERNN_REFERENCE_DENSE_H_

#include "reference/array.h"

namespace nrnn::reference {

struct GemmShape {
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b, share_a, share_b, accumulate;
};

// c[i] = a[i] b[i], or c[i] += if accumulate.
template <class Real>
void Gemm(const GemmShape& shape, const Array<Real>& a, const Array<Real>& b, Array<Real>& c);

struct LinearShape {
  int64_t rows, input, output;
};

template <class Real>
struct LinearGradients {
  Array<Real> dx;
  Array<Real> dweight;
  Array<Real> dbias;
};

// y = x weight^T + bias; bias may be empty.
template <class Real>
Array<Real> LinearForward(const LinearShape& shape, const Array<Real>& x, const Array<Real>& weight,
                          const Array<Real>& bias);
template <class Real>
LinearGradients<Real> LinearBackward(const LinearShape& shape, const Array<Real>& x,
                                     const Array<Real>& weight, const Array<Real>& dy);

// Rows of table: [V,D].
template <class Real>
Array<Real> EmbeddingForward(int64_t dimension, const Array<Real>& table,
                             const Array<int32_t>& indices);
// dtable[indices[r]] += dy[r], but not for rows whose index is padding.
template <class Real>
void EmbeddingBackward(int64_t dimension, int64_t padding, const Array<Real>& dy,
                       const Array<int32_t>& indices, Array<Real>& dtable);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_DENSE_H_
