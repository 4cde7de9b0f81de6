// The tiled matrix product: which tiles, how many blocks, and the second pass where several blocks
// share a sum.
//
// Bound by: the multiply-adds (tensor cores) of the GPU for large m, n and k; by reading the larger
// operand once where m or n is small. A product with few tiles of C and a long k (the gradient of
// weights, a few rows times many weights) splits k over blocks until there are kBlocksWanted; their
// sums meet in a second kernel, in order. How k is split depends on the sizes alone, so the bits of
// a result do not depend on the GPU.
#include <algorithm>

#include "cuda/gemm.h"
#include "cuda/gemm_block.cuh"

namespace nrnn::cuda {
namespace {

// About two blocks for each multiprocessor of the larger GPUs (108 to 132 of them).
constexpr int64_t kBlocksWanted = 256;
// A part of k is at least this long: its sum goes through memory twice, 8 bytes for so many
// multiply-adds.
constexpr int64_t kSplitDepthLeast = 256;
constexpr int64_t kBlocksMost = int64_t{1} << 30;

template <class Precision, class Shape>
NRNN_BOUNDED_KERNEL(Shape::kThreads, 1)
TiledProductKernel(TiledArgs args) {
  using Product = BlockProduct<Precision, Shape>;
  auto* shared = SharedMemory<typename Precision::Element>();
  const int64_t tiles_m = Product::TilesM(args.m), tiles_n = Product::TilesN(args.n);
  const int64_t tiles = args.batch * args.splits * tiles_m * tiles_n;
  for (int64_t tile = Block(); tile < tiles; tile += Blocks()) {
    typename Product::Place place;
    place.column = tile % tiles_n * Shape::kN;
    place.row = tile / tiles_n % tiles_m * Shape::kM;
    place.split = tile / (tiles_n * tiles_m) % args.splits;
    place.batch = tile / (tiles_n * tiles_m * args.splits);
    Product product;
    product.Multiply(args, place, shared);
    product.Store(args, place);
  }
}

struct SplitSumArgs {
  int64_t batch, m, n, splits;
  const float* parts;  // [splits,batch,m,n]
  const float* bias;   // or null
  float* c;
  int64_t ldc, batch_c;
  bool accumulate;
};

NRNN_KERNEL SplitSumKernel(SplitSumArgs args) {
  const int64_t length = args.batch * args.m * args.n;
  for (int64_t at = GlobalThread(); at < length; at += GlobalThreads()) {
    float sum = 0;
    for (int64_t part = 0; part < args.splits; ++part) sum += args.parts[part * length + at];
    const int64_t column = at % args.n, row = at / args.n % args.m;
    if (args.bias != nullptr) sum += args.bias[column];
    float* c = args.c + at / (args.n * args.m) * args.batch_c + row * args.ldc + column;
    *c = args.accumulate ? *c + sum : sum;
  }
}

bool IsAligned(const void* address, uintptr_t bytes) {
  return reinterpret_cast<uintptr_t>(address) % bytes == 0;
}

ProductOperand MakeOperand(const float* data, int64_t stride, int64_t batch_stride, bool by_rows) {
  const bool aligned = IsAligned(data, 16) && stride % 4 == 0 && batch_stride % 4 == 0;
  return {data, stride, batch_stride, by_rows, aligned};
}

TiledArgs MakeTiledArgs(const ProductArgs& args) {
  TiledArgs tiled = {};
  tiled.batch = args.batch;
  tiled.m = args.m;
  tiled.n = args.n;
  tiled.k = args.k;
  tiled.splits = 1;
  tiled.split_depth = args.k;
  tiled.a = MakeOperand(args.a, args.lda, args.batch_a, !args.transpose_a);
  tiled.b = MakeOperand(args.b, args.ldb, args.batch_b, args.transpose_b);
  tiled.c = args.c;
  tiled.ldc = args.ldc;
  tiled.batch_c = args.batch_c;
  tiled.pairs = IsAligned(args.c, 8) && args.ldc % 2 == 0 && args.batch_c % 2 == 0;
  tiled.bias = args.bias;
  tiled.accumulate = args.accumulate;
  return tiled;
}

template <class Precision, class Shape>
int64_t CountTiles(const TiledArgs& args) {
  using Product = BlockProduct<Precision, Shape>;
  return args.batch * args.splits * Product::TilesM(args.m) * Product::TilesN(args.n);
}

template <class Precision, class Shape>
void LaunchTiles(const TiledArgs& args, Stream& stream) {
  using Product = BlockProduct<Precision, Shape>;
  const int64_t blocks = std::min(CountTiles<Precision, Shape>(args), kBlocksMost);
  Launch("TiledProductKernel", &TiledProductKernel<Precision, Shape>,
         {blocks, Shape::kThreads, Product::kSharedBytes}, args, stream);
}

// Divides k so that `tiles` become kBlocksWanted, if it is long enough.
void SplitDepth(int64_t tiles, int64_t slice, TiledArgs& args) {
  const int64_t wanted = std::min(kBlocksWanted / tiles, args.k / kSplitDepthLeast);
  if (wanted < 2) return;
  const int64_t depth = (args.k + wanted - 1) / wanted;
  args.split_depth = (depth + slice - 1) / slice * slice;
  args.splits = (args.k + args.split_depth - 1) / args.split_depth;
}

// Parts of sums go to memory of their own; they become c after.
SplitSumArgs DivertSums(float* parts, TiledArgs& tiled) {
  const SplitSumArgs sum = {tiled.batch, tiled.m, tiled.n,   tiled.splits,  parts,
                            tiled.bias,  tiled.c, tiled.ldc, tiled.batch_c, tiled.accumulate};
  tiled.c = parts;
  tiled.ldc = tiled.n;
  tiled.batch_c = tiled.m * tiled.n;
  tiled.split_c = tiled.batch * tiled.batch_c;
  tiled.pairs = tiled.n % 2 == 0;
  tiled.bias = nullptr;
  tiled.accumulate = false;
  return sum;
}

template <class Precision>
Scratch LaunchProduct(CudaBackend& backend, TiledArgs tiled, Stream& stream) {
  if (CountTiles<Precision, LargeShape>(tiled) >= kBlocksWanted / 2) {
    LaunchTiles<Precision, LargeShape>(tiled, stream);
    return {};
  }
  SplitDepth(CountTiles<Precision, SmallShape>(tiled),
             BlockProduct<Precision, SmallShape>::SliceA::kDepth, tiled);
  if (tiled.splits == 1) {
    LaunchTiles<Precision, SmallShape>(tiled, stream);
    return {};
  }
  const int64_t length = tiled.batch * tiled.m * tiled.n;
  Scratch parts = backend.BorrowFloats(tiled.splits * length);
  const SplitSumArgs sum = DivertSums(parts.floats(), tiled);
  LaunchTiles<Precision, SmallShape>(tiled, stream);
  Launch("SplitSumKernel", &SplitSumKernel, backend.LoopShape(length), sum, stream);
  return parts;
}

}  // namespace

Scratch TiledProduct(CudaBackend& backend, const ProductArgs& args, Stream& stream) {
  if (args.batch <= 0 || args.m <= 0 || args.n <= 0) return {};
  Scratch scratch;
  WithPrecision(args.precision, [&](auto precision) {
    scratch = LaunchProduct<decltype(precision)>(backend, MakeTiledArgs(args), stream);
  });
  return scratch;
}

}  // namespace nrnn::cuda
