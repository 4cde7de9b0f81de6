// Which way a matrix product goes: large ones to cuBLASLt where that is there, after their operands
// were rounded to bf16 or fp16; the others through this library's own tiles.
#include <algorithm>

#include "core/ops.h"
#include "cuda/blas.h"
#include "cuda/gemm.h"
#include "cuda/tile.cuh"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

// Multiply-adds from which cuBLASLt is asked. Half of a millisecond's thousandth on tensor cores:
// below, launching costs as much as computing, and cuBLASLt is not worth being loaded.
constexpr double kBlasLeast = 1 << 24;
constexpr int64_t kBlasSizeMost = int64_t{1} << 31;
constexpr int64_t kBlasBatchMost = 65535;
// Rows of rounded operands begin at multiples of 16 bytes, as tensor cores want.
constexpr int64_t kRoundedLeading = 8;
constexpr int64_t kScratchAlignment = 256;

struct RoundArgs {
  int64_t batch, rows, columns;
  const float* from;
  int64_t stride, batch_stride;
  bool aligned;
  void* to;  // [batch,rows,leading]
  int64_t leading;
};

template <class Precision>
NRNN_KERNEL RoundKernel(RoundArgs args) {
  using Element = typename Precision::Element;
  struct alignas(4 * sizeof(Element)) Elements {
    Element at[4];
  };
  const int64_t fours = args.leading / 4;
  const int64_t length = args.batch * args.rows * fours;
  for (int64_t at = GlobalThread(); at < length; at += GlobalThreads()) {
    const int64_t line = at / fours, column = at % fours * 4;
    const float* from =
        args.from + line / args.rows * args.batch_stride + line % args.rows * args.stride;
    const Four values = args.aligned ? LoadFour<true>(from, column, args.columns)
                                     : LoadFour<false>(from, column, args.columns);
    Elements rounded;
    NRNN_UNROLL
    for (int e = 0; e < 4; ++e) rounded.at[e] = Precision::Put(values.at[e]);
    static_cast<Elements*>(args.to)[at] = rounded;
  }
}

bool IsHalf(nrnn_precision precision) {
  return precision == NRNN_PRECISION_BFLOAT16 || precision == NRNN_PRECISION_FLOAT16;
}

int64_t RoundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// How an operand is rounded: one that a batch shares, once.
RoundArgs MakeRoundArgs(int64_t batch, int64_t rows, int64_t columns, const float* from,
                        int64_t stride, int64_t batch_stride) {
  RoundArgs args = {};
  args.batch = batch_stride == 0 ? 1 : batch;
  args.rows = rows;
  args.columns = columns;
  args.from = from;
  args.stride = stride;
  args.batch_stride = batch_stride;
  args.aligned = FourAligned(from) && stride % 4 == 0 && batch_stride % 4 == 0;
  args.leading = RoundUp(columns, kRoundedLeading);
  return args;
}

int64_t RoundedBytes(const RoundArgs& args) {
  return RoundUp(args.batch * args.rows * args.leading * int64_t{sizeof(uint16_t)},
                 kScratchAlignment);
}

void LaunchRound(CudaBackend& backend, nrnn_precision precision, const RoundArgs& args,
                 Stream& stream) {
  const int64_t fours = args.batch * args.rows * args.leading / 4;
  const LaunchShape shape = backend.LoopShape(fours);
  if (precision == NRNN_PRECISION_BFLOAT16) {
    Launch("RoundKernel", &RoundKernel<BFloat16>, shape, args, stream);
  } else {
    Launch("RoundKernel", &RoundKernel<Float16>, shape, args, stream);
  }
}

BlasProduct MakeBlasProduct(const ProductArgs& args) {
  BlasProduct product = {};
  product.batch = args.batch;
  product.m = args.m;
  product.n = args.n;
  product.k = args.k;
  product.transpose_a = args.transpose_a;
  product.transpose_b = args.transpose_b;
  product.accumulate = args.accumulate;
  product.precision = args.precision;
  product.a = args.a;
  product.b = args.b;
  product.c = args.c;
  product.bias = args.bias;
  product.lda = args.lda;
  product.ldb = args.ldb;
  product.ldc = args.ldc;
  product.batch_a = args.batch_a;
  product.batch_b = args.batch_b;
  product.batch_c = args.batch_c;
  return product;
}

