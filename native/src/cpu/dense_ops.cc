// gemm and linear of the CPU backend: B is packed once for a call, rows of C are split over the
// pool.
#include <algorithm>
#include <vector>

#include "cpu/aligned_floats.h"
#include "cpu/cpu_backend.h"
#include "cpu/gemm.h"
#include "cpu/outer_products.h"

namespace nrnn::cpu {
namespace {

// Rows of one task at most, and floats of A that a task keeps in L2 while the panels of B pass.
constexpr int64_t kTaskRowsMost = 240;
constexpr int64_t kTaskFloats = 65536;

int64_t TaskRows(int64_t k) {
  return std::clamp<int64_t>(kTaskFloats / std::max<int64_t>(k, 1), kTileRows, kTaskRowsMost);
}

// Rows of a dense matrix.
std::vector<const float*> RowPointers(const float* data, int64_t rows, int64_t columns) {
  std::vector<const float*> pointers(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; ++r) pointers[static_cast<size_t>(r)] = data + r * columns;
  return pointers;
}

// C [rows,n] = A [rows,k] B (+ bias, or + C), with B packed.
void MultiplyDense(ThreadPool& pool, const GemmKernels& kernels, int64_t rows, int64_t k, int64_t n,
                   const float* a, const float* packed, const float* bias, bool accumulate,
                   float* c) {
  pool.For(rows, TaskRows(k), [&](int64_t begin, int64_t end) {
    const float* a_rows[kTaskRowsMost];
    float* c_rows[kTaskRowsMost];
    for (int64_t r = begin; r < end; ++r) {
      a_rows[r - begin] = a + r * k;
      c_rows[r - begin] = c + r * n;
    }
    kernels.multiply_rows({end - begin, k, n, a_rows, packed, k, bias, accumulate, c_rows});
  });
}

}  // namespace

void CpuBackend::Gemm(const GemmArgs& args) {
  const GemmKernels& kernels = *kernels_.gemm;
  AlignedFloats packed;
  OuterScratch scratch;
  for (int64_t i = 0; i < args.batch; ++i) {
    const float* a = args.a + (args.share_a ? 0 : i * args.m * args.k);
    const float* b = args.b + (args.share_b ? 0 : i * args.k * args.n);
    float* c = args.c + i * args.m * args.n;
    if (args.transpose_a && !args.transpose_b) {
      if (!args.accumulate) std::fill(c, c + args.m * args.n, 0.0f);
      const std::vector<const float*> a_rows = RowPointers(a, args.k, args.m);
      const std::vector<const float*> b_rows = RowPointers(b, args.k, args.n);
      RunOuterProducts(kernels, {{args.m, args.n, &a_rows, 0, &b_rows, c, {}}}, pool_, scratch);
      continue;
    }
    if (i == 0 || !args.share_b) {
      packed.Grow(PackedLength(kernels, args.k, args.n));
      kernels.pack({nullptr, 0, b, args.transpose_b ? args.k : args.n, args.transpose_b, args.k,
                    args.n, packed.data()});
    }
    AlignedFloats rows;
    if (args.transpose_a) {  // both transposed: rare, so A is simply transposed first
      rows.Grow(args.m * args.k);
      for (int64_t m = 0; m < args.m; ++m) {
        for (int64_t k = 0; k < args.k; ++k) rows.data()[m * args.k + k] = a[k * args.m + m];
      }
      a = rows.data();
    }
    MultiplyDense(pool_, kernels, args.m, args.k, args.n, a, packed.data(), nullptr,
                  args.accumulate, c);
  }
}

void CpuBackend::LinearForward(const LinearArgs& args) {
  const GemmKernels& kernels = *kernels_.gemm;
  AlignedFloats packed;
  packed.Grow(PackedLength(kernels, args.input, args.output));
  kernels.pack({nullptr, 0, args.weight, args.input, true, args.input, args.output, packed.data()});
  MultiplyDense(pool_, kernels, args.rows, args.input, args.output, args.x, packed.data(),
                args.bias, false, args.y);
}

void CpuBackend::LinearBackward(const LinearBackwardArgs& args) {
  const GemmKernels& kernels = *kernels_.gemm;
  if (args.dx) {
    AlignedFloats packed;
    packed.Grow(PackedLength(kernels, args.output, args.input));
    kernels.pack(
        {nullptr, 0, args.weight, args.input, false, args.output, args.input, packed.data()});
    MultiplyDense(pool_, kernels, args.rows, args.output, args.input, args.dy, packed.data(),
                  nullptr, false, args.dx);
  }
  if (args.dweight || args.dbias) {
    const std::vector<const float*> dy_rows = RowPointers(args.dy, args.rows, args.output);
    const std::vector<const float*> x_rows = RowPointers(args.x, args.rows, args.input);
    OuterScratch scratch;
    RunOuterProducts(kernels,
                     {{args.output, args.input, &dy_rows, 0, &x_rows, args.dweight, {args.dbias}}},
                     pool_, scratch);
  }
}

}  // namespace nrnn::cpu
