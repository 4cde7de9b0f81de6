// Layer normalisation.
//
//   m = mean x,  v = mean (x - m)^2,  s = 1 / sqrt(v + epsilon),  n = (x - m) s,  y = n g + b
//   with e = dy g:   dx = s (e - mean e - n mean(e n)),   dg += sum dy n,   db += sum dy
//
// x, y, dy, dx: [rows,columns]; statistics: [rows,2], m and s.
//
// Bound by memory. A block has a row at a time, a thread some four of its columns, which it reads
// again, from L1, for the variance and for the result. Backward, a block has the few rows of a part
// and adds up their dg and db, each thread for its own columns, in shared memory; a second kernel
// adds the parts. Both read x and dy once. Parts follow from the number of rows alone, and so does
// the order of every sum.
#include <algorithm>

#include "cuda/block_sum.cuh"
#include "cuda/cuda_backend.h"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

// Threads for a row.
int RowThreads(int64_t columns) {
  return static_cast<int>(std::clamp<int64_t>((columns / 4 + kWarp - 1) / kWarp, 1, 8)) * kWarp;
}

template <bool kAligned>
NRNN_DEVICE float RowMean(const float* x, int64_t columns, float* shared) {
  float sum = 0;
  for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
    const auto v = LoadFour<kAligned>(x, k, columns);
    for (int i = 0; i < 4; ++i) sum += v.at[i];
  }
  return BlockSum(sum, shared) / static_cast<float>(columns);
}

// Around the mean: the mean square less the squared mean would lose all digits where the mean is
// large.
template <bool kAligned>
NRNN_DEVICE float RowVariance(const float* x, float mean, int64_t columns, float* shared) {
  float sum = 0;
  for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
    const auto v = LoadFour<kAligned>(x, k, columns);
    for (int i = 0; i < 4; ++i) {
      const float d = k + i < columns ? v.at[i] - mean : 0.0f;
      sum = fmaf(d, d, sum);
    }
  }
  return BlockSum(sum, shared) / static_cast<float>(columns);
}

// Shared memory: kBlockSumRoom floats.
template <bool kAligned>
NRNN_KERNEL LayerNormForwardKernel(LayerNormArgs args) {
  const int64_t columns = args.columns;
  float* shared = SharedMemory<float>();
  for (int64_t row = Block(); row < args.rows; row += Blocks()) {
    const float* x = args.x + row * columns;
    float* y = args.y + row * columns;
    const float mean = RowMean<kAligned>(x, columns, shared);
    const float variance = RowVariance<kAligned>(x, mean, columns, shared);
    const float scale = 1.0f / sqrtf(variance + args.epsilon);
    for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
      auto v = LoadFour<kAligned>(x, k, columns);
      const auto gain = LoadFourOr<kAligned>(args.weight, k, columns, 1.0f);
      const auto shift = LoadFourOr<kAligned>(args.bias, k, columns, 0.0f);
      for (int i = 0; i < 4; ++i) {
        v.at[i] = fmaf((v.at[i] - mean) * scale, gain.at[i], shift.at[i]);
      }
      StoreFour<kAligned>(v, y, k, columns);
    }
    if (args.statistics && Thread() == 0) {
      args.statistics[2 * row] = mean;
      args.statistics[2 * row + 1] = scale;
    }
  }
}

// Columns of a row of sums: whole fours.
NRNN_HOST_DEVICE int64_t SumWidth(int64_t columns) { return (columns + 3) / 4 * 4; }

struct BackwardCall {
  LayerNormBackwardArgs args;
  int64_t part_rows;
  float* parts;  // [parts,2,SumWidth(columns)]: sums of dy n and of dy; null: not wanted
  bool shared_sums;
};

// A row of the backward pass.
struct Row {
  const float* x;
  const float* dy;
  float mean, scale;
};

// Adds four columns to the sums of dy n, which begin at sums, and to those of dy, width behind.
NRNN_DEVICE void AddToSums(const Four& dy, const Four& n, float* sums, int64_t width) {
  Four* const products = reinterpret_cast<Four*>(sums);
  Four* const plain = reinterpret_cast<Four*>(sums + width);
  for (int i = 0; i < 4; ++i) {
    products->at[i] = fmaf(dy.at[i], n.at[i], products->at[i]);
    plain->at[i] += dy.at[i];
  }
}

// sums: of this part, or null.
template <bool kAligned>
NRNN_DEVICE void RowGradient(const LayerNormBackwardArgs& args, int64_t index, float* sums,
                             float* shared) {
  const int64_t columns = args.columns, at = index * columns;
  const Row row = {args.x + at, args.dy + at, args.statistics[2 * index],
                   args.statistics[2 * index + 1]};
  float sum = 0, along = 0;
  for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
    auto n = LoadFour<kAligned>(row.x, k, columns);
    const auto dy = LoadFour<kAligned>(row.dy, k, columns);
    const auto gain = LoadFourOr<kAligned>(args.weight, k, columns, 1.0f);
    for (int i = 0; i < 4; ++i) {
      n.at[i] = (n.at[i] - row.mean) * row.scale;
      const float e = dy.at[i] * gain.at[i];
      sum += e;
      along = fmaf(e, n.at[i], along);
    }
    if (sums) AddToSums(dy, n, sums + k, SumWidth(columns));
  }
  if (!args.dx) return;
  const float mean = BlockSum(sum, shared) / static_cast<float>(columns);
  along = BlockSum(along, shared) / static_cast<float>(columns);
  for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
    const auto x = LoadFour<kAligned>(row.x, k, columns);
    auto d = LoadFour<kAligned>(row.dy, k, columns);
    const auto gain = LoadFourOr<kAligned>(args.weight, k, columns, 1.0f);
    for (int i = 0; i < 4; ++i) {
      const float n = (x.at[i] - row.mean) * row.scale;
      d.at[i] = row.scale * fmaf(-n, along, d.at[i] * gain.at[i] - mean);
    }
    StoreFour<kAligned>(d, args.dx + at, k, columns);
  }
}

