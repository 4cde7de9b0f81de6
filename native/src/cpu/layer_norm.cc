// Layer normalisation, row by row.
//
//   m = mean x,  v = mean (x - m)^2,  s = 1 / sqrt(v + epsilon),  n = (x - m) s,  y = n g + b
//   with e = dy g:   dx = s (e - mean e - n mean(e n)),   dg = sum dy n,   db = sum dy
//
// The variance is taken around the mean in a second pass over the row, which lies in L1 by then:
// the sum of squares less the squared mean would lose all digits where the mean is large. A row's
// sums have four chains of vectors, so that their additions overlap.
#include "cpu/layer_norm.h"

#include <cmath>

#include "cpu/kernels.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

// Up to two sums over a row.
struct Sums {
  float first, second;
};

// body(k, lanes, first, second) adds vector k to two sums. Lanes behind the row's end must add 0.
template <class Body>
HWY_INLINE Sums SumRow(int64_t count, const Body& body) {
  constexpr int64_t step = static_cast<int64_t>(kLanes);
  FloatVec a0 = hn::Zero(kTag), a1 = a0, a2 = a0, a3 = a0;
  FloatVec b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  int64_t k = 0;
  for (; k + 4 * step <= count; k += 4 * step) {
    body(k, kLanes, a0, b0);
    body(k + step, kLanes, a1, b1);
    body(k + 2 * step, kLanes, a2, b2);
    body(k + 3 * step, kLanes, a3, b3);
  }
  for (; k + step <= count; k += step) body(k, kLanes, a0, b0);
  if (k < count) body(k, static_cast<size_t>(count - k), a1, b1);
  const FloatVec a = hn::Add(hn::Add(a0, a1), hn::Add(a2, a3));
  const FloatVec b = hn::Add(hn::Add(b0, b1), hn::Add(b2, b3));
  return {hn::GetLane(hn::SumOfLanes(kTag, a)), hn::GetLane(hn::SumOfLanes(kTag, b))};
}

HWY_INLINE FloatVec Keep(FloatVec v, size_t lanes) {
  return lanes == kLanes ? v : hn::IfThenElseZero(hn::FirstN(kTag, lanes), v);
}

HWY_INLINE FloatVec LoadOr(const float* x, int64_t k, size_t lanes, float otherwise) {
  return x ? Load(x + k, lanes) : Constant(otherwise);
}

float Mean(const float* x, int64_t columns) {
  const Sums sums = SumRow(columns, [&](int64_t k, size_t lanes, FloatVec& sum, FloatVec&) {
    sum = hn::Add(sum, Load(x + k, lanes));
  });
  return sums.first / static_cast<float>(columns);
}

float Variance(const float* x, float mean, int64_t columns) {
  const FloatVec m = Constant(mean);
  const Sums sums = SumRow(columns, [&](int64_t k, size_t lanes, FloatVec& sum, FloatVec&) {
    const FloatVec d = Keep(hn::Sub(Load(x + k, lanes), m), lanes);
    sum = hn::MulAdd(d, d, sum);
  });
  return sums.first / static_cast<float>(columns);
}

void Forward(const LayerNormArgs& args, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* x = args.x + r * args.columns;
    float* y = args.y + r * args.columns;
    const float mean = Mean(x, args.columns);
    const float scale = 1.0f / std::sqrt(Variance(x, mean, args.columns) + args.epsilon);
    const FloatVec m = Constant(mean), s = Constant(scale);
    ForVectors(args.columns, [&](int64_t k, size_t lanes) {
      const FloatVec n = hn::Mul(hn::Sub(Load(x + k, lanes), m), s);
      const FloatVec gain = LoadOr(args.weight, k, lanes, 1.0f);
      Store(hn::MulAdd(n, gain, LoadOr(args.bias, k, lanes, 0.0f)), y + k, lanes);
    });
    if (args.statistics) {
      args.statistics[2 * r] = mean;
      args.statistics[2 * r + 1] = scale;
    }
  }
}

// A row of the backward pass.
struct Row {
  const float* x;
  const float* dy;
  FloatVec mean, scale;
};

HWY_INLINE FloatVec Normal(const Row& row, int64_t k, size_t lanes) {
  return hn::Mul(hn::Sub(Load(row.x + k, lanes), row.mean), row.scale);
}

void RowGradient(const Row& row, const float* weight, int64_t columns, float* dx) {
  const auto e = [&](int64_t k, size_t lanes) {
    return hn::Mul(Load(row.dy + k, lanes), LoadOr(weight, k, lanes, 1.0f));
  };
  const Sums sums = SumRow(columns, [&](int64_t k, size_t lanes, FloatVec& sum, FloatVec& along) {
    const FloatVec v = Keep(e(k, lanes), lanes);
    sum = hn::Add(sum, v);
    along = hn::MulAdd(v, Normal(row, k, lanes), along);
  });
  const FloatVec mean = Constant(sums.first / static_cast<float>(columns));
  const FloatVec along = Constant(sums.second / static_cast<float>(columns));
  ForVectors(columns, [&](int64_t k, size_t lanes) {
    const FloatVec rest = hn::NegMulAdd(Normal(row, k, lanes), along, hn::Sub(e(k, lanes), mean));
    Store(hn::Mul(rest, row.scale), dx + k, lanes);
  });
}

void Backward(const LayerNormBackwardArgs& args, int64_t begin, int64_t end, float* dweight,
              float* dbias) {
  for (int64_t r = begin; r < end; ++r) {
    const int64_t at = r * args.columns;
    const Row row = {args.x + at, args.dy + at, Constant(args.statistics[2 * r]),
                     Constant(args.statistics[2 * r + 1])};
    if (args.dx) RowGradient(row, args.weight, args.columns, args.dx + at);
    const bool first = r == begin;
    if (dweight) {
      ForVectors(args.columns, [&](int64_t k, size_t lanes) {
        const FloatVec before = first ? hn::Zero(kTag) : Load(dweight + k, lanes);
        const FloatVec dy = Load(row.dy + k, lanes);
        Store(hn::MulAdd(dy, Normal(row, k, lanes), before), dweight + k, lanes);
      });
    }
    if (dbias) {
      ForVectors(args.columns, [&](int64_t k, size_t lanes) {
        const FloatVec before = first ? hn::Zero(kTag) : Load(dbias + k, lanes);
        Store(hn::Add(before, Load(row.dy + k, lanes)), dbias + k, lanes);
      });
    }
  }
}

void AddParts(const float* parts, int64_t count, int64_t stride, int64_t columns, float* sums) {
  ForVectors(columns, [&](int64_t k, size_t lanes) {
    FloatVec sum = hn::Zero(kTag);
    for (int64_t part = 0; part < count; ++part) {
      sum = hn::Add(sum, Load(parts + part * stride + k, lanes));
    }
    Store(hn::Add(Load(sums + k, lanes), sum), sums + k, lanes);
  });
}

constexpr LayerNormKernels kKernels = {&Forward, &Backward, &AddParts};

}  // namespace

const LayerNormKernels& GetLayerNormKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
