// Matrix products over packed panels: the contracts of the per-target GEMM kernels.
//
// B [k,n] is packed into panels of panel_width columns: panel p holds rows 0..k-1 of columns
// p*panel_width on, each row side by side, so that a tile streams it once from front to back. The
// last panel is padded with zeros to a whole number of vectors. Every element of C is one sum over
// k in order, fused multiply-adds, whatever the tile that it falls into: the same bits for any
// split of the rows or columns.
#ifndef NATIVERNN_CPU_GEMM_H_
#define NATIVERNN_CPU_GEMM_H_

#include <cstdint>

namespace nrnn::cpu {

// Rows of C in one register tile.
constexpr int64_t kTileRows = 6;
// Columns of A^T packed together by multiply_outer: a whole number of tiles and of cache lines (48
// floats = 3 lines).
constexpr int64_t kOuterGroup = 48;

// Packs k rows of n columns: element (i, j) is rows[i][column + j] or, where rows is null, b[i *
// stride + j], or b[j * stride + i] if transposed.
struct PackArgs {
  const float* const* rows;
  int64_t column;
  const float* b;
  int64_t stride;
  bool transposed;
  int64_t k, n;
  float* packed;  // packed_length(k, n) floats
};

// c_rows[r][j] = bias[j] (or 0, or c_rows[r][j] if accumulate) + sum_i a_rows[r][i] B[i][j], r <
// rows, j < n.
struct MultiplyRowsArgs {
  int64_t rows, k, n;
  const float* const* a_rows;
  const float* packed;
  int64_t packed_k;   // rows that B was packed with: k, or more when the product uses some of them,
  const float* bias;  // [n] or null
  bool accumulate;
  float* const* c_rows;
  int64_t first_k = 0;  // from this one on
};

// c[m * c_stride + j] += sum_i a_rows[i][column + m] B[i][j], m < rows, j < n, i < k: a product
// with A transposed. On the way, sums[m] += sum_i a_rows[i][column + m] for each of the two that is
// not null.
struct MultiplyOuterArgs {
  int64_t rows, k, n;
  const float* const* a_rows;  // k pointers
  int64_t column;
  const float* packed;
  float* c;
  int64_t c_stride;
  float* sums[2];
  float* workspace;  // kOuterGroup * k floats
};

struct GemmKernels {
  int64_t panel_width;
  int64_t lanes;
  void (*pack)(const PackArgs& args);
  void (*multiply_rows)(const MultiplyRowsArgs& args);
  void (*multiply_outer)(const MultiplyOuterArgs& args);
};

// Floats that B [k,n] takes when packed.
inline int64_t PackedLength(const GemmKernels& kernels, int64_t k, int64_t n) {
  return (n + kernels.lanes - 1) / kernels.lanes * kernels.lanes * k;
}

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_GEMM_H_
