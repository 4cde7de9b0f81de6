// sums [C] += the sum of the rows of x [R,C], in an order that depends on R and C alone.
//
// A warp reads 32 columns of a row, 128 bytes; the 8 warps of a block take every 8th row of its
// part. Few columns with many rows are parted over blocks, and a second kernel adds the parts up in
// order. Bound by reading x once.
#include <algorithm>

#include "cuda/column_sums.h"
#include "cuda/simt.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * 32;
constexpr int64_t kBlocksWanted = 256;  // about two for each multiprocessor of the larger GPUs
constexpr int64_t kPartRowsLeast = 64;

struct PartSumsArgs {
  ColumnSumsArgs all;
  int64_t parts, part_rows;
  float* part_sums;  // [parts,columns], or null where there is one part
};

NRNN_BOUNDED_KERNEL(kThreads, 4) PartSumsKernel(PartSumsArgs args) {
  float* shared = SharedMemory<float>();  // [kWarps,32]
  const int64_t columns = args.all.columns;
  const int64_t part = Block() % args.parts;
  const int64_t column = Block() / args.parts * kWarp + Lane();
  const int64_t begin = part * args.part_rows;
  const int64_t end =
      begin + args.part_rows < args.all.rows ? begin + args.part_rows : args.all.rows;
  float sum = 0;
  if (column < columns) {
    const float* x = args.all.x + column;
    for (int64_t row = begin + Warp(); row < end; row += kWarps) sum += x[row * args.all.stride];
  }
  shared[Thread()] = sum;
  SyncBlock();
  if (Warp() > 0 || column >= columns) return;
  for (int warp = 1; warp < kWarps; ++warp) sum += shared[warp * kWarp + Lane()];
  if (args.part_sums != nullptr) {
    args.part_sums[part * columns + column] = sum;
  } else {
    args.all.sums[column] += sum;
  }
}

NRNN_KERNEL AddPartsKernel(PartSumsArgs args) {
  const int64_t columns = args.all.columns;
  for (int64_t column = GlobalThread(); column < columns; column += GlobalThreads()) {
    float sum = 0;
    for (int64_t part = 0; part < args.parts; ++part)
      sum += args.part_sums[part * columns + column];
    args.all.sums[column] += sum;
  }
}

}  // namespace

Scratch AddColumnSums(CudaBackend& backend, const ColumnSumsArgs& args, Stream& stream) {
  if (args.rows <= 0 || args.columns <= 0) return {};
  const int64_t groups = (args.columns + 31) / 32;
  const int64_t most = std::max<int64_t>(args.rows / kPartRowsLeast, 1);
  const int64_t wanted = std::clamp<int64_t>(kBlocksWanted / groups, 1, most);
  PartSumsArgs parts = {args, 1, (args.rows + wanted - 1) / wanted, nullptr};
  parts.parts = (args.rows + parts.part_rows - 1) / parts.part_rows;
  Scratch scratch;
  if (parts.parts > 1) {
    scratch = backend.BorrowFloats(parts.parts * args.columns);
    parts.part_sums = scratch.floats();
  }
  Launch("PartSumsKernel", &PartSumsKernel,
         {groups * parts.parts, kThreads, int64_t{kThreads * sizeof(float)}}, parts, stream);
  if (parts.parts > 1) {
    Launch("AddPartsKernel", &AddPartsKernel, backend.LoopShape(args.columns), parts, stream);
  }
  return scratch;
}

}  // namespace nrnn::cuda
