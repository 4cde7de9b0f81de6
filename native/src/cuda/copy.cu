// Strided copies: slices, concatenations, transpositions, and their gradients. Sums over axes:
// strided_sum.cu.
//
// Bound by memory where neighbouring threads have neighbours on both sides. Threads follow the
// destination, four elements each where both sides allow it. Where the source is contiguous along
// another axis than the destination is, tiles of 32 x 32 elements go through shared memory, read
// along the one and written along the other.
//
// Indices that name the same element of the destination (windows that overlap) must not meet in one
// kernel: some axes are walked by the host, in order, so that the others are disjoint, one launch
// for each of their indices.
#include "core/strides.h"
#include "cuda/cuda_backend.h"
#include "cuda/strided.cuh"
#include "cuda/strided_sum.h"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kTile = 32;
constexpr int kTileThreads = 256;
constexpr int kTileStride = kTile + 1;  // no two lanes in one bank, along rows and columns

struct CopyKernelArgs {
  Axes axes;  // of elements, or of fours
  int64_t count;
  const float* source;
  float* destination;
};

template <bool kAccumulate>
NRNN_DEVICE void Assign(float value, float* to) {
  *to = kAccumulate ? *to + value : value;
}

// kFours: an element of the region is four floats that lie side by side in both.
template <bool kAccumulate, bool kFours>
NRNN_KERNEL CopyKernel(CopyKernelArgs args) {
  for (int64_t k = GlobalThread(); k < args.count; k += GlobalThreads()) {
    const Offsets at = Locate(args.axes, k);
    if (!kFours) {
      Assign<kAccumulate>(args.source[at.first], args.destination + at.second);
      continue;
    }
    Four value = LoadFour<true>(args.source, at.first, at.first + 4);
    if (kAccumulate) {
      const Four before = LoadFour<true>(args.destination, at.second, at.second + 4);
      NRNN_UNROLL
      for (int i = 0; i < 4; ++i) value.at[i] = before.at[i] + value.at[i];
    }
    StoreFour<true>(value, args.destination, at.second, at.second + 4);
  }
}

struct TransposeArgs {
  Axes planes;  // the axes around
  int64_t tiles, row_tiles, column_tiles;
  int64_t rows, columns;
  int64_t source_row, source_column, destination_row, destination_column;
  const float* source;
  float* destination;
};

template <bool kAccumulate>
NRNN_KERNEL TransposeKernel(TransposeArgs args) {
  float* tile = SharedMemory<float>();  // [column, row]
  for (int64_t k = Block(); k < args.tiles; k += Blocks()) {
    const int64_t column_tile = k % args.column_tiles, above = k / args.column_tiles;
    const int64_t row = above % args.row_tiles * kTile, column = column_tile * kTile;
    const Offsets at = Locate(args.planes, above / args.row_tiles);
    const float* source = args.source + at.first;
    float* destination = args.destination + at.second;
    const int64_t rows = args.rows - row, columns = args.columns - column;  // left, from here on
    for (int c = Warp(); c < kTile; c += kTileThreads / kWarp) {
      if (Lane() >= rows || c >= columns) continue;
      tile[c * kTileStride + Lane()] =
          source[(row + Lane()) * args.source_row + (column + c) * args.source_column];
    }
    SyncBlock();
    for (int r = Warp(); r < kTile; r += kTileThreads / kWarp) {
      if (r >= rows || Lane() >= columns) continue;
      Assign<kAccumulate>(tile[Lane() * kTileStride + r],
                          destination + (row + r) * args.destination_row +
                              (column + Lane()) * args.destination_column);
    }
    SyncBlock();
  }
}

struct StridedCopy {
  CudaBackend& backend;
  bool accumulate;
  const float* source;
  float* destination;
};

// Whether the region can go in fours.
bool HasFours(const StridedCopy& copy, const Region& region) {
  const int last = region.rank - 1;
  bool whole = region.sizes[last] % 4 == 0 && region.first[last] == 1 && region.second[last] == 1 &&
               FourAligned(copy.source, copy.destination);
  for (int axis = 0; axis < last; ++axis) {
    whole = whole && region.first[axis] % 4 == 0 && region.second[axis] % 4 == 0;
  }
  return whole;
}

void CopyElements(const StridedCopy& copy, Region region) {
  const bool fours = HasFours(copy, region);
  if (fours) {
    const int last = region.rank - 1;
    region.sizes[last] /= 4;
    region.first[last] = region.second[last] = 4;
  }
  const CopyKernelArgs args{MakeAxes(region), region.Count(region.rank), copy.source,
                            copy.destination};
  const auto kernel = copy.accumulate
                          ? (fours ? &CopyKernel<true, true> : &CopyKernel<true, false>)
                          : (fours ? &CopyKernel<false, true> : &CopyKernel<false, false>);
  Launch("CopyStrided", kernel, copy.backend.LoopShape(args.count), args, copy.backend.stream());
}

