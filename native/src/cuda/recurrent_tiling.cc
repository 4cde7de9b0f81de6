// All divisions that fit are enumerated, and the one whose step the model expects to be shortest is
// taken. What the model counts, in clocks of a multiprocessor of an H100 (other GPUs differ in
// scale, not in what pays):
//   - waiting: the grid's barrier and the first chunk's way through L2;
//   - reading: all rows of the exchanged array, by every block, at 64 bytes a clock for a block and
//     3700 for all; of weights that are streamed, 2000 for all;
//   - products: 4 clocks a tensor-core tile (8 of multiply-adds), and 128 bytes a clock of shared
//     memory for what is not in registers;
//   - a barrier of the block for each chunk, and the cell's equations.
//
// NATIVERNN_CUDA_TILING, for tuning and tests: name=value pairs with commas between them, such as
// "persistent=1,row_groups=2". Names: persistent (0 or 1), units, row_groups, column_tiles,
// column_parts, register_tiles, chunk_tiles. The others are chosen as before. A value above what a
// shape can use is lowered to it.
#include "cuda/recurrent_tiling.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

#include "core/error.h"

namespace nrnn::cuda {
namespace {

constexpr int kAlignment = 128;  // of parts of shared memory

constexpr int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
constexpr int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

int Logarithm(int power_of_two) {
  int result = 0;
  while ((1 << result) < power_of_two) ++result;
  return result;
}

// What the environment fixes; -1: nothing.
struct Fixed {
  int persistent = -1, units = -1, row_groups = -1, column_tiles = -1, column_parts = -1,
      register_tiles = -1, chunk_tiles = -1;
};

constexpr char kVariable[] = "NATIVERNN_CUDA_TILING";

void SetFixed(const std::string& pair, Fixed& fixed) {
  using Field = int Fixed::*;
  struct Name {
    const char* name;
    Field value;
    int low, high;
  };
  static constexpr Name kNames[] = {{"persistent", &Fixed::persistent, 0, 1},
                                    {"units", &Fixed::units, 1, 256},
                                    {"row_groups", &Fixed::row_groups, 1, 1 << 20},
                                    {"column_tiles", &Fixed::column_tiles, 2, 4},
                                    {"column_parts", &Fixed::column_parts, 1, 8},
                                    {"register_tiles", &Fixed::register_tiles, 0, 32},
                                    {"chunk_tiles", &Fixed::chunk_tiles, 1, 16}};
  const size_t equals = pair.find('=');
  for (const Name& name : kNames) {
    if (equals == std::string::npos || pair.compare(0, equals, name.name) != 0) continue;
    char* end = nullptr;
    const std::string text = pair.substr(equals + 1);
    const long value = std::strtol(text.c_str(), &end, 10);
    Require(!text.empty() && *end == 0 && value >= name.low && value <= name.high, kVariable, ": ",
            name.name, " is ", text, ", must be ", name.low, "..", name.high);
    fixed.*name.value = static_cast<int>(value);
    return;
  }
  throw Error(NRNN_INVALID_ARGUMENT, Text(kVariable, ": ", pair, " is not a known name=value"));
}

Fixed ReadFixed() {
  Fixed fixed;
  const char* text = std::getenv(kVariable);
  if (text == nullptr) return fixed;
  const std::string all(text);
  for (size_t at = 0; at < all.size();) {
    const size_t comma = std::min(all.find(',', at), all.size());
    SetFixed(all.substr(at, comma - at), fixed);
    at = comma + 1;
  }
  return fixed;
}

class Chooser {
 public:
  Chooser(const RecurrentProduct& product, const TilingLimits& limits)
      : product_(product), limits_(limits), fixed_(ReadFixed()) {}

