// The maximum over an axis in the middle, and its gradient.
//
//   y[o,i] = max over j of x[o,j,i]
//   dx[o,j,i] = dy[o,i] / (number of maxima) where x[o,j,i] = y[o,i], else 0
//
// A NaN on the axis is its maximum, and gets the gradient. Several threads, the parts of an output,
// share its axis, each with every so many of its elements; they meet in shared memory. Threads that
// are neighbours have neighbours in memory: outputs along inner, or parts along the axis if inner
// is 1. Bound by memory; backward reads x a second time, from L2 where it fits.
#include <algorithm>

#include "cuda/block_sum.cuh"
#include "cuda/cuda_backend.h"
#include "cuda/math.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kThreads = 256;
// Threads that keep any GPU busy. Beyond these an output gets no more parts.
constexpr int64_t kBusyThreads = 1 << 17;

struct MaxArgs {
  Axis axis;
  int parts;  // of an output: a power of two, at most kThreads
  const float* x;
  const float* y;   // backward only
  const float* dy;  // backward only
  float* out;       // y or dx
};

// What a thread has to do with one of its block's outputs.
struct Place {
  int part;
  int next_part;  // the thread with the next part of the same output, relative to this one
  int64_t output;
  int64_t start;  // of the axis in x
};

NRNN_DEVICE Place PlaceOf(const MaxArgs& args, int64_t group) {
  const int outputs = kThreads / args.parts;
  const bool along_axis = args.axis.inner == 1;
  Place place;
  place.part = along_axis ? Thread() % args.parts : Thread() / outputs;
  place.next_part = along_axis ? 1 : outputs;
  place.output = group * outputs + (along_axis ? Thread() / args.parts : Thread() % outputs);
  const int64_t plane = args.axis.length * args.axis.inner;
  place.start = place.output / args.axis.inner * plane + place.output % args.axis.inner;
  return place;
}

struct LargerOf {
  NRNN_DEVICE static float Of(float a, float b) { return Larger(b, a); }
};
struct SumOf {
  NRNN_DEVICE static float Of(float a, float b) { return a + b; }
};

// Brings the parts of each output together; every thread gets the result. shared: kThreads floats.
template <class Combine>
NRNN_DEVICE float Meet(float value, const MaxArgs& args, const Place& place, float* shared) {
  shared[Thread()] = value;
  SyncBlock();
  for (int step = args.parts / 2; step > 0; step /= 2) {
    if (place.part < step) {
      const float other = shared[Thread() + step * place.next_part];
      shared[Thread()] = Combine::Of(shared[Thread()], other);
    }
    SyncBlock();
  }
  const float result = shared[Thread() - place.part * place.next_part];
  SyncBlock();
  return result;
}

NRNN_DEVICE int64_t Groups(const MaxArgs& args) {
  const int outputs = kThreads / args.parts;
  return (args.axis.outer * args.axis.inner + outputs - 1) / outputs;
}

NRNN_KERNEL MaxKernel(MaxArgs args) {
  const Axis axis = args.axis;
  for (int64_t group = Block(); group < Groups(args); group += Blocks()) {
    const Place place = PlaceOf(args, group);
    const bool inside = place.output < axis.outer * axis.inner;
    float largest = -Infinity();
    if (inside) {
      for (int64_t j = place.part; j < axis.length; j += args.parts) {
        largest = Larger(args.x[place.start + j * axis.inner], largest);
      }
    }
    largest = Meet<LargerOf>(largest, args, place, SharedMemory<float>());
    if (inside && place.part == 0) args.out[place.output] = largest;
  }
}

NRNN_DEVICE bool IsMaximum(float x, float y) { return x == y || (IsNaN(x) && IsNaN(y)); }

NRNN_KERNEL MaxBackwardKernel(MaxArgs args) {
  const Axis axis = args.axis;
  for (int64_t group = Block(); group < Groups(args); group += Blocks()) {
    const Place place = PlaceOf(args, group);
    const bool inside = place.output < axis.outer * axis.inner;
    const float y = inside ? args.y[place.output] : 0.0f;
    float maxima = 0.0f;  // whole numbers: exact up to 2^24
    if (inside) {
      for (int64_t j = place.part; j < axis.length; j += args.parts) {
        maxima += IsMaximum(args.x[place.start + j * axis.inner], y) ? 1.0f : 0.0f;
      }
    }
    maxima = Meet<SumOf>(maxima, args, place, SharedMemory<float>());
    if (!inside) continue;  // behind the last barrier of the turn
    const float share = args.dy[place.output] / (maxima > 1.0f ? maxima : 1.0f);
    for (int64_t j = place.part; j < axis.length; j += args.parts) {
      const int64_t at = place.start + j * axis.inner;
      args.out[at] = IsMaximum(args.x[at], y) ? share : 0.0f;
    }
  }
}

// At least four elements of the axis for a part. Neighbours along the axis share cache lines, so
// that inner = 1 gets a warp of parts in any case.
int PartsOf(const Axis& axis) {
  const int64_t outputs = axis.outer * axis.inner;
  int parts = 1;
  while (parts < kThreads && parts * 4 <= axis.length &&
         (outputs * parts < kBusyThreads || (axis.inner == 1 && parts < kWarp))) {
    parts *= 2;
  }
  return parts;
}

LaunchShape MaxShape(const MaxArgs& args) {
  constexpr int64_t kMostBlocks = 1 << 16;
  const int64_t outputs = kThreads / args.parts;
  const int64_t groups = (args.axis.outer * args.axis.inner + outputs - 1) / outputs;
  return {std::min(groups, kMostBlocks), kThreads, kThreads * int64_t{sizeof(float)}};
}

}  // namespace

void CudaBackend::MaxForward(const Axis& axis, const float* x, float* y) {
  if (axis.outer == 0 || axis.inner == 0) return;
  const MaxArgs args{axis, PartsOf(axis), x, nullptr, nullptr, y};
  Launch("MaxForward", &MaxKernel, MaxShape(args), args, stream());
}

void CudaBackend::MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                              float* dx) {
  if (axis.outer == 0 || axis.inner == 0) return;
  const MaxArgs args{axis, PartsOf(axis), x, y, dy, dx};
  Launch("MaxBackward", &MaxBackwardKernel, MaxShape(args), args, stream());
}

}  // namespace nrnn::cuda
