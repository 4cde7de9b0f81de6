// Gradients of weights: sums of outer products over many rows, split over the pool by their shape
// alone.
#ifndef NATIVERNN_CPU_OUTER_PRODUCTS_H_
#define NATIVERNN_CPU_OUTER_PRODUCTS_H_

#include <vector>

#include "cpu/aligned_floats.h"
#include "cpu/gemm.h"
#include "cpu/thread_pool.h"

namespace nrnn::cpu {

// c[m * n + j] += sum_i a_rows[i][column + m] b_rows[i][j], m < rows, j < n; and, for each of the
// sums that is not null, sums[m] += sum_i a_rows[i][column + m].
struct OuterProduct {
  int64_t rows, n;
  const std::vector<const float*>* a_rows;
  int64_t column;
  const std::vector<const float*>* b_rows;
  float* c;
  float* sums[2];
};

// Part of a product that one thread computes.
struct OuterTask {
  const OuterProduct* product;
  int64_t row, rows, column, columns;
};

// Memory that calls use again.
struct OuterScratch {
  std::vector<OuterTask> tasks;
  std::vector<AlignedFloats> threads;
};

// Runs all products of a list.
void RunOuterProducts(const GemmKernels& kernels, const std::vector<OuterProduct>& products,
                      ThreadPool& pool, OuterScratch& scratch);

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_OUTER_PRODUCTS_H_
