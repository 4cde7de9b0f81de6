#include "cpu/outer_products.h"

#include <algorithm>

namespace nrnn::cpu {
namespace {

// Rows summed in one pass: 384 x 256 floats of B (384 KB) stay in L2 while A passes; C is read and written once a pass.
constexpr int64_t kPassRows = 384;
// Part of C that one task computes: B's pass is packed once for 240 rows of C (1 % of the work).
constexpr int64_t kTaskRows = 5 * kOuterGroup;
constexpr int64_t kTaskColumns = 256;

struct Task {
  const OuterProduct* product;
  int64_t row, rows, column, columns;
};

void AddSums(const GemmKernels& kernels, const Task& task, int64_t first, int64_t k) {
  for (float* sums : task.product->sums) {
    if (sums == nullptr || task.column != 0) continue;
    kernels.add_column_sums({k, task.rows, task.product->a_rows->data() + first,
                             task.product->column + task.row, sums + task.row});
  }
}

void RunTask(const GemmKernels& kernels, const Task& task, float* packed, float* workspace) {
  const OuterProduct& product = *task.product;
  const int64_t total = static_cast<int64_t>(product.a_rows->size());
  for (int64_t first = 0; first < total; first += kPassRows) {
    const int64_t k = std::min(kPassRows, total - first);
    AddSums(kernels, task, first, k);
    if (product.c == nullptr) continue;
    kernels.pack({product.b_rows->data() + first, task.column, nullptr, 0, false, k, task.columns, packed});
    kernels.multiply_outer({task.rows, k, task.columns, product.a_rows->data() + first,
                            product.column + task.row, packed,
                            product.c + task.row * product.n + task.column, product.n, workspace});
  }
}

}  // namespace

void RunOuterProducts(const GemmKernels& kernels, const std::vector<OuterProduct>& products, ThreadPool& pool,
                      std::vector<AlignedFloats>& scratch) {
  std::vector<Task> tasks;
  for (const OuterProduct& product : products) {
    for (int64_t column = 0; column < product.n; column += kTaskColumns) {
      for (int64_t row = 0; row < product.rows; row += kTaskRows) {
        tasks.push_back({&product, row, std::min(kTaskRows, product.rows - row), column,
                         std::min(kTaskColumns, product.n - column)});
      }
    }
  }
  const int64_t packed = PackedLength(kernels, kPassRows, kTaskColumns);
  scratch.resize(static_cast<size_t>(pool.threads()));
  for (AlignedFloats& floats : scratch) floats.Grow(packed + kOuterGroup * kPassRows);
  pool.Run(static_cast<int64_t>(tasks.size()), [&](int64_t task, int worker) {
    float* floats = scratch[static_cast<size_t>(worker)].data();
    RunTask(kernels, tasks[static_cast<size_t>(task)], floats, floats + packed);
  });
}

}  // namespace nrnn::cpu
