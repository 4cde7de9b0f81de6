// A matrix product's part of one block of threads: a tile of C, summed over a range of k.
//
// Both operands pass through shared memory in slices of kDepth of k, 64 bytes of a row, as
// [m][kDepth] and [n][kDepth] of the precision's elements. Two slices alternate: while warps
// multiply one, the threads hold the next in registers, on its way from global memory, and round
// and store it after. (Asynchronous copies could not round, transpose, or read rows that no 16
// bytes are aligned with.) So there is one barrier a slice.
//
// Global loads: along the rows where these lie together, 4 floats a thread, 64 to 128 bytes of a
// row by neighbours. Where columns lie together, 16 neighbours read 16 different k, two of them 32
// bytes of each, so that what they store into shared memory falls into different banks.
#ifndef NATIVERNN_CUDA_GEMM_BLOCK_CUH_
#define NATIVERNN_CUDA_GEMM_BLOCK_CUH_

#include "cuda/tile.cuh"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {

// One operand: rows (m of A, n of B) by k.
struct ProductOperand {
  const float* data;
  int64_t stride;  // floats from a row to the next, or from a k to the next
  int64_t batch_stride;
  bool by_rows;  // a row's floats lie together; else those of one k
  bool aligned;  // 4 floats that lie together, from a multiple of 4 on, are aligned to 16 bytes
};

struct TiledArgs {
  int64_t batch, m, n, k;
  int64_t splits, split_depth;  // part s sums k from s split_depth on; a multiple of kDepth
  ProductOperand a, b;
  float* c;
  int64_t ldc, batch_c, split_c;
  bool pairs;         // two floats of C from an even column on are aligned to 8 bytes
  const float* bias;  // or null
  bool accumulate;
};

// Warps over a block's tile of C, and 16 x 8 tiles of a warp.
template <int kWarpsM, int kWarpsN, int kTilesM, int kTilesN>
struct ProductShape {
  static constexpr int kThreads = kWarpsM * kWarpsN * kWarp;
  static constexpr int kWarpsAcross = kWarpsN;
  static constexpr int kWarpTilesM = kTilesM, kWarpTilesN = kTilesN;
  static constexpr int kWarpM = kTilesM * TileSums::kM, kWarpN = kTilesN * TileSums::kN;
  static constexpr int kM = kWarpsM * kWarpM, kN = kWarpsN * kWarpN;
};
// 64 x 32 for a warp: 64 sums a lane, and of Float32 as many bytes from shared memory for each
// multiply-add as the two units take in the same time.
using LargeShape = ProductShape<2, 4, 4, 4>;  // 128 x 128, 256 threads
using SmallShape = ProductShape<2, 2, 2, 4>;  // 64 x 64, 128 threads

// A thread's share of one operand's slice.
template <class Precision, int kRows, int kThreads>
class ProductSlice {
 public:
  using Element = typename Precision::Element;
  static constexpr int kDepth = 2 * Tile<Precision>::kK;
  static constexpr int kStride = kDepth + Tile<Precision>::kPadding;
  static constexpr int kLength = kRows * kStride;  // elements in shared memory

  // Rows from `row` on, k from `k` on; zeros at and beyond row_end and k_end.
  NRNN_DEVICE void Load(const ProductOperand& from, const float* data, int64_t row, int64_t row_end,
                        int64_t k, int64_t k_end) {
    NRNN_UNROLL
    for (int i = 0; i < kFours; ++i) {
      const int64_t r = row + Row(from, i), d = k + Depth(from, i);
      const float* line = data + (from.by_rows ? r : d) * from.stride;
      const bool inside = from.by_rows ? r < row_end : d < k_end;
      const int64_t at = from.by_rows ? d : r;
      const int64_t end = !inside ? at : from.by_rows ? k_end : row_end;
      fours_[i] = from.aligned ? LoadFour<true>(line, at, end) : LoadFour<false>(line, at, end);
    }
  }

  NRNN_DEVICE void Store(const ProductOperand& from, Element* shared) const {
    NRNN_UNROLL
    for (int i = 0; i < kFours; ++i) {
      Element* to = shared + Row(from, i) * kStride + Depth(from, i);
      Elements four;
      NRNN_UNROLL
      for (int e = 0; e < 4; ++e) four.at[e] = Precision::Put(fours_[i].at[e]);
      if (from.by_rows) {
        *reinterpret_cast<Elements*>(to) = four;
      } else {
        NRNN_UNROLL
        for (int e = 0; e < 4; ++e) to[e * kStride] = four.at[e];
      }
    }
  }

 private:
  static constexpr int kFours = kRows * kDepth / 4 / kThreads;
  static constexpr int kColumnDepth = 16;  // neighbours that read different k
  struct alignas(4 * sizeof(Element)) Elements {
    Element at[4];
  };

  // Where the i-th four of this thread begins.
  NRNN_DEVICE static int Row(const ProductOperand& from, int i) {
    const int at = Thread() + i * kThreads;
    return from.by_rows ? at / (kDepth / 4) : at / kColumnDepth % (kRows / 4) * 4;
  }
  NRNN_DEVICE static int Depth(const ProductOperand& from, int i) {
    const int at = Thread() + i * kThreads;
    return from.by_rows ? at % (kDepth / 4) * 4
                        : at % kColumnDepth + at / (kColumnDepth * kRows / 4) * kColumnDepth;
  }
  Four fours_[kFours];
};

