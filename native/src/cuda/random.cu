// Random numbers: a thread takes blocks of Philox, four elements each. Nothing is shared, so that
// any part of a stream comes out alike. Some 100 integer instructions for four elements: on an H100
// as long as it takes to write them.
//
// Multiplications and additions are not fused (Multiply, Add), square root and division are exactly
// rounded: the numbers are the same bits as on the CPU.
#include <math.h>

#include "cuda/cuda_backend.h"
#include "cuda/math.cuh"
#include "cuda/philox.cuh"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

struct DropoutOp {
  float threshold, factor;
  NRNN_DEVICE Four Of(const PhiloxWords& words, const Four& x) const {
    Four y;
    NRNN_UNROLL
    for (int j = 0; j < 4; ++j) {
      y.at[j] = IsDropped(words.word[j], threshold) ? 0.0f : Multiply(x.at[j], factor);
    }
    return y;
  }
};

struct UniformOp {
  double low, unit;
  float largest;  // the float below high
  NRNN_DEVICE Four Of(const PhiloxWords& words, const Four&) const {
    Four y;
    NRNN_UNROLL
    for (int j = 0; j < 4; ++j) {
      const double fraction = static_cast<double>(Fraction24(words.word[j]));
      const float value = static_cast<float>(Add(low, Multiply(fraction, unit)));
      y.at[j] = value < largest ? value : largest;
    }
    return y;
  }
};

NRNN_DEVICE float MultiplyThenAdd(float a, float b, float c) { return Add(Multiply(a, b), c); }

// sqrt(-2 log(n 2^-24)) for integers 1 <= n <= 2^24: log(m 2^k) = k ln 2 + 2 atanh(s), s = (m - 1)
// / (m + 1).
NRNN_DEVICE float Radius(uint32_t n) {
  const int32_t bits = BitsOf(static_cast<float>(n));
  const int32_t k = (bits - 0x3F3504F3) >> 23;  // relative to sqrt(1/2)
  const float m = FloatOf(bits - ShiftLeft23(k));
  const float s = Add(m, -1.0f) / Add(m, 1.0f);
  const float z = Multiply(s, s);
  float series = MultiplyThenAdd(z, 0.298712373f, 0.399775743f);
  series = MultiplyThenAdd(z, series, 0.666667759f);
  const float log_m = Multiply(s, MultiplyThenAdd(z, series, 2.0f));
  const float log = MultiplyThenAdd(static_cast<float>(k - 24), 0.693147182f, log_m);
  const float squared = Multiply(-2.0f, log);
  return sqrtf(squared > 0.0f ? squared : 0.0f);
}

struct Pair {
  float cosine, sine;
};

// Of 2 pi n 2^-24: n is split into quarter turns q and the rest f, at most an eighth of a turn to
// either side.
NRNN_DEVICE Pair CosineAndSine(int32_t n) {
  const int32_t q = (n + (1 << 21)) >> 22;
  const float f = Multiply(static_cast<float>(n - q * (1 << 22)), 1.0f / 16777216.0f);
  const float z = Multiply(f, f);
  float s = MultiplyThenAdd(z, -75.8713303f, 81.6053696f);
  s = MultiplyThenAdd(z, s, -41.3417625f);
  s = Multiply(f, MultiplyThenAdd(z, s, 6.28318548f));
  float c = MultiplyThenAdd(z, 58.7647247f, -85.4282379f);
  c = MultiplyThenAdd(z, c, 64.9391708f);
  c = MultiplyThenAdd(z, c, -19.7392082f);
  c = MultiplyThenAdd(z, c, 1.0f);
  // Quarter turns: (c, s), (-s, c), (-c, -s), (s, -c).
  const bool odd = (q & 1) != 0;
  const float cosine = odd ? s : c, sine = odd ? c : s;
  return {((q + 1) & 2) != 0 ? -cosine : cosine, (q & 2) != 0 ? -sine : sine};
}

struct NormalOp {
  float mean, deviation;
  NRNN_DEVICE float Place(float number) const { return MultiplyThenAdd(deviation, number, mean); }
  NRNN_DEVICE Four Of(const PhiloxWords& words, const Four&) const {
    Four y;
    NRNN_UNROLL
    for (int j = 0; j < 4; j += 2) {
      const float radius = Radius((words.word[j] >> 8) + 1);
      const Pair on_circle = CosineAndSine(static_cast<int32_t>(words.word[j + 1] >> 8));
      y.at[j] = Place(Multiply(radius, on_circle.cosine));
      y.at[j + 1] = Place(Multiply(radius, on_circle.sine));
    }
    return y;
  }
};

template <class Op>
struct RandomArgs {
  Op op;
  int64_t seed, offset, length;
  const float* x;  // or null
  float* y;
};

template <class Op, bool kAligned>
NRNN_KERNEL RandomKernel(RandomArgs<Op> args) {
  const uint64_t seed = static_cast<uint64_t>(args.seed);
  for (int64_t k = 4 * GlobalThread(); k < args.length; k += 4 * GlobalThreads()) {
    const Four x = LoadFourOr<kAligned>(args.x, k, args.length, 0.0f);
    const PhiloxWords words = Philox(PhiloxCounter(args.offset, k), seed);
    StoreFour<kAligned>(args.op.Of(words, x), args.y, k, args.length);
  }
}

template <class Op>
void Draw(const char* name, CudaBackend& backend, const RandomArgs<Op>& args) {
  if (args.length == 0) return;
  const auto kernel =
      FourAligned(args.x, args.y) ? &RandomKernel<Op, true> : &RandomKernel<Op, false>;
  Launch(name, kernel, backend.LoopShape((args.length + 3) / 4), args, backend.stream());
}

}  // namespace

void CudaBackend::Dropout(int64_t length, const float* x, float rate, int64_t seed, int64_t offset,
                          float* y) {
  const DropoutOp op{DropoutThreshold(rate), DropoutFactor(rate)};
  Draw<DropoutOp>("Dropout", *this, {op, seed, offset, length, x, y});
}

void CudaBackend::RandomUniform(int64_t length, float low, float high, int64_t seed, int64_t offset,
                                float* y) {
  const double start = static_cast<double>(low);
  const double unit = (static_cast<double>(high) - start) / 16777216.0;
  const UniformOp op{start, unit, nextafterf(high, low)};
  Draw<UniformOp>("RandomUniform", *this, {op, seed, offset, length, nullptr, y});
}

void CudaBackend::RandomNormal(int64_t length, float mean, float deviation, int64_t seed,
                               int64_t offset, float* y) {
  const NormalOp op{mean, deviation};
  Draw<NormalOp>("RandomNormal", *this, {op, seed, offset, length, nullptr, y});
}

}  // namespace nrnn::cuda
