// Products and sums of columns as other files of the backend ask for them: every precision, any
// leading dimension and alignment, k split over blocks, large tiles. All are too small for cuBLASLt
// (blas_test.cc).
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "cuda/column_sums.h"
#include "cuda/gemm.h"
#include "cuda/precision.cuh"
#include "numbers.h"
#include "simt/gpu_memory.h"

namespace nrnn::cuda {
namespace {

using test::GpuFloats;
using test::Numbers;
using test::Variable;

constexpr nrnn_precision kPrecisions[] = {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32,
                                          NRNN_PRECISION_BFLOAT16, NRNN_PRECISION_FLOAT16};

// A product with memory around its matrices.
struct Case {
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b, accumulate, bias, share_a, share_b;
  int64_t offset, padding;  // floats before the matrices, and between their rows
};

std::string Name(const Case& of, nrnn_precision precision) {
  return "precision " + std::to_string(precision) + " batch " + std::to_string(of.batch) + " m " +
         std::to_string(of.m) + " n " + std::to_string(of.n) + " k " + std::to_string(of.k) +
         (of.transpose_a ? " ta" : "") + (of.transpose_b ? " tb" : "") +
         (of.accumulate ? " accumulate" : "") + (of.bias ? " bias" : "") +
         (of.share_a ? " share a" : "") + (of.share_b ? " share b" : "") + " offset " +
         std::to_string(of.offset) + " padding " + std::to_string(of.padding);
}

Case Draw(Numbers& numbers, int64_t batch, int64_t m, int64_t n, int64_t k) {
  Case of = {batch, m, n, k, false, false, false, false, false, false, 0, 0};
  for (bool* flag :
       {&of.transpose_a, &of.transpose_b, &of.accumulate, &of.bias, &of.share_a, &of.share_b}) {
    *flag = numbers.Coin();
  }
  of.offset = numbers.Integer(0, 3);
  of.padding = numbers.Coin() ? 0 : numbers.Integer(1, 5);
  return of;
}

struct Matrices {
  Matrices(const Case& of, Numbers& numbers)
      : lda((of.transpose_a ? of.m : of.k) + of.padding),
        ldb((of.transpose_b ? of.k : of.n) + of.padding),
        ldc(of.n + of.padding),
        batch_a((of.transpose_a ? of.k : of.m) * lda),
        batch_b((of.transpose_b ? of.n : of.k) * ldb),
        batch_c(of.m * ldc + of.padding) {
    a = test::Floats(numbers.Reals((of.share_a ? 1 : of.batch) * batch_a));
    b = test::Floats(numbers.Reals((of.share_b ? 1 : of.batch) * batch_b));
    c = test::Floats(numbers.Reals(of.batch * batch_c));
    bias = test::Floats(numbers.Reals(of.n));
  }
  const int64_t lda, ldb, ldc, batch_a, batch_b, batch_c;
  std::vector<float> a, b, c, bias;
};

std::vector<double> Rounded(const std::vector<float>& values, nrnn_precision precision) {
  std::vector<double> rounded(values.size());
  WithPrecision(precision, [&](auto tag) {
    for (size_t k = 0; k < values.size(); ++k) {
      rounded[k] = ToFloat(decltype(tag)::Put(values[k]));
    }
  });
  return rounded;
}

// In double, of rounded operands; what lies between the rows of c stays.
std::vector<double> Want(const Case& of, const Matrices& in, nrnn_precision precision) {
  const auto a = Rounded(in.a, precision), b = Rounded(in.b, precision);
  std::vector<double> want(in.c.begin(), in.c.end());
  for (int64_t i = 0; i < of.batch; ++i) {
    const double* a_matrix = a.data() + (of.share_a ? 0 : i * in.batch_a);
    const double* b_matrix = b.data() + (of.share_b ? 0 : i * in.batch_b);
    for (int64_t row = 0; row < of.m; ++row) {
      for (int64_t column = 0; column < of.n; ++column) {
        double sum = of.bias ? in.bias[static_cast<size_t>(column)] : 0.0f;
        for (int64_t k = 0; k < of.k; ++k) {
          sum += a_matrix[of.transpose_a ? k * in.lda + row : row * in.lda + k] *
                 b_matrix[of.transpose_b ? column * in.ldb + k : k * in.ldb + column];
        }
        double& to = want[static_cast<size_t>(i * in.batch_c + row * in.ldc + column)];
        to = of.accumulate ? to + sum : sum;
      }
    }
  }
  return want;
}

class ProductTest : public testing::Test {
 protected:
  static std::vector<float> Run(CudaBackend& backend, const Case& of, const Matrices& in,
                                nrnn_precision precision) {
    const GpuFloats a(in.a, of.offset), b(in.b, (of.offset + 1) % 4), c(in.c, of.offset);
    const GpuFloats bias(in.bias, 1);
    ProductArgs args = DenseProduct(of.m, of.n, of.k, of.transpose_a, of.transpose_b, precision);
    args.batch = of.batch;
    args.accumulate = of.accumulate;
    args.a = a.get();
    args.b = b.get();
    args.c = c.get();
    args.bias = of.bias ? bias.get() : nullptr;
    args.lda = in.lda;
    args.ldb = in.ldb;
    args.ldc = in.ldc;
    args.batch_a = of.share_a ? 0 : in.batch_a;
    args.batch_b = of.share_b ? 0 : in.batch_b;
    args.batch_c = in.batch_c;
    const Scratch scratch = Product(backend, args, backend.stream());
    backend.stream().Synchronize();
    return c.Read();
  }