  RecurrentTiling Choose() {
    if (limits_.cooperative && fixed_.persistent != 0) {
      for (const int column_tiles : kKeptColumnTiles) TryColumns(true, column_tiles);
    }
    if (best_clocks_ == kNone && fixed_.persistent != 1) {
      for (const int column_tiles : kStreamedColumnTiles) TryColumns(false, column_tiles);
    }
    Require(best_clocks_ < kNone, "no division of a recurrence of ", product_.hidden,
            " hidden units and ", product_.batch, " rows fits into ", limits_.multiprocessors,
            " multiprocessors with ", limits_.shared_per_block, " bytes of shared memory each",
            std::getenv(kVariable) ? Text(" as ", kVariable, " asks for") : "");
    return best_;
  }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  void TryColumns(bool persistent, int column_tiles) {
    if (fixed_.column_tiles > 0 && column_tiles != fixed_.column_tiles) return;
    for (int parts = 1; parts <= kRecurrentWarps; parts *= 2) {
      if (fixed_.column_parts > 0 && parts != fixed_.column_parts) continue;
      RecurrentTiling tiling{};
      tiling.persistent = persistent;
      tiling.column_tiles = column_tiles;
      tiling.column_parts = parts;
      tiling.depth_parts = kRecurrentWarps / parts;
      const int64_t most = std::min<int64_t>(tiling.Columns() / product_.columns, product_.hidden);
      const int64_t units = fixed_.units > 0 ? std::min<int64_t>(fixed_.units, most) : most;
      if (units == 0) continue;
      tiling.unit_blocks = static_cast<int>(CeilDiv(product_.hidden, units));
      // The same blocks with as little in the last one as in the others.
      tiling.units =
          static_cast<int>(fixed_.units > 0 ? units : CeilDiv(product_.hidden, tiling.unit_blocks));
      TryRows(tiling);
    }
  }

  void TryRows(RecurrentTiling tiling) {
    const int64_t most_groups =
        tiling.persistent ? limits_.multiprocessors / tiling.unit_blocks : product_.batch;
    for (int64_t groups = 1; groups <= std::min(most_groups, product_.batch); ++groups) {
      if (fixed_.row_groups > 0 && groups != std::min<int64_t>(fixed_.row_groups, product_.batch)) {
        continue;
      }
      const int64_t rows = CeilDiv(product_.batch, groups);
      if (fixed_.row_groups < 0 && groups > 1 && rows < kTileRows) break;
      tiling.rows = static_cast<int>(rows);
      tiling.row_groups = static_cast<int>(CeilDiv(product_.batch, rows));
      // Fewer together take less shared memory.
      const int64_t together = std::min<int64_t>(
          CeilDiv(rows, kTileRows), tiling.persistent ? kKeptRowTiles : kStreamedRowTiles);
      for (int64_t tiles = together; tiles >= 1; --tiles) {
        tiling.group_rows = static_cast<int>(tiles * kTileRows);
        TryDepth(tiling);
      }
    }
  }

  // Depth tiles of a warp.
  int64_t DepthTiles(int64_t depth, const RecurrentTiling& tiling) const {
    const int64_t bytes = depth * ElementBytes(product_.precision);
    return CeilDiv(CeilDiv(bytes, kTileBytes), tiling.depth_parts);
  }

  void TryDepth(RecurrentTiling tiling) {
    const int64_t tiles = DepthTiles(product_.depth, tiling);
    const int64_t second_tiles = DepthTiles(product_.second_depth, tiling);
    const int most =
        tiling.persistent ? MaxRegisterTiles(product_.precision, tiling.column_tiles) : 0;
    const int least = most > 0 ? kLeastChunk : 1;
    for (int chunk = 16; chunk >= least; chunk /= 2) {
      if (fixed_.chunk_tiles > 0 && chunk > std::max(fixed_.chunk_tiles, least)) continue;
      if (chunk > least && chunk >= 2 * tiles) continue;
      tiling.chunk_tiles = chunk;
      tiling.depth_tiles = static_cast<int>(RoundUp(tiles, chunk));
      tiling.second_depth_tiles = static_cast<int>(RoundUp(second_tiles, chunk));
      tiling.register_tiles = std::min(tiling.depth_tiles, most);
      if (fixed_.register_tiles >= 0) {
        tiling.register_tiles = std::min(tiling.register_tiles, fixed_.register_tiles);
      }
      Place(tiling);
      const double clocks = Clocks(tiling);
      if (tiling.shared_bytes > limits_.shared_per_block || clocks >= best_clocks_) continue;
      best_clocks_ = clocks;
      best_ = tiling;
    }
  }

