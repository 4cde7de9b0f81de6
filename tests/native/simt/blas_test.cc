// blas.cc with a cuBLASLt that checks its arguments and computes (fake_cublaslt.cc). The test's
// environment names that library: NATIVERNN_CUBLASLT.
#include "cuda/blas.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "core/error.h"
#include "cuda/gemm.h"
#include "cuda/precision.cuh"
#include "numbers.h"
#include "simt/gpu_memory.h"

namespace nrnn::cuda {
namespace {

using test::GpuFloats;
using test::Numbers;
using test::Variable;

int64_t Count(const char* function) {
  const char* name = std::getenv("NATIVERNN_CUBLASLT");
  void* library = name == nullptr ? nullptr : dlopen(name, RTLD_NOW);
  void* count = library == nullptr ? nullptr : dlsym(library, function);
  if (count == nullptr) ADD_FAILURE() << "NATIVERNN_CUBLASLT does not name the tests' cuBLASLt";
  return count == nullptr ? -1 : reinterpret_cast<int64_t (*)()>(count)();
}

struct Case {
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b, accumulate, bias, share_b;
  nrnn_precision precision;
  int64_t offset;  // floats that a, b and c begin behind an aligned address
};

int64_t RoundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// A stored matrix: its numbers as the library sees them, and a copy in memory.
class Operand {
 public:
  Operand(const Case& of, int64_t batch, int64_t rows, int64_t columns, uint64_t seed)
      : half_(of.precision == NRNN_PRECISION_BFLOAT16 || of.precision == NRNN_PRECISION_FLOAT16),
        leading_(half_ ? RoundUp(columns, 8) : columns + 3),
        stride_(rows * leading_),
        offset_(half_ ? 0 : of.offset),
        values_(static_cast<size_t>(batch * stride_)),
        memory_(batch * stride_ + offset_) {
    Numbers numbers(seed);
    for (size_t at = 0; at < values_.size(); ++at) Put(of.precision, at, numbers.Real());
  }
  double At(int64_t matrix, int64_t row, int64_t column) const {
    return values_[static_cast<size_t>(matrix * stride_ + row * leading_ + column)];
  }
  int64_t leading() const { return leading_; }
  int64_t stride() const { return stride_; }
  const void* data() const { return memory_.get() + offset_; }

 private:
  void Put(nrnn_precision precision, size_t at, double value) {
    const auto rounded = static_cast<float>(value);
    if (precision == NRNN_PRECISION_BFLOAT16) {
      values_[at] = ToFloat(reinterpret_cast<Bfloat*>(memory_.get())[at] = BFloat16::Put(rounded));
    } else if (precision == NRNN_PRECISION_FLOAT16) {
      values_[at] = ToFloat(reinterpret_cast<Half*>(memory_.get())[at] = Float16::Put(rounded));
    } else {
      values_[at] = memory_.get()[static_cast<int64_t>(at) + offset_] = rounded;
    }
  }

