// How the recurrence of a layer and direction is divided over a GPU: a cost model in plain host
// code.
//
// A step is one product (reset before: two) of `depth` numbers of each row of the batch with
// `columns` columns of each hidden unit: forward h' [B,H] with the G gates of a unit, backward da
// [B,G H] with its one column. A block owns some hidden units for some rows; its slice of W_hh
// stays, as fragments of a tile, in the registers of its warps and, what is left, in shared memory.
#ifndef NATIVERNN_CUDA_RECURRENT_TILING_H_
#define NATIVERNN_CUDA_RECURRENT_TILING_H_

#include <cstdint>

#include "core/layout.h"
#include "cuda/runtime.h"
#include "nativernn/nativernn.h"

namespace nrnn::cuda {

// Sizes of a product's tile (tile.cuh): rows of the batch, columns, numbers summed at once.
constexpr int kTileRows = 16;
constexpr int kTileColumns = 8;
constexpr int TileDepth(nrnn_precision precision) {
  return precision == NRNN_PRECISION_BFLOAT16 || precision == NRNN_PRECISION_FLOAT16 ? 16 : 8;
}
constexpr int64_t ElementBytes(nrnn_precision precision) {
  return precision == NRNN_PRECISION_BFLOAT16 || precision == NRNN_PRECISION_FLOAT16 ? 2 : 4;
}

// Threads of a block of the recurrent kernels, and their warps.
constexpr int kRecurrentThreads = 256;
constexpr int kRecurrentWarps = kRecurrentThreads / 32;

struct RecurrentTiling {
  bool persistent;   // one cooperative launch for all steps; else launches step by step
  int units;         // hidden units of a block
  int unit_blocks;   // blocks over the hidden units
  int row_groups;    // blocks over the rows of the batch: a grid has row_groups unit_blocks blocks
  int rows;          // of a group, at most; a multiple of kTileRows
  int column_tiles;  // tiles of columns of a warp: 1, 2 or 4
  int column_parts;  // warps side by side over a block's columns
  int depth_parts;   // warps side by side over the depth; their sums are added in order
  int depth_tiles;   // tiles over the depth of a warp
  int register_tiles;  // of these, those that stay in registers; the rest is in shared memory
  int chunk_tiles;     // of these, those of a chunk of the exchanged array in shared memory
  int64_t shared_bytes;
};

// What a kernel may use.
struct TilingLimits {
  int multiprocessors;  // half of the GPU's where two directions run at once
  int64_t shared_per_block;
  bool cooperative;
};

// multiprocessors: of the GPU, shared by `directions` recurrences.
TilingLimits LimitsOf(const GpuTraits& traits, int64_t directions);

// The environment variable NATIVERNN_CUDA_TILING overrides the choice; see recurrent_tiling.cc.
RecurrentTiling ChooseForwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                    nrnn_precision precision, const TilingLimits& limits);
RecurrentTiling ChooseBackwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                     nrnn_precision precision, const TilingLimits& limits);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_TILING_H_
