// Elementwise operations: y = f(x), y = f(a, b), and their gradients; strided copies and sums.
//
// All of them are bound by memory or, for exp and its kin, by arithmetic of a few dozen
// instructions per vector, so each is one loop over whole vectors and one partial vector.
#include "cpu/elementwise.h"

#include "cpu/kernels.h"
#include "cpu/math-inl.h"
#include "cpu/runs-inl.h"
#include "cpu/strided-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

struct NegateOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return hn::Neg(x); }
  static HWY_INLINE FloatVec Backward(FloatVec, FloatVec, FloatVec dy) { return hn::Neg(dy); }
};
struct ExpOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return Exp(kTag, x); }
  static HWY_INLINE FloatVec Backward(FloatVec, FloatVec y, FloatVec dy) { return hn::Mul(dy, y); }
};
struct LogOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return Log(kTag, x); }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) { return hn::Div(dy, x); }
};
struct TanhOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return Tanh(kTag, x); }
  static HWY_INLINE FloatVec Backward(FloatVec, FloatVec y, FloatVec dy) {
    const FloatVec one = Constant(1.0f);
    return hn::Mul(dy, hn::Mul(hn::Sub(one, y), hn::Add(one, y)));
  }
};
struct SigmoidOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return Sigmoid(kTag, x); }
  static HWY_INLINE FloatVec Backward(FloatVec, FloatVec y, FloatVec dy) {
    return hn::Mul(dy, hn::Mul(y, hn::Sub(Constant(1.0f), y)));
  }
};
struct ReluOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return AtLeast(kTag, x, 0.0f); }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(kTag)), dy);
  }
};
struct AbsOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return hn::Abs(x); }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) {
    const FloatVec signed_dy = hn::Xor(dy, hn::And(x, hn::SignBit(kTag)));
    return hn::IfThenZeroElse(hn::Eq(x, hn::Zero(kTag)), signed_dy);
  }
};
struct SquareOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return hn::Mul(x, x); }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) {
    return hn::Mul(dy, hn::Add(x, x));
  }
};
struct SqrtOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return hn::Sqrt(x); }
  static HWY_INLINE FloatVec Backward(FloatVec, FloatVec y, FloatVec dy) {
    return hn::Div(dy, hn::Add(y, y));
  }
};
struct SoftplusOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) { return Softplus(kTag, x); }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) {
    return hn::Mul(dy, Sigmoid(kTag, x));
  }
};

// The limits of x beyond which the distribution function is 0 or 1: x times 0 must not be infinity
// times 0.
constexpr float kGeluLimit = 20.0f;

struct GeluOp {
  static HWY_INLINE FloatVec Forward(FloatVec x) {
    const FloatVec kept = AtLeast(kTag, x, -kGeluLimit);
    return hn::Mul(kept, Normal(kTag, kept).distribution);
  }
  static HWY_INLINE FloatVec Backward(FloatVec x, FloatVec, FloatVec dy) {
    const FloatVec kept = AtMost(kTag, AtLeast(kTag, x, -kGeluLimit), kGeluLimit);
    const auto normal = Normal(kTag, kept);
    return hn::Mul(dy, hn::MulAdd(kept, normal.density, normal.distribution));
  }
};

template <class Op>
void Unary(const float* x, float* y, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(Op::Forward(Load(x + k, lanes)), y + k, lanes);
  });
}

template <class Op>
void UnaryBackward(const float* x, const float* y, const float* dy, float* dx, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(Op::Backward(Load(x + k, lanes), Load(y + k, lanes), Load(dy + k, lanes)), dx + k, lanes);
  });
}

void Affine(const float* x, float scale, float shift, float* y, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::MulAdd(Load(x + k, lanes), Constant(scale), Constant(shift)), y + k, lanes);
  });
}

HWY_INLINE FloatVec OneWhere(hn::Mask<FloatTag> mask) {
  return hn::IfThenElseZero(mask, Constant(1.0f));
}

struct AddOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return hn::Add(a, b); }
};
struct SubtractOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return hn::Sub(a, b); }
};
struct MultiplyOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return hn::Mul(a, b); }
};
struct DivideOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return hn::Div(a, b); }
};
struct GreaterOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return OneWhere(hn::Gt(a, b)); }
};
struct LessOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return OneWhere(hn::Lt(a, b)); }
};
struct EqualOp {
  static HWY_INLINE FloatVec Of(FloatVec a, FloatVec b) { return OneWhere(hn::Eq(a, b)); }
};

// x[0], x[stride], ..: lanes of them.
HWY_INLINE FloatVec LoadStrided(const float* x, int64_t stride, size_t lanes) {
  if (stride == 1) return Load(x, lanes);
  if (stride == 0) return Constant(*x);
  HWY_ALIGN float values[kLanes] = {};
  for (size_t k = 0; k < lanes; ++k) values[k] = x[static_cast<int64_t>(k) * stride];
  return hn::Load(kTag, values);
}

template <class Op>
void Binary(const float* a, int64_t a_stride, const float* b, int64_t b_stride, float* y,
            int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec left = LoadStrided(a + k * a_stride, a_stride, lanes);
    Store(Op::Of(left, LoadStrided(b + k * b_stride, b_stride, lanes)), y + k, lanes);
  });
}

void Where(const float* condition, const float* a, const float* b, float* y, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const auto no = hn::Eq(Load(condition + k, lanes), hn::Zero(kTag));
    Store(hn::IfThenElse(no, Load(b + k, lanes), Load(a + k, lanes)), y + k, lanes);
  });
}

constexpr ElementwiseKernels kKernels = {
    {&Unary<NegateOp>, &Unary<ExpOp>, &Unary<LogOp>, &Unary<TanhOp>, &Unary<SigmoidOp>,
     &Unary<ReluOp>, &Unary<AbsOp>, &Unary<SquareOp>, &Unary<SqrtOp>, &Unary<SoftplusOp>,
     &Unary<GeluOp>},
    {&UnaryBackward<NegateOp>, &UnaryBackward<ExpOp>, &UnaryBackward<LogOp>, &UnaryBackward<TanhOp>,
     &UnaryBackward<SigmoidOp>, &UnaryBackward<ReluOp>, &UnaryBackward<AbsOp>,
     &UnaryBackward<SquareOp>, &UnaryBackward<SqrtOp>, &UnaryBackward<SoftplusOp>,
     &UnaryBackward<GeluOp>},
    &Affine,
    {&Binary<AddOp>, &Binary<SubtractOp>, &Binary<MultiplyOp>, &Binary<DivideOp>,
     &Binary<GreaterOp>, &Binary<LessOp>, &Binary<EqualOp>},
    &Where,
    &Plane<false>,
    &Plane<true>,
    &Sum,
    &AddToSums};

}  // namespace

const ElementwiseKernels& GetElementwiseKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