  const bool half_;
  const int64_t leading_, stride_, offset_;
  std::vector<double> values_;
  GpuFloats memory_;
};

void CheckCase(Blas& blas, Stream& stream, const Case& of) {
  const int64_t b_batch = of.share_b ? 1 : of.batch;
  const Operand a(of, of.batch, of.transpose_a ? of.k : of.m, of.transpose_a ? of.m : of.k, 1);
  const Operand b(of, b_batch, of.transpose_b ? of.n : of.k, of.transpose_b ? of.k : of.n, 2);
  Numbers numbers(3);
  const int64_t ldc = of.n + 5, batch_c = of.m * ldc + 2;
  const auto bias = test::Floats(numbers.Reals(of.n));
  const auto before = test::Floats(numbers.Reals(of.batch * batch_c));
  const GpuFloats c(before, of.offset);

  BlasProduct product = {};
  product.batch = of.batch;
  product.m = of.m;
  product.n = of.n;
  product.k = of.k;
  product.transpose_a = of.transpose_a;
  product.transpose_b = of.transpose_b;
  product.accumulate = of.accumulate;
  product.precision = of.precision;
  product.a = a.data();
  product.b = b.data();
  product.c = c.get();
  product.bias = of.bias ? bias.data() : nullptr;
  product.lda = a.leading();
  product.ldb = b.leading();
  product.ldc = ldc;
  product.batch_a = a.stride();
  product.batch_b = of.share_b ? 0 : b.stride();
  product.batch_c = batch_c;
  const int64_t bytes = blas.WorkspaceBytes(product);
  ASSERT_GT(bytes, 0);
  const GpuFloats workspace(bytes / 4);
  blas.Multiply(product, workspace.get(), stream);
  stream.Synchronize();

  std::vector<double> want(before.begin(), before.end());
  for (int64_t i = 0; i < of.batch; ++i) {
    for (int64_t row = 0; row < of.m; ++row) {
      for (int64_t column = 0; column < of.n; ++column) {
        double& sum = want[static_cast<size_t>(i * batch_c + row * ldc + column)];
        if (!of.accumulate) sum = 0;
        if (of.bias) sum += double{bias[static_cast<size_t>(column)]};
        const int64_t b_matrix = of.share_b ? 0 : i;
        for (int64_t k = 0; k < of.k; ++k) {
          sum += (of.transpose_a ? a.At(i, k, row) : a.At(i, row, k)) *
                 (of.transpose_b ? b.At(b_matrix, column, k) : b.At(b_matrix, k, column));
        }
      }
    }
  }
  EXPECT_TRUE(test::Near(c.Read(), want, test::SumTolerance(1, want), "product of the library"));
}

class BlasTest : public testing::Test {
 protected:
  void SetUp() override {
    UseGpu(0);
    stream_ = std::make_unique<Stream>();
  }
  const Variable now_{"NATIVERNN_EMULATED_QUEUE", "now"};  // as the library computes
  std::unique_ptr<Stream> stream_;
};

TEST_F(BlasTest, EveryFlagMatchesDouble) {
  const int64_t before = Count("nativernn_fake_products"),
                objects = Count("nativernn_fake_objects");
  int64_t cases = 0;
  {
    Blas blas;
    for (const auto precision : {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32,
                                 NRNN_PRECISION_BFLOAT16, NRNN_PRECISION_FLOAT16}) {
      for (int flags = 0; flags < 32; ++flags, ++cases) {
        SCOPED_TRACE("precision " + std::to_string(precision) + " flags " + std::to_string(flags));
        CheckCase(blas, *stream_,
                  {flags % 3 + 1, 7, 12, 5, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                   (flags & 8) != 0, (flags & 16) != 0, precision, 0});
      }
    }
  }
  EXPECT_EQ(Count("nativernn_fake_products") - before, cases);
  EXPECT_EQ(Count("nativernn_fake_objects"), objects) << "of the library, not destroyed";
}

TEST_F(BlasTest, UnalignedOperandsAreSaidToBe) {
  Blas blas;
  for (int64_t offset = 0; offset < 5; ++offset) {  // the same plan must not serve all of them
    CheckCase(blas, *stream_,
              {1, 4, 8, 8, false, true, false, true, false, NRNN_PRECISION_FLOAT32, offset});
  }
}

TEST_F(BlasTest, WithoutAlgorithmThereIsNoProduct) {
  const Variable none("NATIVERNN_FAKE_CUBLASLT", "none");
  Blas blas;
  BlasProduct product = {};
  product.batch = product.m = product.n = product.k = 1;
  product.precision = NRNN_PRECISION_FLOAT32;
  product.lda = product.ldb = product.ldc = 1;
  EXPECT_EQ(blas.WorkspaceBytes(product), -1);
}

TEST_F(BlasTest, FailureNamesTheCall) {
  const Variable fails("NATIVERNN_FAKE_CUBLASLT", "fails");
  Blas blas;
  BlasProduct product = {};
  product.batch = product.m = product.n = product.k = 1;
  product.precision = NRNN_PRECISION_FLOAT32;
  product.lda = product.ldb = product.ldc = 1;
  const GpuFloats workspace(blas.WorkspaceBytes(product) / 4);
  try {
    blas.Multiply(product, workspace.get(), *stream_);
    FAIL() << "the failure was ignored";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), NRNN_DEVICE_FAILED);
    EXPECT_NE(std::string(error.what()).find("cublasLtMatmul failed with status 14"),
              std::string::npos)
        << error.what();
  }
}

// A large product, transposed, with rows that lie apart: the library has it, in each precision, and
// this backend's own tiles agree. Where the library knows no algorithm, they do it.
TEST_F(BlasTest, LargeProductsGoToTheLibrary) {
  const int64_t m = 128, n = 256, k = 512, lda = m + 3, ldb = k + 1;
  Numbers numbers(5);
  const GpuFloats a(test::Floats(numbers.Reals(k * lda)), 1),
      bias(test::Floats(numbers.Reals(n)), 0);
  const GpuFloats b(test::Floats(numbers.Reals(n * ldb)), 2);
  for (const auto precision : {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32, NRNN_PRECISION_BFLOAT16,
                               NRNN_PRECISION_FLOAT16}) {
    CudaBackend backend(0, precision);
    const GpuFloats own(m * n), theirs(m * n), without(m * n);
    ProductArgs args = DenseProduct(m, n, k, true, true, precision);
    args.lda = lda;
    args.ldb = ldb;
    args.a = a.get();
    args.b = b.get();
    args.bias = bias.get();
    const int64_t before = Count("nativernn_fake_products");
    args.c = own.get();
    TiledProduct(backend, args, backend.stream());
    EXPECT_EQ(Count("nativernn_fake_products"), before);
    args.c = theirs.get();
    Product(backend, args, backend.stream());
    EXPECT_EQ(Count("nativernn_fake_products"), before + 1);
    {
      const Variable none("NATIVERNN_FAKE_CUBLASLT", "none");
      CudaBackend other(0, precision);
      args.c = without.get();
      Product(other, args, other.stream());
    }
    EXPECT_EQ(Count("nativernn_fake_products"), before + 1);
    const std::string name = "precision " + std::to_string(precision);
    const auto want = test::Doubles(own.Read());
    // TF32's operands are the library's to round, which this one does not: each of the products of
    // numbers up to 1 is off by up to 2^-11 twice, independently.
    const test::Tolerance tolerance = precision == NRNN_PRECISION_TF32
                                          ? test::Tolerance{6 * std::sqrt(k) / 2048, 0}
                                          : test::SumTolerance(k + 1, want);
    EXPECT_TRUE(test::Near(theirs.Read(), want, tolerance, name));
    EXPECT_TRUE(test::SameBits(without.Read(), own.Read(), name));
  }
}

}  // namespace
}  // namespace nrnn::cuda
