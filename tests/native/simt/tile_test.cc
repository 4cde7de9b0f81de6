// Tiles of every precision against sums in double of the rounded operands, in every order of the
// threads.
#include "cuda/tile.cuh"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "numbers.h"
#include "simt/emulator.h"

namespace nrnn::cuda {
namespace {

using test::Numbers;

// C += A B' for the warps of a block: warp w takes the rows from w kM on of A.
struct TileArgs {
  int depth;
  const float* a;  // [warps kM,depth]
  const float* b;  // [kN,depth]
  float* c;        // [warps kM,kN]
};

template <class Precision>
int Stride(int depth) {
  return depth + Tile<Precision>::kPadding;
}
constexpr int kSumsStride = 24;  // 8 more than a multiple of 16

template <class Precision>
int64_t SharedBytes(int warps, int depth) {
  const int rows = warps * TileSums::kM + TileSums::kN;
  return rows * Stride<Precision>(depth) * static_cast<int64_t>(sizeof(float)) +
         warps * TileSums::kM * kSumsStride * static_cast<int64_t>(sizeof(float));
}

// Through shared memory both ways, so that a barrier less would show; the last store by Each.
template <class Precision>
NRNN_KERNEL TileKernel(TileArgs args) {
  using Unit = Tile<Precision>;
  const int stride = Stride<Precision>(args.depth);
  float* sums = SharedMemory<float>();
  auto* a = reinterpret_cast<typename Precision::Element*>(sums + Warps() * Unit::kM * kSumsStride);
  auto* b = a + Warps() * Unit::kM * stride;
  for (int i = Thread(); i < Warps() * Unit::kM * args.depth; i += Threads()) {
    a[i / args.depth * stride + i % args.depth] = Precision::Put(args.a[i]);
  }
  for (int i = Thread(); i < Unit::kN * args.depth; i += Threads()) {
    b[i / args.depth * stride + i % args.depth] = Precision::Put(args.b[i]);
  }
  for (int i = Thread(); i < Warps() * Unit::kM * Unit::kN; i += Threads()) {
    sums[i / Unit::kN * kSumsStride + i % Unit::kN] = args.c[i];
  }
  SyncBlock();
  float* own = sums + Warp() * Unit::kM * kSumsStride;
  typename Unit::C before = Unit::LoadC(own, kSumsStride), c;
  Unit::Clear(c);
  for (int k = 0; k < args.depth; k += Unit::kK) {
    Unit::MultiplyAdd(c, Unit::LoadA(a + Warp() * Unit::kM * stride + k, stride),
                      Unit::LoadB(b + k, stride));
  }
  SyncWarp();
  Unit::Store(own, kSumsStride, c);
  SyncWarp();
  Unit::Each(before, [&](int row, int column, float& held) {
    args.c[(Warp() * Unit::kM + row) * Unit::kN + column] = held + own[row * kSumsStride + column];
  });
}

template <class Precision>
double Rounded(double value) {
  return ToFloat(Precision::Put(static_cast<float>(value)));
}

template <class Precision>
void CheckTiles(const std::string& name, double rounding) {
  for (const auto order : {simt::Order::kNatural, simt::Order::kReversed, simt::Order::kShuffled}) {
    for (const int warps : {1, 3}) {
      const int depth = 5 * Tile<Precision>::kK, rows = warps * TileSums::kM;
      Numbers numbers(static_cast<uint64_t>(depth + warps));
      const auto a = numbers.Reals(rows * depth), b = numbers.Reals(TileSums::kN * depth);
      const auto c = numbers.Reals(rows * TileSums::kN);
      const auto a_floats = test::Floats(a), b_floats = test::Floats(b);
      auto got = test::Floats(c);
      const TileArgs args = {depth, a_floats.data(), b_floats.data(), got.data()};
      simt::Run({name, 1, warps * kWarp, SharedBytes<Precision>(warps, depth), false, order, 7},
                [&] { TileKernel<Precision>(args); });
      auto want = c, exact = c;
      for (int m = 0; m < rows; ++m) {
        for (int n = 0; n < TileSums::kN; ++n) {
          for (int k = 0; k < depth; ++k) {
            const double x = a[static_cast<size_t>(m * depth + k)];
            const double y = b[static_cast<size_t>(n * depth + k)];
            const auto at = static_cast<size_t>(m * TileSums::kN + n);
            want[at] += Rounded<Precision>(x) * Rounded<Precision>(y);
            exact[at] += x * y;
          }
        }
      }
      EXPECT_TRUE(test::Near(got, want, test::SumTolerance(depth + 1, want), name));
      // Operands of at most 1 are each off by `rounding`, independently.
      const double worst = 6 * std::sqrt(depth) * rounding + 1e-5;
      EXPECT_TRUE(test::Near(got, exact, {worst, 0}, name + " without rounding"));
    }
  }
}

TEST(Tile, Float32MatchesDouble) { CheckTiles<Float32>("Float32", 0); }
TEST(Tile, TensorFloat32MatchesDouble) {
  CheckTiles<TensorFloat32>("TensorFloat32", std::ldexp(1, -11));
}
TEST(Tile, BFloat16MatchesDouble) { CheckTiles<BFloat16>("BFloat16", std::ldexp(1, -8)); }
TEST(Tile, Float16MatchesDouble) { CheckTiles<Float16>("Float16", std::ldexp(1, -11)); }

// What was loaded stays what it was, whatever happens to shared memory after.
NRNN_KERNEL OverwriteKernel(TileArgs args) {
  using Unit = Tile<Float32>;
  constexpr int kStride = Unit::kK + Unit::kPadding;
  float* shared = SharedMemory<float>();
  for (int i = Thread(); i < Unit::kM * kStride; i += Threads()) shared[i] = 1;
  SyncBlock();
  const auto a = Unit::LoadA(shared, kStride);
  const auto b = Unit::LoadB(shared, kStride);
  SyncBlock();
  for (int i = Thread(); i < Unit::kM * kStride; i += Threads()) shared[i] = 2;
  SyncBlock();
  typename Unit::C c;
  Unit::Clear(c);
  Unit::MultiplyAdd(c, a, b);
  Unit::Each(c, [&](int row, int column, float& sum) { args.c[row * Unit::kN + column] = sum; });
}

TEST(Tile, LoadedOperandsAreCopies) {
  std::vector<float> c(TileSums::kM * TileSums::kN);
  const TileArgs args = {0, nullptr, nullptr, c.data()};
  simt::Run({"OverwriteKernel", 1, kWarp, 4096, false, simt::Order::kNatural},
            [&] { OverwriteKernel(args); });
  for (const float sum : c) EXPECT_EQ(sum, Tile<Float32>::kK);
}

TEST(Tile, TensorCoresBeginWithTheirArchitecture) {
  EXPECT_TRUE(HasTile(NRNN_PRECISION_FLOAT32, 70));
  EXPECT_FALSE(HasTile(NRNN_PRECISION_FLOAT16, 70));
  EXPECT_TRUE(HasTile(NRNN_PRECISION_FLOAT16, 75));
  EXPECT_FALSE(HasTile(NRNN_PRECISION_BFLOAT16, 75));
  EXPECT_FALSE(HasTile(NRNN_PRECISION_TF32, 75));
  EXPECT_TRUE(HasTile(NRNN_PRECISION_BFLOAT16, 80));
  EXPECT_TRUE(HasTile(NRNN_PRECISION_TF32, 90));
}

}  // namespace
}  // namespace nrnn::cuda