// A block is a part. Each thread clears, adds to and writes the sums of its own columns, so that
// they need no barrier. Shared memory: kBlockSumRoom floats, and the sums where shared_sums.
template <bool kAligned>
NRNN_KERNEL LayerNormBackwardKernel(BackwardCall call) {
  const int64_t width = SumWidth(call.args.columns);
  float* shared = SharedMemory<float>();
  float* part = call.parts ? call.parts + Block() * 2 * width : nullptr;
  float* sums = part && call.shared_sums ? shared + kBlockSumRoom : part;
  for (int64_t k = Thread() * 4; sums && k < width; k += Threads() * 4) {
    StoreFour<true>(Four{}, sums, k, width);
    StoreFour<true>(Four{}, sums + width, k, width);
  }
  const int64_t begin = Block() * call.part_rows;
  for (int64_t row = begin; row < begin + call.part_rows && row < call.args.rows; ++row) {
    RowGradient<kAligned>(call.args, row, sums, shared);
  }
  if (sums == part) return;
  for (int64_t k = Thread() * 4; k < width; k += Threads() * 4) {
    StoreFour<true>(LoadFour<true>(sums, k, width), part, k, width);
    StoreFour<true>(LoadFour<true>(sums + width, k, width), part + width, k, width);
  }
}

struct AddPartsArgs {
  int64_t parts, columns;
  const float* data;  // [parts,2,SumWidth(columns)]
  float* dweight;     // or null
  float* dbias;       // or null
};

// A block has 32 columns of the two rows of sums; each of its warps adds every so many parts, and
// the first adds the warps'. Shared memory: a float for each thread.
NRNN_KERNEL AddPartsKernel(AddPartsArgs args) {
  const int64_t width = SumWidth(args.columns), at = Block() * kWarp + Lane();
  float* shared = SharedMemory<float>();
  float sum = 0;
  for (int64_t part = Warp(); at < 2 * width && part < args.parts; part += Warps()) {
    sum += args.data[part * 2 * width + at];
  }
  shared[Thread()] = sum;
  SyncBlock();
  float* to = at < width ? args.dweight : args.dbias;
  const int64_t column = at < width ? at : at - width;
  if (Warp() != 0 || column >= args.columns || !to) return;
  for (int warp = 1; warp < Warps(); ++warp) sum += shared[warp * kWarp + Lane()];
  to[column] += sum;
}

// Rows of a part: as few as fill a GPU with blocks, and at most 32, where the parts take a
// sixteenth of the memory of x.
int64_t PartRows(int64_t rows) { return std::clamp<int64_t>(rows / 512, 4, 32); }

constexpr int64_t kRoomBytes = kBlockSumRoom * sizeof(float);
// Of shared memory for sums, so that two blocks fit on the smallest multiprocessors.
constexpr int64_t kMostSumBytes = 24 * 1024;

}  // namespace

void CudaBackend::LayerNormForward(const LayerNormArgs& args) {
  if (args.rows == 0) return;
  const LaunchShape shape = {std::min<int64_t>(args.rows, INT32_MAX), RowThreads(args.columns),
                             kRoomBytes};
  const bool aligned = args.columns % 4 == 0 && FourAligned(args.x, args.weight, args.bias, args.y);
  Launch("LayerNormForwardKernel",
         aligned ? &LayerNormForwardKernel<true> : &LayerNormForwardKernel<false>, shape, args,
         stream());
}

void CudaBackend::LayerNormBackward(const LayerNormBackwardArgs& args) {
  if (args.rows == 0) return;
  const bool sums = args.dweight || args.dbias;
  BackwardCall call{};
  call.args = args;
  call.part_rows = PartRows(args.rows);
  const int64_t parts = (args.rows + call.part_rows - 1) / call.part_rows;
  const int64_t width = SumWidth(args.columns);
  const int64_t sum_bytes = 2 * width * static_cast<int64_t>(sizeof(float));
  const Scratch memory = sums ? BorrowFloats(parts * 2 * width) : Scratch();
  call.parts = memory.floats();
  call.shared_sums = sum_bytes <= kMostSumBytes;
  const LaunchShape shape = {parts, RowThreads(args.columns),
                             kRoomBytes + (sums && call.shared_sums ? sum_bytes : 0)};
  const bool aligned = args.columns % 4 == 0 && FourAligned(args.x, args.weight, args.dy, args.dx);
  Launch("LayerNormBackwardKernel",
         aligned ? &LayerNormBackwardKernel<true> : &LayerNormBackwardKernel<false>, shape, call,
         stream());
  if (!sums) return;
  const AddPartsArgs add = {parts, args.columns, memory.floats(), args.dweight, args.dbias};
  // 32 warps where there is work for them.
  const int threads = static_cast<int>(std::min<int64_t>(parts, 32)) * kWarp;
  Launch("AddPartsKernel", &AddPartsKernel,
         {(2 * width + kWarp - 1) / kWarp, threads, threads * static_cast<int64_t>(sizeof(float))},
         add, stream());
}

}  // namespace nrnn::cuda