  // Where parts of shared memory begin.
  void Place(RecurrentTiling& tiling) const {
    constexpr int64_t kPadding = 16;  // of a line, so that loads have no bank conflicts
    const int64_t parts = tiling.depth_parts, columns = tiling.Columns();
    const auto weights = [&](int64_t tiles) {
      return tiling.persistent && tiles > 0 ? parts * columns * (tiles * kTileBytes + kPadding) : 0;
    };
    const int64_t lines = tiling.group_rows + (tiling.persistent ? 0 : columns);
    const int64_t slots =
        kChunkSlots * parts * lines * (tiling.chunk_tiles * kTileBytes + kPadding);
    // Weights on their way to registers pass through the ring.
    const int64_t staged =
        tiling.register_tiles > 0 ? parts * columns * (kStagedTiles * kTileBytes + kPadding) : 0;
    const int64_t sums = parts * tiling.group_rows * (columns + 8) * int64_t{sizeof(float)};
    const int64_t state =
        int64_t{tiling.rows} * tiling.units * product_.floats * int64_t{sizeof(float)};
    int64_t end = 0;
    const auto take = [&](int64_t bytes) {
      const int64_t at = end;
      end += RoundUp(bytes, kAlignment);
      return static_cast<int>(std::min<int64_t>(at, std::numeric_limits<int>::max()));
    };
    tiling.weights_at = take(weights(tiling.depth_tiles - tiling.register_tiles));
    tiling.second_weights_at = take(weights(tiling.second_depth_tiles));
    tiling.ring_at = take(std::max(slots, staged));
    tiling.sums_at = take(sums);
    tiling.state_at = take(state);
    tiling.shared_bytes = end;
    tiling.column_shift = Logarithm(tiling.Columns());
    tiling.part_shift = Logarithm(tiling.depth_parts);
    tiling.piece_shift = Logarithm(tiling.chunk_tiles * (kTileBytes / 16));
  }

  // Of a step.
  double Clocks(const RecurrentTiling& tiling) const {
    const double blocks = static_cast<double>(tiling.Blocks());
    const double waves = static_cast<double>(CeilDiv(tiling.Blocks(), limits_.multiprocessors));
    const double groups = static_cast<double>(CeilDiv(tiling.rows, tiling.group_rows));
    const double line =
        static_cast<double>(tiling.Width(product_.precision)) * ElementBytes(product_.precision);
    const double waiting = 2500.0 + 4.0 * blocks;
    const double streamed = tiling.persistent ? 0.0 : groups * tiling.Columns() * line;
    const double read = tiling.rows * line;
    const double reading = std::max(
        {waves * (read + streamed) / 64.0, blocks * read / 3700.0, blocks * streamed / 2000.0});
    const double tile = product_.precision == NRNN_PRECISION_FLOAT32 ? 8.0 : 4.0;
    const double row_tiles = tiling.group_rows / kTileRows;
    const double shared = 1.0 - static_cast<double>(tiling.register_tiles) / tiling.depth_tiles;
    const double products = groups * kRecurrentWarps * tiling.depth_tiles *
                            (row_tiles * 4.0 + row_tiles * tiling.column_tiles * tile +
                             shared * tiling.column_tiles * 2.0);
    const double chunks = groups * tiling.depth_tiles / tiling.chunk_tiles * 40.0;
    const double elements =
        static_cast<double>(CeilDiv(int64_t{tiling.rows} * tiling.units, kRecurrentThreads));
    const double cells = elements * (200.0 + 4.0 * product_.columns * tiling.depth_parts);
    return waiting + std::max(reading, waves * products) + waves * (chunks + cells);
  }

  const RecurrentProduct product_;
  const TilingLimits limits_;
  const Fixed fixed_;
  RecurrentTiling best_{};
  double best_clocks_ = kNone;
};

}  // namespace

TilingLimits LimitsOf(const GpuTraits& traits, int64_t directions) {
  const int multiprocessors = traits.multiprocessors / static_cast<int>(directions);
  return {std::max(multiprocessors, 1), traits.shared_per_block,
          traits.cooperative && multiprocessors > 0};
}

RecurrentTiling ChooseTiling(const RecurrentProduct& product, const TilingLimits& limits) {
  return Chooser(product, limits).Choose();
}

RecurrentTiling ChooseForwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                    nrnn_precision precision, const TilingLimits& limits) {
  const int gates = static_cast<int>(GateCount(cell));
  return ChooseTiling({hidden, batch, hidden, 0, gates, 2 + gates, precision}, limits);
}

RecurrentTiling ChooseBackwardTiling(Cell cell, int64_t hidden, int64_t batch,
                                     nrnn_precision precision, const TilingLimits& limits) {
  const bool resets = cell == Cell::kGruResetBefore;
  const int64_t depth = (resets ? 2 : GateCount(cell)) * hidden;
  return ChooseTiling({hidden, batch, depth, resets ? hidden : 0, 1, 2, precision}, limits);
}

}  // namespace nrnn::cuda