  // The same bits in every order of the threads.
  static void Check(const Case& of, nrnn_precision precision) {
    const std::string name = Name(of, precision);
    Numbers numbers(static_cast<uint64_t>(of.m * 71 + of.n * 73 + of.k));
    const Matrices in(of, numbers);
    CudaBackend backend(0, precision);
    std::vector<float> first;
    for (const char* order : {"natural", "reversed", "shuffled"}) {
      const Variable variable("NATIVERNN_EMULATED_ORDER", order);
      const auto got = Run(backend, of, in, precision);
      if (first.empty()) {
        first = got;
        const auto want = Want(of, in, precision);
        // terms: the k products of an element, its bias and what it held before.
        const auto terms = static_cast<double>(of.k + 2);
        ASSERT_TRUE(test::Near(got, want, test::SumTolerance(terms, want), name));
      }
      ASSERT_TRUE(test::SameBits(got, first, name + ", order " + order));
    }
  }

  static void CheckAll(const Case& of) {
    for (const nrnn_precision precision : kPrecisions) Check(of, precision);
  }
};

TEST_F(ProductTest, SmallTilesMatchDouble) {
  Numbers numbers(1);
  for (int k = 0; k < 24; ++k) {
    CheckAll(Draw(numbers, numbers.Integer(1, 3), numbers.Integer(1, 80), numbers.Integer(1, 80),
                  numbers.Integer(0, 70)));
  }
}

TEST_F(ProductTest, LargeTilesMatchDouble) {
  Numbers numbers(2);
  for (int k = 0; k < 4; ++k) CheckAll(Draw(numbers, 130, 5, 7, 9 + 16 * k));
  CheckAll(Draw(numbers, 33, 131, 140, 17));
}

// As gradients of weights are: k split over blocks, whose sums meet in a second kernel.
TEST_F(ProductTest, SplitSumsMatchDouble) {
  Numbers numbers(3);
  CheckAll(Draw(numbers, 1, 5, 7, 511));  // not split
  for (const int64_t k : {512, 1000, 2600}) {
    CheckAll(
        Draw(numbers, numbers.Integer(1, 3), numbers.Integer(1, 40), numbers.Integer(1, 40), k));
  }
}

TEST_F(ProductTest, EveryAlignmentMatchesDouble) {
  for (int64_t offset = 0; offset < 4; ++offset) {
    for (int flags = 0; flags < 4; ++flags) {
      for (const int64_t padding : {0, 1, 2, 4}) {
        Check({2, 36, 28, 24, (flags & 1) != 0, (flags & 2) != 0, false, true, false, false, offset,
               padding},
              kPrecisions[offset]);
      }
    }
  }
}

TEST_F(ProductTest, WithoutDepthOnlyTheBiasIsLeft) {
  Check({1, 3, 5, 0, false, false, false, true, false, false, 0, 0}, NRNN_PRECISION_FLOAT32);
  Check({1, 3, 5, 0, false, false, true, false, false, false, 0, 0}, NRNN_PRECISION_FLOAT32);
}

// Infinity rounds to infinity, and fp16 overflows to it, as tensor cores would have it.
TEST_F(ProductTest, OverflowOfHalfPrecisionIsInfinite) {
  CudaBackend backend(0, NRNN_PRECISION_FLOAT16);
  const Case of = {1, 1, 1, 1, false, false, false, false, false, false, 0, 0};
  Numbers numbers(1);
  Matrices in(of, numbers);
  in.a = {1e6f};
  in.b = {1.0f};
  EXPECT_EQ(Run(backend, of, in, NRNN_PRECISION_FLOAT16)[0], INFINITY);
  EXPECT_EQ(Run(backend, of, in, NRNN_PRECISION_TF32)[0], Rounded(in.a, NRNN_PRECISION_TF32)[0]);
}

TEST_F(ProductTest, GradientsAreNotRoundedToHalf) {
  EXPECT_EQ(GradientPrecision(CudaBackend(0, NRNN_PRECISION_FLOAT16)), NRNN_PRECISION_TF32);
  EXPECT_EQ(GradientPrecision(CudaBackend(0, NRNN_PRECISION_BFLOAT16)), NRNN_PRECISION_BFLOAT16);
  const Variable turing("NATIVERNN_EMULATED_CAPABILITY", "75");
  EXPECT_EQ(GradientPrecision(CudaBackend(0, NRNN_PRECISION_FLOAT16)), NRNN_PRECISION_FLOAT32);
}

// Against sums in double; and the same bits every time.
TEST(ColumnSums, AnyShapeMatchesDouble) {
  CudaBackend backend(0, NRNN_PRECISION_FLOAT32);
  Numbers numbers(4);
  for (const auto& [rows, columns, stride] : {std::array<int64_t, 3>{0, 3, 3},
                                              {1, 1, 1},
                                              {63, 33, 40},
                                              {64, 31, 31},
                                              {300, 5, 7},
                                              {1031, 130, 130}}) {
    const auto x = test::Floats(numbers.Reals(rows * stride));
    const auto before = test::Floats(numbers.Reals(columns));
    std::vector<double> want(before.begin(), before.end());
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = 0; column < columns; ++column) {
        want[static_cast<size_t>(column)] += double{x[static_cast<size_t>(row * stride + column)]};
      }
    }
    std::vector<float> first;
    for (const char* order : {"natural", "reversed", "shuffled"}) {
      const Variable variable("NATIVERNN_EMULATED_ORDER", order);
      const GpuFloats x_memory(x, 1), sums(before, 3);
      const Scratch scratch = AddColumnSums(
          backend, {rows, columns, x_memory.get(), stride, sums.get()}, backend.stream());
      backend.stream().Synchronize();
      if (first.empty()) first = sums.Read();
      const std::string name = std::to_string(rows) + " x " + std::to_string(columns);
      const auto terms = static_cast<double>(rows + 1);
      EXPECT_TRUE(test::Near(sums.Read(), want, test::SumTolerance(terms, want), name));
      EXPECT_TRUE(test::SameBits(sums.Read(), first, name));
    }
  }
}

}  // namespace
}  // namespace nrnn::cuda
