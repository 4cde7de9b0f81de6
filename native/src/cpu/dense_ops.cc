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

// What a call needs besides its arguments. It only grows, so that calls which repeat allocate
// nothing; each of the callers' threads has its own, since handles of one device may be used at
// once.
struct DenseWorkspace {
  AlignedFloats packed, transposed;
  std::vector<const float*> a_rows, b_rows;
  std::vector<OuterProduct> products;
  OuterScratch outer;
};

DenseWorkspace& Workspace() {
  thread_local DenseWorkspace workspace;
  return workspace;
}

// Rows of a dense matrix.
void SetRows(const float* data, int64_t rows, int64_t columns,
             std::vector<const float*>& pointers) {
  pointers.resize(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; ++r) pointers[static_cast<size_t>(r)] = data + r * columns;
}

// C [m,n] += A^T B over rows of A [k,m] and B [k,n], which workspace.a_rows and b_rows name; and
// sums [m] += the sum of A's rows. c and sums may be null.
void AddOuterProduct(const GemmKernels& kernels, ThreadPool& pool, int64_t m, int64_t n, float* c,
                     float* sums, DenseWorkspace& workspace) {
  workspace.products.assign(1, {m, n, &workspace.a_rows, 0, &workspace.b_rows, c, {sums, nullptr}});
  RunOuterProducts(kernels, workspace.products, pool, workspace.outer);
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
  DenseWorkspace& workspace = Workspace();
  AlignedFloats& packed = workspace.packed;
  for (int64_t i = 0; i < args.batch; ++i) {
    const float* a = args.a + (args.share_a ? 0 : i * args.m * args.k);
    const float* b = args.b + (args.share_b ? 0 : i * args.k * args.n);
    float* c = args.c + i * args.m * args.n;
    if (args.transpose_a && !args.transpose_b) {
      if (!args.accumulate) std::fill(c, c + args.m * args.n, 0.0f);
      SetRows(a, args.k, args.m, workspace.a_rows);
      SetRows(b, args.k, args.n, workspace.b_rows);
      AddOuterProduct(kernels, pool_, args.m, args.n, c, nullptr, workspace);
      continue;
    }
    if (i == 0 || !args.share_b) {
      packed.Grow(PackedLength(kernels, args.k, args.n));
      kernels.pack({nullptr, 0, b, args.transpose_b ? args.k : args.n, args.transpose_b, args.k,
                    args.n, packed.data()});
    }
    if (args.transpose_a) {  // both transposed: rare, so A is simply transposed first
      float* rows = workspace.transposed.Grow(args.m * args.k);
      for (int64_t m = 0; m < args.m; ++m) {
        for (int64_t k = 0; k < args.k; ++k) rows[m * args.k + k] = a[k * args.m + m];
      }
      a = rows;
    }
    MultiplyDense(pool_, kernels, args.m, args.k, args.n, a, packed.data(), nullptr,
                  args.accumulate, c);
  }
}

void CpuBackend::LinearForward(const LinearArgs& args) {
  const GemmKernels& kernels = *kernels_.gemm;
  AlignedFloats& packed = Workspace().packed;
  packed.Grow(PackedLength(kernels, args.input, args.output));
  kernels.pack({nullptr, 0, args.weight, args.input, true, args.input, args.output, packed.data()});
  MultiplyDense(pool_, kernels, args.rows, args.input, args.output, args.x, packed.data(),
                args.bias, false, args.y);
}

void CpuBackend::LinearBackward(const LinearBackwardArgs& args) {
  const GemmKernels& kernels = *kernels_.gemm;
  DenseWorkspace& workspace = Workspace();
  if (args.dx) {
    AlignedFloats& packed = workspace.packed;
    packed.Grow(PackedLength(kernels, args.output, args.input));
    kernels.pack(
        {nullptr, 0, args.weight, args.input, false, args.output, args.input, packed.data()});
    MultiplyDense(pool_, kernels, args.rows, args.output, args.input, args.dy, packed.data(),
                  nullptr, false, args.dx);
  }
  if (args.dweight || args.dbias) {
    SetRows(args.dy, args.rows, args.output, workspace.a_rows);
    SetRows(args.x, args.rows, args.input, workspace.b_rows);
    AddOuterProduct(kernels, pool_, args.output, args.input, args.dweight, args.dbias, workspace);
  }
}

}  // namespace nrnn::cpu
