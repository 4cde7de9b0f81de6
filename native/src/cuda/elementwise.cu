// Elementwise operations: y = f(x), y = f(a, b), and their gradients.
//
// All are bound by memory: a function of math.cuh is some 30 instructions, and an H100 has time for
// 70 while it reads and writes a float. Gradients read x or y only where they need it.
#include "cuda/math.cuh"
#include "cuda/pointwise.cuh"
#include "cuda/strided.cuh"

namespace nrnn::cuda {
namespace {

struct NegateOp {
  NRNN_DEVICE static float Forward(float x) { return -x; }
  NRNN_DEVICE static float Backward(float, float, float dy) { return -dy; }
};
struct ExpOp {
  NRNN_DEVICE static float Forward(float x) { return Exp(x); }
  NRNN_DEVICE static float Backward(float, float y, float dy) { return dy * y; }
};
struct LogOp {
  NRNN_DEVICE static float Forward(float x) { return Log(x); }
  NRNN_DEVICE static float Backward(float x, float, float dy) { return dy / x; }
};
struct TanhOp {
  NRNN_DEVICE static float Forward(float x) { return Tanh(x); }
  NRNN_DEVICE static float Backward(float, float y, float dy) {
    return dy * ((1.0f - y) * (1.0f + y));
  }
};
struct SigmoidOp {
  NRNN_DEVICE static float Forward(float x) { return Sigmoid(x); }
  NRNN_DEVICE static float Backward(float, float y, float dy) { return dy * (y * (1.0f - y)); }
};
struct ReluOp {
  NRNN_DEVICE static float Forward(float x) { return AtLeast(x, 0.0f); }
  NRNN_DEVICE static float Backward(float x, float, float dy) { return x <= 0.0f ? 0.0f : dy; }
};
struct AbsOp {
  NRNN_DEVICE static float Forward(float x) { return fabsf(x); }
  NRNN_DEVICE static float Backward(float x, float, float dy) {
    return x == 0.0f ? 0.0f : BitsOf(x) < 0 ? -dy : dy;
  }
};
struct SquareOp {
  NRNN_DEVICE static float Forward(float x) { return x * x; }
  NRNN_DEVICE static float Backward(float x, float, float dy) { return dy * (x + x); }
};
struct SqrtOp {
  NRNN_DEVICE static float Forward(float x) { return sqrtf(x); }
  NRNN_DEVICE static float Backward(float, float y, float dy) { return dy / (y + y); }
};
struct SoftplusOp {
  NRNN_DEVICE static float Forward(float x) { return Softplus(x); }
  NRNN_DEVICE static float Backward(float x, float, float dy) { return dy * Sigmoid(x); }
};

// The limits of x beyond which the distribution function is 0 or 1: x times 0 must not be infinity
// times 0.
constexpr float kGeluLimit = 20.0f;

struct GeluOp {
  NRNN_DEVICE static float Forward(float x) {
    const float kept = AtLeast(x, -kGeluLimit);
    return kept * Normal(kept).distribution;
  }
  NRNN_DEVICE static float Backward(float x, float, float dy) {
    const float kept = AtMost(AtLeast(x, -kGeluLimit), kGeluLimit);
    const NormalAt normal = Normal(kept);
    return dy * fmaf(kept, normal.density, normal.distribution);
  }
};

struct AddOp {
  NRNN_DEVICE static float Of(float a, float b) { return a + b; }
};
struct SubtractOp {
  NRNN_DEVICE static float Of(float a, float b) { return a - b; }
};
struct MultiplyOp {
  NRNN_DEVICE static float Of(float a, float b) { return a * b; }
};
struct DivideOp {
  NRNN_DEVICE static float Of(float a, float b) { return a / b; }
};
struct GreaterOp {
  NRNN_DEVICE static float Of(float a, float b) { return a > b ? 1.0f : 0.0f; }
};
struct LessOp {
  NRNN_DEVICE static float Of(float a, float b) { return a < b ? 1.0f : 0.0f; }
};
struct EqualOp {
  NRNN_DEVICE static float Of(float a, float b) { return a == b ? 1.0f : 0.0f; }
};

// Calls body(Op()) with the operation's struct.
template <class Body>
void WithUnary(nrnn_unary_op op, const Body& body) {
  switch (op) {
    case NRNN_UNARY_NEGATE:
      return body(NegateOp());
    case NRNN_UNARY_EXP:
      return body(ExpOp());
    case NRNN_UNARY_LOG:
      return body(LogOp());
    case NRNN_UNARY_TANH:
      return body(TanhOp());
    case NRNN_UNARY_SIGMOID:
      return body(SigmoidOp());
    case NRNN_UNARY_RELU:
      return body(ReluOp());
    case NRNN_UNARY_ABS:
      return body(AbsOp());
    case NRNN_UNARY_SQUARE:
      return body(SquareOp());
    case NRNN_UNARY_SQRT:
      return body(SqrtOp());
    case NRNN_UNARY_SOFTPLUS:
      return body(SoftplusOp());
    case NRNN_UNARY_GELU:
      return body(GeluOp());
  }
}

template <class Body>
void WithBinary(nrnn_binary_op op, const Body& body) {
  switch (op) {
    case NRNN_BINARY_ADD:
      return body(AddOp());
    case NRNN_BINARY_SUBTRACT:
      return body(SubtractOp());
    case NRNN_BINARY_MULTIPLY:
      return body(MultiplyOp());
    case NRNN_BINARY_DIVIDE:
      return body(DivideOp());
    case NRNN_BINARY_GREATER:
      return body(GreaterOp());
    case NRNN_BINARY_LESS:
      return body(LessOp());
    case NRNN_BINARY_EQUAL:
      return body(EqualOp());
  }
}

// Operations as Map takes them.
template <class Op>
struct Forward {
  static constexpr int kInputs = 1;
  NRNN_DEVICE float Of(const float (&v)[kInputs]) const { return Op::Forward(v[0]); }
};
// Of x, y and dy; what Op does not use is not read.
template <class Op>
struct Backward {
  static constexpr int kInputs = 3;
  NRNN_DEVICE float Of(const float (&v)[kInputs]) const { return Op::Backward(v[0], v[1], v[2]); }
};
template <class Op>
struct OfTwo {
  static constexpr int kInputs = 2;
  NRNN_DEVICE float Of(const float (&v)[kInputs]) const { return Op::Of(v[0], v[1]); }
};
struct AffineOp {
  static constexpr int kInputs = 1;
  float scale, shift;
  NRNN_DEVICE float Of(const float (&v)[kInputs]) const { return fmaf(v[0], scale, shift); }
};
struct WhereOp {
  static constexpr int kInputs = 3;
  NRNN_DEVICE float Of(const float (&v)[kInputs]) const { return v[0] == 0.0f ? v[2] : v[1]; }
};

// y[k] = op(a[..], b[..]) for k < count. fours: an element of the region is four floats of y, and
// of each operand either four that lie side by side or one.
struct StridedBinaryArgs {
  const float* a;
  const float* b;
  float* y;
  Axes axes;
  int64_t count;
  bool fours, a_side_by_side, b_side_by_side;
};

NRNN_DEVICE Four LoadOperand(const float* from, bool side_by_side) {
  if (side_by_side) return LoadFour<true>(from, 0, 4);
  const float value = *from;
  return {{value, value, value, value}};
}

template <class Op>
NRNN_KERNEL StridedBinaryKernel(StridedBinaryArgs args) {
  for (int64_t k = GlobalThread(); k < args.count; k += GlobalThreads()) {
    const Offsets at = Locate(args.axes, k);
    if (!args.fours) {
      args.y[k] = Op::Of(args.a[at.first], args.b[at.second]);
      continue;
    }
    const Four a = LoadOperand(args.a + at.first, args.a_side_by_side);
    const Four b = LoadOperand(args.b + at.second, args.b_side_by_side);
    Four y;
    NRNN_UNROLL
    for (int j = 0; j < 4; ++j) y.at[j] = Op::Of(a.at[j], b.at[j]);
    StoreFour<true>(y, args.y, 4 * k, 4 * k + 4);
  }
}

// Whether the innermost axis of an operand can be read in fours.
bool HasFours(const Region& region, const int64_t* strides, const float* x) {
  const int last = region.rank - 1;
  if (strides[last] == 0) return true;
  bool whole = strides[last] == 1 && FourAligned(x);
  for (int axis = 0; axis < last; ++axis) whole = whole && strides[axis] % 4 == 0;
  return whole;
}

StridedBinaryArgs PlanStrided(Region region, const BinaryArgs& args) {
  StridedBinaryArgs plan{};
  plan.a = args.a;
  plan.b = args.b;
  plan.y = args.y;
  const int last = region.rank - 1;
  plan.fours = region.sizes[last] % 4 == 0 && FourAligned(args.y) &&
               HasFours(region, region.first, args.a) && HasFours(region, region.second, args.b);
  if (plan.fours) {
    plan.a_side_by_side = region.first[last] == 1;
    plan.b_side_by_side = region.second[last] == 1;
    region.sizes[last] /= 4;
    region.first[last] *= 4;
    region.second[last] *= 4;
  }
  plan.axes = MakeAxes(region);
  plan.count = region.Count(region.rank);
  return plan;
}

}  // namespace

void CudaBackend::UnaryForward(nrnn_unary_op op, int64_t length, const float* x, float* y) {
  WithUnary(op, [&](auto unary) {
    Map("UnaryForward", *this, length, Forward<decltype(unary)>(), {x}, y);
  });
}

void CudaBackend::UnaryBackward(nrnn_unary_op op, int64_t length, const float* x, const float* y,
                                const float* dy, float* dx) {
  WithUnary(op, [&](auto unary) {
    Map("UnaryBackward", *this, length, Backward<decltype(unary)>(), {x, y, dy}, dx);
  });
}

void CudaBackend::Affine(int64_t length, const float* x, float scale, float shift, float* y) {
  Map("Affine", *this, length, AffineOp{scale, shift}, {x}, y);
}

void CudaBackend::Where(int64_t length, const float* condition, const float* a, const float* b,
                        float* y) {
  Map("Where", *this, length, WhereOp(), {condition, a, b}, y);
}

void CudaBackend::Binary(const BinaryArgs& args) {
  Region region{};
  for (int axis = 0; axis < args.rank; ++axis) {
    if (args.sizes[axis] == 0) return;
    region.Append(args.sizes[axis], args.a_strides[axis], args.b_strides[axis]);
  }
  region = region.Merged();
  if (region.rank == 0) region.Append(1, 1, 1);
  const bool dense = region.rank == 1 && region.first[0] == 1 && region.second[0] == 1;
  WithBinary(args.op, [&](auto op) {
    using Op = decltype(op);
    if (dense) {
      Map("Binary", *this, region.sizes[0], OfTwo<Op>(), {args.a, args.b}, args.y);
      return;
    }
    const StridedBinaryArgs plan = PlanStrided(region, args);
    Launch("StridedBinary", &StridedBinaryKernel<Op>, LoopShape(plan.count), plan, stream());
  });
}

}  // namespace nrnn::cuda
