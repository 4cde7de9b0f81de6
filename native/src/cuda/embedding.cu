// Rows of a table, and the gradient of taking them.
//
// Forward: bound by memory, a thread for four columns of a row.
//
// Backward, several rows may add to one row of the table, in the order of the rows: the same bits
// as on the CPU. A warp owns a class of the table's rows, those whose index leaves its remainder,
// reads all indices, and adds the rows that are its own. Reading them all is cheap: 4096 warps
// times 32 indices in some 30 instructions, and the indices come from L1 and L2. A small table has
// fewer classes than keep a GPU busy; the rows are split then, each split adds to a table of its
// own, and the tables are added in the order of the splits.
#include <algorithm>

#include "cuda/cuda_backend.h"
#include "cuda/fault.cuh"
#include "cuda/math.cuh"
#include "cuda/strided.cuh"
#include "cuda/strided_sum.h"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

struct EmbeddingKernelArgs {
  Axes places;  // of groups of columns in y: the row, the group
  int64_t groups;
  EmbeddingArgs of;
  Fault* fault;
};

// kWidth: columns of a group, 1 or 4.
template <int kWidth>
NRNN_KERNEL EmbeddingKernel(EmbeddingKernelArgs args) {
  const EmbeddingArgs& of = args.of;
  for (int64_t k = GlobalThread(); k < args.groups; k += GlobalThreads()) {
    const Offsets at = Locate(args.places, k);
    const int32_t index = of.indices[at.first];
    const bool inside =
        CheckValue(args.fault, Argument::kIndices, at.first, index, 0, of.vocabulary - 1);
    const int64_t from = index * of.dimension + at.second * kWidth, to = k * kWidth;
    const float nan = NotANumber();
    if (kWidth == 4) {
      const Four row =
          inside ? LoadFour<true>(of.table, from, from + 4) : Four{{nan, nan, nan, nan}};
      StoreFour<true>(row, of.y, to, to + 4);
    } else {
      of.y[to] = inside ? of.table[from] : nan;
    }
  }
}

constexpr int64_t kWorkers = 4096;
constexpr int kWarpsOfBlock = 4;

struct EmbeddingBackwardKernelArgs {
  EmbeddingBackwardArgs of;
  uint32_t classes;
  int64_t splits, rows_of_split;
  float* tables;  // [splits, vocabulary, dimension]
  Fault* fault;
};

// A bit for each lane whose flag is set, the same in all lanes.
NRNN_DEVICE uint32_t LanesWhere(bool flag) {
  uint32_t lanes = flag ? uint32_t{1} << Lane() : 0;
  for (int mask = kWarp / 2; mask > 0; mask /= 2) lanes |= ShuffleXor(lanes, mask);
  return lanes;
}

template <bool kAligned>
NRNN_DEVICE void AddRow(const float* __restrict__ from, float* __restrict__ to, int64_t columns) {
  for (int64_t k = 4 * Lane(); k < columns; k += 4 * kWarp) {
    const Four change = LoadFour<kAligned>(from, k, columns);
    Four sum = LoadFour<kAligned>(to, k, columns);
    NRNN_UNROLL
    for (int i = 0; i < 4; ++i) sum.at[i] += change.at[i];
    StoreFour<kAligned>(sum, to, k, columns);
  }
}

template <bool kAligned>
NRNN_KERNEL EmbeddingBackwardKernel(EmbeddingBackwardKernelArgs args) {
  const EmbeddingBackwardArgs& of = args.of;
  const int64_t worker = Block() * Warps() + Warp();
  if (worker >= args.classes * args.splits) return;  // a whole warp
  const uint32_t owned = static_cast<uint32_t>(worker % args.classes);
  const int64_t split = worker / args.classes;
  float* table = args.tables + split * of.vocabulary * of.dimension;
  const int64_t begin = split * args.rows_of_split;
  const int64_t end = begin + args.rows_of_split < of.rows ? begin + args.rows_of_split : of.rows;
  for (int64_t first = begin; first < end; first += kWarp) {
    const int64_t row = first + Lane();
    const int32_t index = row < end ? of.indices[row] : 0;
    const bool inside = index >= 0 && index < of.vocabulary;
    if (!inside && owned == 0) {
      CheckValue(args.fault, Argument::kIndices, row, index, 0, of.vocabulary - 1);
    }
    uint32_t lanes = LanesWhere(row < end && inside && index != of.padding &&
                                static_cast<uint32_t>(index) % args.classes == owned);
    for (int lane = 0; lanes != 0; ++lane, lanes >>= 1) {
      if ((lanes & 1) == 0) continue;
      const int64_t to = ShuffleFrom(index, lane);
      AddRow<kAligned>(of.dy + (first + lane) * of.dimension, table + to * of.dimension,
                       of.dimension);
    }
  }
}

// Tables of their own cost as much memory traffic as a quarter of the rows at most.
int64_t SplitsOf(const EmbeddingBackwardArgs& args, int64_t classes) {
  return std::max<int64_t>(1, std::min(kWorkers / classes, args.rows / (4 * args.vocabulary)));
}

}  // namespace

void CudaBackend::EmbeddingForward(const EmbeddingArgs& args) {
  if (args.rows == 0) return;
  const bool fours = args.dimension % 4 == 0 && FourAligned(args.table, args.y);
  Region region{};
  region.Append(args.rows, 1, 0);
  region.Append(fours ? args.dimension / 4 : args.dimension, 0, 1);
  const EmbeddingKernelArgs call{MakeAxes(region), region.Count(2), args, fault()};
  Launch("EmbeddingForward", fours ? &EmbeddingKernel<4> : &EmbeddingKernel<1>,
         LoopShape(call.groups), call, stream());
}

void CudaBackend::EmbeddingBackward(const EmbeddingBackwardArgs& args) {
  if (args.rows == 0) return;
  EmbeddingBackwardKernelArgs call{};
  call.of = args;
  call.classes = static_cast<uint32_t>(std::min(args.vocabulary, kWorkers));
  call.splits = SplitsOf(args, call.classes);
  call.rows_of_split = (args.rows + call.splits - 1) / call.splits;
  call.fault = fault();
  const int64_t table = args.vocabulary * args.dimension;
  Scratch tables;
  call.tables = args.dtable;
  if (call.splits > 1) {
    tables = BorrowFloats(call.splits * table);
    FillBytes(tables.data(), 0, call.splits * table * int64_t{sizeof(float)}, stream());
    call.tables = tables.floats();
  }
  const bool aligned = args.dimension % 4 == 0 && FourAligned(args.dy, call.tables);
  const int64_t workers = call.classes * call.splits;
  Launch("EmbeddingBackward",
         aligned ? &EmbeddingBackwardKernel<true> : &EmbeddingBackwardKernel<false>,
         {(workers + kWarpsOfBlock - 1) / kWarpsOfBlock, kWarpsOfBlock * kWarp}, call, stream());
  if (call.splits == 1) return;
  Region kept{}, reduced{};
  kept.Append(table, 1, 1);
  reduced.Append(call.splits, table, 0);
  AddSums(*this, {kept, reduced, call.tables, args.dtable});
}

}  // namespace nrnn::cuda