// In place; false where cuBLASLt cannot.
bool MultiplyFloats(CudaBackend& backend, const ProductArgs& args, Stream& stream,
                    Scratch& scratch) {
  const BlasProduct product = MakeBlasProduct(args);
  const int64_t workspace = backend.blas().WorkspaceBytes(product);
  if (workspace < 0) return false;
  scratch = backend.Borrow(workspace);
  backend.blas().Multiply(product, scratch.data(), stream);
  return true;
}

// Of operands that are rounded into memory first; false where cuBLASLt cannot.
bool MultiplyRounded(CudaBackend& backend, const ProductArgs& args, Stream& stream,
                     Scratch& scratch) {
  RoundArgs a = MakeRoundArgs(args.batch, args.transpose_a ? args.k : args.m,
                              args.transpose_a ? args.m : args.k, args.a, args.lda, args.batch_a);
  RoundArgs b = MakeRoundArgs(args.batch, args.transpose_b ? args.n : args.k,
                              args.transpose_b ? args.k : args.n, args.b, args.ldb, args.batch_b);
  BlasProduct product = MakeBlasProduct(args);
  product.a = product.b = nullptr;  // as aligned as scratch
  product.lda = a.leading;
  product.ldb = b.leading;
  product.batch_a = args.batch_a == 0 ? 0 : a.rows * a.leading;
  product.batch_b = args.batch_b == 0 ? 0 : b.rows * b.leading;
  const int64_t workspace = backend.blas().WorkspaceBytes(product);
  if (workspace < 0) return false;
  scratch = backend.Borrow(RoundedBytes(a) + RoundedBytes(b) + workspace);
  product.a = a.to = scratch.data();
  product.b = b.to = scratch.as<char>() + RoundedBytes(a);
  LaunchRound(backend, args.precision, a, stream);
  LaunchRound(backend, args.precision, b, stream);
  backend.blas().Multiply(product, scratch.as<char>() + RoundedBytes(a) + RoundedBytes(b), stream);
  return true;
}

bool IsLarge(const ProductArgs& args) {
  const auto product = static_cast<double>(args.batch) * static_cast<double>(args.m) *
                       static_cast<double>(args.n) * static_cast<double>(args.k);
  return product >= kBlasLeast && args.batch <= kBlasBatchMost &&
         std::max({args.m, args.n, args.k, args.lda, args.ldb, args.ldc}) < kBlasSizeMost;
}

}  // namespace

nrnn_precision GradientPrecision(const CudaBackend& backend) {
  if (backend.precision() != NRNN_PRECISION_FLOAT16) return backend.precision();
  const bool tf32 = HasTile(NRNN_PRECISION_TF32, backend.traits().capability);
  return tf32 ? NRNN_PRECISION_TF32 : NRNN_PRECISION_FLOAT32;
}

ProductArgs DenseProduct(int64_t m, int64_t n, int64_t k, bool transpose_a, bool transpose_b,
                         nrnn_precision precision) {
  ProductArgs args = {};
  args.batch = 1;
  args.m = m;
  args.n = n;
  args.k = k;
  args.transpose_a = transpose_a;
  args.transpose_b = transpose_b;
  args.precision = precision;
  args.lda = transpose_a ? m : k;
  args.ldb = transpose_b ? k : n;
  args.ldc = n;
  return args;
}

Scratch Product(CudaBackend& backend, const ProductArgs& args, Stream& stream) {
  if (IsLarge(args)) {
    Scratch scratch;
    const bool done = IsHalf(args.precision) ? MultiplyRounded(backend, args, stream, scratch)
                                             : MultiplyFloats(backend, args, stream, scratch);
    if (done) return scratch;
  }
  return TiledProduct(backend, args, stream);
}

// An operand may be a gradient.
void CudaBackend::Gemm(const GemmArgs& args) {
  ProductArgs product = DenseProduct(args.m, args.n, args.k, args.transpose_a, args.transpose_b,
                                     GradientPrecision(*this));
  product.batch = args.batch;
  product.accumulate = args.accumulate;
  product.a = args.a;
  product.b = args.b;
  product.c = args.c;
  product.batch_a = args.share_a ? 0 : args.m * args.k;
  product.batch_b = args.share_b ? 0 : args.k * args.n;
  product.batch_c = args.m * args.n;
  Product(*this, product, stream());
}

}  // namespace nrnn::cuda
