// Sums over axes of a strided array, in double.
//
// Several threads of a block, the parts of an output, share its terms, each with every so many of
// them, and meet in shared memory. Neighbouring threads have neighbours in memory: outputs, where
// these lie closer together than terms do, or else terms. Where outputs and parts are too few to
// keep a GPU busy, blocks share an output too: each sums a chunk of the terms, and a second kernel
// adds the chunks' sums in order. Parts and chunks follow from the sizes and strides alone, and so
// do the bits. Bound by reading the source once: one addition of doubles a float, of which an H100
// does ten in the time it reads one (consumer GPUs, with 2 a cycle and multiprocessor, about one).
#include "cuda/block_sum.cuh"
#include "cuda/strided.cuh"
#include "cuda/strided_sum.h"

namespace nrnn::cuda {
namespace {

constexpr int kThreads = 256;
// Threads that keep any GPU busy.
constexpr int64_t kBusyThreads = 1 << 17;
// Terms of a thread at least, before an output gets more chunks.
constexpr int64_t kTermsOfThread = 16;
constexpr int64_t kMostChunks = 4096;

struct SumArgs {
  Axes kept, reduced;
  int64_t outputs, terms;
  int parts;          // of an output in a block: a power of two, at most kThreads
  bool outputs_near;  // neighbouring threads have neighbouring outputs
  int64_t chunks, terms_of_chunk;
  const float* source;
  float* destination;
  double* sums;  // [outputs, chunks], where there are several
};

NRNN_DEVICE void AddTo(double sum, float* destination) {
  *destination = static_cast<float>(static_cast<double>(*destination) + sum);
}

// A thread's terms: part, part + parts, .. of a chunk.
NRNN_DEVICE double SumPart(const SumArgs& args, const float* source, int64_t chunk, int part) {
  const int64_t begin = chunk * args.terms_of_chunk, after = begin + args.terms_of_chunk;
  const int64_t end = after < args.terms ? after : args.terms;
  double sum = 0.0;
  for (int64_t term = begin + part; term < end; term += args.parts) {
    sum += static_cast<double>(source[Locate(args.reduced, term).first]);
  }
  return sum;
}

NRNN_KERNEL SumKernel(SumArgs args) {
  double* shared = SharedMemory<double>();
  const int outputs_of_block = kThreads / args.parts;
  const int part = args.outputs_near ? Thread() / outputs_of_block : Thread() % args.parts;
  const int place = args.outputs_near ? Thread() % outputs_of_block : Thread() / args.parts;
  const int next_part = args.outputs_near ? outputs_of_block : 1;
  const int64_t groups = (args.outputs + outputs_of_block - 1) / outputs_of_block;
  for (int64_t task = Block(); task < groups * args.chunks; task += Blocks()) {
    const int64_t output = task % groups * outputs_of_block + place, chunk = task / groups;
    const bool inside = output < args.outputs;
    Offsets at{0, 0};
    if (inside) at = Locate(args.kept, output);
    shared[Thread()] = inside ? SumPart(args, args.source + at.first, chunk, part) : 0.0;
    SyncBlock();
    for (int step = args.parts / 2; step > 0; step /= 2) {
      if (part < step) shared[Thread()] += shared[Thread() + step * next_part];
      SyncBlock();
    }
    if (!inside || part != 0) continue;  // nobody else reads this thread's sum
    if (args.chunks > 1) {
      args.sums[output * args.chunks + chunk] = shared[Thread()];
    } else {
      AddTo(shared[Thread()], args.destination + at.second);
    }
  }
}

// A warp for each output.
NRNN_KERNEL AddChunksKernel(SumArgs args) {
  const int64_t warps = Blocks() * Warps();
  for (int64_t output = Block() * Warps() + Warp(); output < args.outputs; output += warps) {
    double sum = 0.0;
    for (int64_t chunk = Lane(); chunk < args.chunks; chunk += kWarp) {
      sum += args.sums[output * args.chunks + chunk];
    }
    sum = WarpSum(sum);
    if (Lane() == 0) AddTo(sum, args.destination + Locate(args.kept, output).second);
  }
}

// At least four terms for a part. Where outputs are the neighbours, a warp has 32 of them if there
// are so many; where terms are, an output has a warp.
int PartsOf(const SumArgs& args) {
  int outputs = 1;
  while (args.outputs_near && outputs < kWarp && outputs < args.outputs) outputs *= 2;
  int parts = 1;
  while (parts * outputs < kThreads && parts * 4 <= args.terms &&
         (args.outputs * parts < kBusyThreads || (!args.outputs_near && parts < kWarp))) {
    parts *= 2;
  }
  return parts;
}

void SetChunks(SumArgs& args) {
  const int64_t wanted = kBusyThreads / (args.outputs * args.parts);
  const int64_t most = std::min(kMostChunks, args.terms / (args.parts * kTermsOfThread));
  const int64_t chunks = std::max<int64_t>(1, std::min(wanted, most));
  args.terms_of_chunk = (args.terms + chunks - 1) / chunks;
  args.chunks = (args.terms + args.terms_of_chunk - 1) / args.terms_of_chunk;
}

SumArgs Plan(StridedSum sum) {
  if (sum.kept.rank == 0) sum.kept.Append(1, 0, 0);
  const int kept_last = sum.kept.rank - 1, reduced_last = sum.reduced.rank - 1;
  MoveAxis(sum.kept, NearestAxis(sum.kept), kept_last);
  MoveAxis(sum.reduced, NearestAxis(sum.reduced), reduced_last);
  SumArgs args{};
  args.kept = MakeAxes(sum.kept);
  args.reduced = MakeAxes(sum.reduced);
  args.outputs = sum.kept.Count(sum.kept.rank);
  args.terms = sum.reduced.Count(sum.reduced.rank);
  args.outputs_near =
      Magnitude(sum.kept.first[kept_last]) < Magnitude(sum.reduced.first[reduced_last]);
  args.parts = PartsOf(args);
  SetChunks(args);
  args.source = sum.source;
  args.destination = sum.destination;
  return args;
}

}  // namespace

void AddSums(CudaBackend& backend, StridedSum sum) {
  constexpr int64_t kMostBlocks = 1 << 16;
  SumArgs args = Plan(sum);
  Scratch sums;
  if (args.chunks > 1) {
    sums = backend.Borrow(args.outputs * args.chunks * int64_t{sizeof(double)});
    args.sums = sums.as<double>();
  }
  const int64_t outputs_of_block = kThreads / args.parts;
  const int64_t groups = (args.outputs + outputs_of_block - 1) / outputs_of_block;
  const int64_t blocks = std::min(groups * args.chunks, kMostBlocks);
  Launch("Sum", &SumKernel, {blocks, kThreads, kThreads * int64_t{sizeof(double)}}, args,
         backend.stream());
  if (args.chunks == 1) return;
  Launch("AddChunks", &AddChunksKernel, backend.LoopShape(args.outputs * kWarp), args,
         backend.stream());
}

}  // namespace nrnn::cuda