// The last two axes of region are the planes: rows, which the source has closest together, and
// columns, which the destination has.
void Transpose(const StridedCopy& copy, Region region) {
  constexpr int64_t kMostBlocks = 1 << 16;
  const int row = region.rank - 2, column = region.rank - 1;
  TransposeArgs args{};
  args.rows = region.sizes[row];
  args.columns = region.sizes[column];
  args.source_row = region.first[row];
  args.source_column = region.first[column];
  args.destination_row = region.second[row];
  args.destination_column = region.second[column];
  args.source = copy.source;
  args.destination = copy.destination;
  region.rank -= 2;
  args.planes = MakeAxes(region);
  args.row_tiles = (args.rows + kTile - 1) / kTile;
  args.column_tiles = (args.columns + kTile - 1) / kTile;
  args.tiles = region.Count(region.rank) * args.row_tiles * args.column_tiles;
  const LaunchShape shape{std::min(args.tiles, kMostBlocks), kTileThreads,
                          kTile * kTileStride * int64_t{sizeof(float)}};
  Launch("Transpose", copy.accumulate ? &TransposeKernel<true> : &TransposeKernel<false>, shape,
         args, copy.backend.stream());
}

// A sorted region of which every index has an element of its own.
void CopyDisjoint(const StridedCopy& copy, const Region& sorted) {
  constexpr int64_t kSmallPlane = 8;  // shorter rows or columns would leave most of a tile empty
  Region region = sorted.Merged();
  if (region.rank == 0) region.Append(1, 1, 1);
  const int last = region.rank - 1, nearest = NearestAxis(region);
  if (!copy.accumulate && last == 0 && region.first[0] == 1 && region.second[0] == 1) {
    CopyOnGpu(copy.destination, copy.source, region.sizes[0] * int64_t{sizeof(float)},
              copy.backend.stream());
    return;
  }
  if (nearest != last && Magnitude(region.first[nearest]) < Magnitude(region.first[last]) &&
      region.sizes[nearest] >= kSmallPlane && region.sizes[last] >= kSmallPlane) {
    MoveAxis(region, nearest, last - 1);
    Transpose(copy, region);
    return;
  }
  CopyElements(copy, region);
}

// Takes an axis out.
void RemoveAxis(Region& region, int axis) {
  MoveAxis(region, axis, region.rank - 1);
  --region.rank;
}

// Of the axes whose strides are not beyond the extent of a smaller one's, and of those within, the
// one with the fewest indices.
int ShortestMeeting(const Region& region) {
  int64_t extent = 0;
  int shortest = region.rank - 1;
  for (int axis = region.rank - 1; axis >= 0; --axis) {
    const int64_t stride = Magnitude(region.second[axis]);
    if (region.sizes[axis] < region.sizes[shortest]) shortest = axis;
    if (stride <= extent) break;
    extent += stride * (region.sizes[axis] - 1);
  }
  return shortest;
}

// Copies assign in the order of the indices, so that the first axes are those to walk; sums may
// walk any.
void CopyInTurns(const StridedCopy& copy, const Region& region) {
  Region turns{}, rest = copy.accumulate ? SortedByDestination(region) : region;
  while (!IsDisjoint(SortedByDestination(rest))) {
    const int axis = copy.accumulate ? ShortestMeeting(rest) : 0;
    turns.Append(rest.sizes[axis], rest.first[axis], rest.second[axis]);
    RemoveAxis(rest, axis);
  }
  rest = SortedByDestination(rest);
  Odometer at(turns, turns.rank, 0);
  for (int64_t turn = turns.Count(turns.rank); turn > 0; --turn, at.Next()) {
    CopyDisjoint(
        {copy.backend, copy.accumulate, copy.source + at.first(), copy.destination + at.second()},
        rest);
  }
}

void CopyRegion(const StridedCopy& copy, const Region& region) {
  const Region sorted = SortedByDestination(region);
  if (IsDisjoint(sorted)) {
    CopyDisjoint(copy, sorted);
  } else {
    CopyInTurns(copy, region);
  }
}

// Where several sums go to one element, they are added to it one after the other.
void AddSumsInTurns(const StridedCopy& copy, const Region& kept, const Region& reduced) {
  const int64_t count = kept.Count(kept.rank);
  const Scratch sums = copy.backend.BorrowFloats(count);
  FillBytes(sums.data(), 0, count * int64_t{sizeof(float)}, copy.backend.stream());
  Region inner = kept, outer = kept;
  int64_t stride = 1;
  for (int axis = kept.rank - 1; axis >= 0; --axis) {
    inner.second[axis] = outer.first[axis] = stride;
    stride *= kept.sizes[axis];
  }
  AddSums(copy.backend, {inner, reduced, copy.source, sums.floats()});
  CopyRegion({copy.backend, true, sums.floats(), copy.destination}, outer);
}

}  // namespace

void CudaBackend::CopyStrided(const CopyArgs& args) {
  StridedCopy copy{*this, args.accumulate, args.source, args.destination};
  Region kept{}, reduced{};
  for (int axis = 0; axis < args.rank; ++axis) {
    const int64_t size = args.sizes[axis], stride = args.source_strides[axis];
    if (size == 0) return;
    if (size == 1) continue;
    if (args.destination_strides[axis] != 0) {
      kept.Append(size, stride, args.destination_strides[axis]);
    } else if (args.accumulate) {
      reduced.Append(size, stride, 0);
    } else {
      copy.source += (size - 1) * stride;  // the last one written stays
    }
  }
  kept = kept.Merged();
  reduced = reduced.Merged();
  if (reduced.rank == 0) {
    CopyRegion(copy, kept);
  } else if (IsDisjoint(SortedByDestination(kept))) {
    AddSums(*this, {kept, reduced, copy.source, copy.destination});
  } else {
    AddSumsInTurns(copy, kept, reduced);
  }
}

}  // namespace nrnn::cuda