template <class Precision, class Shape>
class BlockProduct {
 public:
  using Unit = Tile<Precision>;
  using Element = typename Precision::Element;
  using SliceA = ProductSlice<Precision, Shape::kM, Shape::kThreads>;
  using SliceB = ProductSlice<Precision, Shape::kN, Shape::kThreads>;
  static constexpr int kBuffer = SliceA::kLength + SliceB::kLength;
  static constexpr int kSharedBytes = 2 * kBuffer * int{sizeof(Element)};

  // Where a block's tile lies.
  struct Place {
    int64_t batch, split, row, column;
  };
  NRNN_HOST_DEVICE static int64_t TilesM(int64_t m) { return (m + Shape::kM - 1) / Shape::kM; }
  NRNN_HOST_DEVICE static int64_t TilesN(int64_t n) { return (n + Shape::kN - 1) / Shape::kN; }

  NRNN_DEVICE void Multiply(const TiledArgs& args, const Place& place, Element* shared) {
    NRNN_UNROLL
    for (auto& row : sums_) {
      NRNN_UNROLL
      for (auto& sums : row) Unit::Clear(sums);
    }
    const float* a = args.a.data + place.batch * args.a.batch_stride;
    const float* b = args.b.data + place.batch * args.b.batch_stride;
    const int64_t begin = place.split * args.split_depth;
    const int64_t end = begin + args.split_depth < args.k ? begin + args.split_depth : args.k;
    int buffer = 0;
    for (int64_t k = begin - SliceA::kDepth; k < end; k += SliceA::kDepth) {
      const int64_t next = k + SliceA::kDepth;
      if (next < end) {
        a_.Load(args.a, a, place.row, args.m, next, end);
        b_.Load(args.b, b, place.column, args.n, next, end);
      }
      if (k >= begin) MultiplySlice(shared + buffer * kBuffer);
      buffer ^= 1;
      // Nobody reads this buffer since the barrier before.
      if (next < end) {
        a_.Store(args.a, shared + buffer * kBuffer);
        b_.Store(args.b, shared + buffer * kBuffer + SliceA::kLength);
      }
      SyncBlock();
    }
  }

  NRNN_DEVICE void Store(const TiledArgs& args, const Place& place) const {
    float* c = args.c + place.batch * args.batch_c + place.split * args.split_c;
    const int64_t row = place.row + WarpRow() + TileSums::Row(0);
    const int64_t column = place.column + WarpColumn() + TileSums::Column(0);
    NRNN_UNROLL
    for (int i = 0; i < Shape::kWarpTilesM; ++i) {
      NRNN_UNROLL
      for (int half = 0; half < TileSums::kRows; ++half) {
        const int64_t r = row + i * TileSums::kM + half * TileSums::kM / 2;
        if (r >= args.m) continue;
        NRNN_UNROLL
        for (int j = 0; j < Shape::kWarpTilesN; ++j) {
          StorePair(args, column + j * TileSums::kN, sums_[i][j].sums[half], c + r * args.ldc);
        }
      }
    }
  }

 private:
  NRNN_DEVICE static int WarpRow() { return Warp() / Shape::kWarpsAcross * Shape::kWarpM; }
  NRNN_DEVICE static int WarpColumn() { return Warp() % Shape::kWarpsAcross * Shape::kWarpN; }

  NRNN_DEVICE void MultiplySlice(const Element* shared) {
    const Element* a = shared + WarpRow() * SliceA::kStride;
    const Element* b = shared + SliceA::kLength + WarpColumn() * SliceB::kStride;
    NRNN_UNROLL
    for (int k = 0; k < SliceA::kDepth; k += Unit::kK) {
      typename Unit::A rows[Shape::kWarpTilesM];
      NRNN_UNROLL
      for (int i = 0; i < Shape::kWarpTilesM; ++i) {
        rows[i] = Unit::LoadA(a + i * Unit::kM * SliceA::kStride + k, SliceA::kStride);
      }
      NRNN_UNROLL
      for (int j = 0; j < Shape::kWarpTilesN; ++j) {
        const auto columns = Unit::LoadB(b + j * Unit::kN * SliceB::kStride + k, SliceB::kStride);
        NRNN_UNROLL
        for (int i = 0; i < Shape::kWarpTilesM; ++i) {
          Unit::MultiplyAdd(sums_[i][j], rows[i], columns);
        }
      }
    }
  }

  // Two sums, of `column` and the next, into a row of C.
  NRNN_DEVICE static void StorePair(const TiledArgs& args, int64_t column, const float* sums,
                                    float* c) {
    if (args.pairs && !args.accumulate && column + 1 < args.n) {
      *reinterpret_cast<Pair*>(c + column) = {
          {WithBias(args, column, sums[0]), WithBias(args, column + 1, sums[1])}};
      return;
    }
    for (int j = 0; j < 2 && column + j < args.n; ++j) {
      const float sum = WithBias(args, column + j, sums[j]);
      c[column + j] = args.accumulate ? c[column + j] + sum : sum;
    }
  }
  NRNN_DEVICE static float WithBias(const TiledArgs& args, int64_t column, float sum) {
    return args.bias != nullptr ? sum + args.bias[column] : sum;
  }

  SliceA a_;
  SliceB b_;
  typename Unit::C sums_[Shape::kWarpTilesM][Shape::kWarpTilesN];
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_GEMM_BLOCK_CUH_
