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

// Sizes of a product's tile (tile.cuh): rows of the batch and columns; bytes of the depth that are
// counted as one depth tile, 16 numbers of bf16 and fp16 and 8 of float and tf32.
constexpr int kTileRows = 16;
constexpr int kTileColumns = 8;
constexpr int kTileBytes = 32;
constexpr int ElementBytes(nrnn_precision precision) {
  return precision == NRNN_PRECISION_BFLOAT16 || precision == NRNN_PRECISION_FLOAT16 ? 2 : 4;
}

// Threads of a block of the recurrent kernels, and their warps.
constexpr int kRecurrentThreads = 256;
constexpr int kRecurrentWarps = kRecurrentThreads / 32;
// Tiles of weights that a warp keeps in registers at most, 2 registers each: 128 of the 255 of a
// thread. Float32 keeps none (tile.cuh).
constexpr int kKeptTiles = 64;
// Depth tiles of these.
constexpr int MaxRegisterTiles(nrnn_precision precision, int column_tiles) {
  return precision == NRNN_PRECISION_FLOAT32 ? 0 : kKeptTiles / column_tiles;
}
// Of these, those that pass through shared memory at once.
constexpr int kStagedTiles = 4;
// Row tiles that a warp multiplies at once at most, and its column tiles, with kept weights and
// with those that are read in every step.
constexpr int kKeptRowTiles = 2;
constexpr int kKeptColumnTiles[] = {4, 2};
constexpr int kStreamedRowTiles = 4;
constexpr int kStreamedColumnTiles[] = {4, 2};
// Depth tiles of a chunk at least where registers keep weights: the loop over them has no loop in
// the machine's code, and the fewer places of it may begin a chunk the shorter it is.
constexpr int kLeastChunk = 2;
// Chunks of the exchanged array in shared memory: one is multiplied, the others are on their way.
constexpr int kChunkSlots = 3;

struct RecurrentTiling {
  bool persistent;   // one cooperative launch for all steps; else launches step by step
  int units;         // hidden units of a block
  int unit_blocks;   // blocks over the hidden units
  int row_groups;    // blocks over the rows of the batch: a grid has row_groups unit_blocks blocks
  int rows;          // rows of the batch of a block, at most
  int group_rows;    // of these, rows that are multiplied together; a multiple of kTileRows
  int column_tiles;  // tiles of columns of a warp: 2 or 4
  int column_parts;  // warps side by side over a block's columns, a power of two
  int depth_parts;   // warps side by side over the depth; their sums are added in order
  int depth_tiles;   // tiles over the depth of a warp; depth_parts depth_tiles cover the depth
  int register_tiles;  // of these, those that stay in registers; persistent: the rest is in shared
                       // memory
  int chunk_tiles;     // of these, those of a chunk; a power of two that divides depth_tiles
  int second_depth_tiles;  // of a second product of the same columns (RecurrentProduct);
                           // chunk_tiles divides it too
  int column_shift;        // logarithm of Columns()
  int part_shift;          // logarithm of depth_parts
  int piece_shift;         // logarithm of the 16-byte pieces of a chunk's line
  // Where parts of a block's shared memory begin, in bytes: weights that stay, the ring of chunks,
  // the products' sums, and what the kernel keeps of `floats` floats for each of its units and
  // rows.
  int weights_at, second_weights_at, ring_at, sums_at, state_at;
  int64_t shared_bytes;

  int64_t Blocks() const { return int64_t{unit_blocks} * row_groups; }
  // Numbers of a row of the exchanged array, from the depth on zeros.
  int64_t Width(nrnn_precision precision) const {
    return int64_t{depth_parts} * depth_tiles * (kTileBytes / ElementBytes(precision));
  }
  int Columns() const { return column_parts * column_tiles * kTileColumns; }
};

// What a kernel may use.
struct TilingLimits {
  int multiprocessors;
  int64_t shared_per_block;
  bool cooperative;
};

// Of a GPU shared by `directions` recurrences at once.
TilingLimits LimitsOf(const GpuTraits& traits, int64_t directions);

// The product of a step: depth numbers of each row of the batch times columns columns of each
// hidden unit; floats: what a kernel keeps in shared memory for each unit and row. second_depth: of
// another product of the step, whose weights stay in shared memory; 0: there is none.
struct RecurrentProduct {
  int64_t hidden, batch, depth, second_depth;
  int columns, floats;
  nrnn_precision precision;
};

// The division that the model expects to be fastest: persistent wherever one fits. The environment
// variable NATIVERNN_CUDA_TILING fixes parts of it, see recurrent_tiling.cc.
RecurrentTiling ChooseTiling(const RecurrentProduct& product, const TilingLimits& limits);

// Forward: h' [B,H] with the G gates of a unit; h, c and the gates are kept. Backward: da [B,G H]
// with the one column that a unit has in W_hh.
RecurrentTiling ChooseForwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                    nrnn_precision precision, const TilingLimits& limits);
RecurrentTiling ChooseBackwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                     nrnn_precision precision, const TilingLimits& limits);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_TILING_H_
